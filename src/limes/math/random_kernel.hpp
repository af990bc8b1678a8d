#pragma once
// The arithmetic under the random streams: many Philox blocks at once, and Box-Muller on the bits. Only IEEE additions,
// multiplications, divisions, square roots and bit operations are used, in a fixed order and without branches: loops
// over it vectorise, and the bits are those of a scalar call on every processor.

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace limes::math::random_kernel {

/// Number of blocks (of two 64-bit words) that `philox_blocks` and `box_muller_blocks` take in one go.
inline constexpr int kBatch = 128;

struct Words {
  alignas(64) std::array<std::uint64_t, kBatch> first;
  alignas(64) std::array<std::uint64_t, kBatch> second;
};

struct Key {
  std::array<std::uint32_t, 2> key;
  std::array<std::uint32_t, 2> counter_high;
};

/// One block of Philox4x32-10 with the counter (block, counter_high).
std::array<std::uint64_t, 2> philox_block(const Key& key, std::uint64_t block);

/// The blocks first_block, ..., first_block + kBatch - 1.
void philox_blocks(const Key& key, std::uint64_t first_block, Words& words);

/// Box-Muller on every pair of words: normals[2k], normals[2k + 1] from block k.
void box_muller_blocks(const Words& words, double* normals);

/// (k + 1/2) 2^-52 with k the upper 52 bits: on the open interval (0, 1), exact.
inline double open_unit(std::uint64_t word) {
  const double one_to_two = std::bit_cast<double>((word >> 12) | 0x3FF0000000000000ULL);
  return one_to_two - (1.0 - 0x1p-53);
}

/// ln x for normal 0 < x < infinity, to 1 ulp. Reduction and coefficients of fdlibm's e_log.c (Sun Microsystems, 1993):
/// x = 2^k (1 + f), sqrt(1/2) < 1 + f <= sqrt(2); ln(1 + f) = f - s (f - R(s^2)), s = f / (2 + f).
inline double natural_logarithm(double x) {
  // Adding the distance from sqrt(1/2) to 1 carries into the exponent exactly where the mantissa exceeds sqrt(2).
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x) + (0x3FF0000000000000ULL - 0x3FE6A09E667F3BCDULL);
  // k + 1023 in the low bits of 2^52: subtracting 2^52 + 1023 gives k as a double without an integer conversion.
  const double k = std::bit_cast<double>((bits >> 52) | 0x4330000000000000ULL) - (0x1p52 + 1023.0);
  const double mantissa = std::bit_cast<double>((bits & 0x000FFFFFFFFFFFFFULL) + 0x3FE6A09E667F3BCDULL);
  const double f = mantissa - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  const double w = z * z;
  const double odd = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  const double even =
      z * (6.666666666666735130e-01 +
           w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
  const double half_square = 0.5 * f * f;
  constexpr double kLn2High = 6.93147180369123816490e-01;
  constexpr double kLn2Low = 1.90821492927058770002e-10;
  return k * kLn2High - ((half_square - (s * (half_square + (odd + even)) + k * kLn2Low)) - f);
}

struct SineCosine {
  double sine;
  double cosine;
};

/// sin and cos of 2 pi t for 0 <= t <= 1, to 2e-16 absolute. The quarter turn nearest to t is taken off exactly; the
/// rest, |x| <= pi / 4, goes through the polynomials of fdlibm's k_sin.c and k_cos.c.
inline SineCosine turn(double t) {
  constexpr double kRounder = 0x1.8p52;  // x + 1.5 2^52 has the integer nearest to x in its low bits
  const double shifted = 4.0 * t + kRounder;
  const std::uint64_t quarter = std::bit_cast<std::uint64_t>(shifted);
  const double x = (t - 0.25 * (shifted - kRounder)) * 6.283185307179586476925;
  const double z = x * x;
  const double sine_series = z * (-1.66666666666666324348e-01 +
                                  z * (8.33333333332248946124e-03 +
                                       z * (-1.98412698298579493134e-04 +
                                            z * (2.75573137070700676789e-06 +
                                                 z * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)))));
  const double cosine_series =
      z * (4.16666666666666019037e-02 +
           z * (-1.38888888888741095749e-03 +
                z * (2.48015872894767294178e-05 +
                     z * (-2.75573143513906633035e-07 +
                          z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11)))));
  const std::uint64_t sine = std::bit_cast<std::uint64_t>(x + x * sine_series);
  const std::uint64_t cosine = std::bit_cast<std::uint64_t>(1.0 - (0.5 * z - z * cosine_series));
  // Quarter 1: (cos, -sin); 2: (-sin, -cos); 3: (-cos, sin).
  const std::uint64_t swap = 0 - (quarter & 1);
  const std::uint64_t sine_sign = (quarter & 2) << 62;
  const std::uint64_t cosine_sign = ((quarter + 1) & 2) << 62;
  return {std::bit_cast<double>(((sine & ~swap) | (cosine & swap)) ^ sine_sign),
          std::bit_cast<double>(((cosine & ~swap) | (sine & swap)) ^ cosine_sign)};
}

/// The pair of independent normals that belongs to a block.
inline std::array<double, 2> box_muller(std::uint64_t first, std::uint64_t second) {
  const double radius = std::sqrt(-2.0 * natural_logarithm(open_unit(first)));
  const SineCosine direction = turn(open_unit(second));
  return {radius * direction.cosine, radius * direction.sine};
}

}  // namespace limes::math::random_kernel

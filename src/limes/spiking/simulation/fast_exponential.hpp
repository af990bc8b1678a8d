#pragma once
// Exponentials for the event-driven simulation: inline, without branches, and the same bits on every processor.

#include <bit>
#include <cmath>
#include <cstdint>

namespace limes::spiking {

inline constexpr double kLog2E = 1.4426950408889634074;
inline constexpr double kLn2 = 0.69314718055994530942;

/// e^x to 4e-16 relative, x clamped to [-700, 700]: e^f 2^n with |f| <= ln(2)/2, by the Taylor polynomial of degree 13
/// (truncation below 4e-18). ln 2 is subtracted in two parts, the first of which has 21 trailing zeros.
inline double exponential(double x) {
  constexpr double kRounder = 0x1.8p52;
  x = x < -700.0 ? -700.0 : x;
  x = x > 700.0 ? 700.0 : x;
  const double shifted = x * kLog2E + kRounder;
  const double n = shifted - kRounder;
  const double f = (x - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10;
  const double f2 = f * f;
  const double f4 = f2 * f2;
  const double low = (1.0 + f) + f2 * (1.0 / 2 + f * (1.0 / 6)) +
                     f4 * ((1.0 / 24 + f * (1.0 / 120)) + f2 * (1.0 / 720 + f * (1.0 / 5040)));
  const double high = (1.0 / 40320 + f * (1.0 / 362880)) + f2 * (1.0 / 3628800 + f * (1.0 / 39916800)) +
                      f4 * (1.0 / 479001600 + f * (1.0 / 6227020800.0));
  const double series = low + f4 * f4 * high;
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(series) + (std::bit_cast<std::uint64_t>(shifted) << 52));
}

inline constexpr double kRaised = 1.0 + 4e-6;

/// At least e^x and at most e^x (1 + 5e-6), for any x (clamped to [-600, 600]): a Taylor polynomial of 2^f, |f| <= 1/2,
/// to degree 5 (relative error below 3.5e-6), raised by 4e-6. A bound need not be sharp.
inline double exponential_bound(double x) {
  constexpr double kRounder = 0x1.8p52;
  x = x < -600.0 ? -600.0 : x;
  x = x > 600.0 ? 600.0 : x;
  const double power = x * kLog2E;
  const double shifted = power + kRounder;
  const double f = (power - (shifted - kRounder)) * kLn2;
  const double series = 1.0 + f * (1.0 + f * (1.0 / 2 + f * (1.0 / 6 + f * (1.0 / 24 + f * (1.0 / 120)))));
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(series * kRaised) +
                               (std::bit_cast<std::uint64_t>(shifted) << 52));
}

}  // namespace limes::spiking

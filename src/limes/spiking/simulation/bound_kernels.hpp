#pragma once
// Bounds of intensities, one and many at a time.

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace limes::spiking {

inline constexpr double kRaised = 1.0 + 4e-6;

/// At least e^x and at most e^x (1 + 5e-6), for any x (clamped to [-600, 600]): a Taylor polynomial of 2^f, |f| <= 1/2,
/// to degree 5 (relative error below 3.5e-6), raised by 4e-6. A bound need not be sharp, and this one vectorises.
inline double exponential_bound(double x) {
  constexpr double kRounder = 0x1.8p52;
  const double power = std::fmin(std::fmax(x, -600.0), 600.0) * 1.4426950408889634074;
  const double shifted = power + kRounder;
  const double f = (power - (shifted - kRounder)) * 0.69314718055994530942;
  const double series = 1.0 + f * (1.0 + f * (1.0 / 2 + f * (1.0 / 6 + f * (1.0 / 24 + f * (1.0 / 120)))));
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(series * kRaised) +
                               (std::bit_cast<std::uint64_t>(shifted) << 52));
}

/// What the bounds of neurons of one kind need. With the state y = z `now` at present and y = z `later` at the end of
/// the window, max(z now, z later) bounds y until then: a positive y falls, a negative one rises.
struct BoundTerms {
  double now = 1.0;
  double later = 1.0;
  double base = 1.0;    ///< Lam times the loosening factor (exponential), b (linear)
  double factor = 1.0;  ///< loosening factor (linear)
};

/// z += shift, then the bound Lam exp(max(z now, z later)) of each.
void shift_and_bound_exponential(double* z, double* bound, std::size_t count, double shift, const BoundTerms& terms);
/// z += shift, then the bound factor (b + max(z now, z later)).
void shift_and_bound_linear(double* z, double* bound, std::size_t count, double shift, const BoundTerms& terms);

/// z += shift, level = max(z now, z later); the return value is whether some level left [cap - below, cap].
[[nodiscard]] bool shift_and_compare(double* z, double* level, const double* cap, std::size_t count, double shift,
                                     const BoundTerms& terms, double below);

}  // namespace limes::spiking

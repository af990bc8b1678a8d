#include "limes/rate/theory/frozen_part.hpp"

#include <cmath>

namespace limes::rate::theory {
namespace {

/// Point where the increasing function `slope` passes one, clamped to [low, high]: the minimum of drive(q) - q.
double minimum_of_excess(const std::function<double(double)>& slope, double low, double high) {
  if (slope(high) <= 1.0) return high;
  if (slope(low) >= 1.0) return low;
  for (int i = 0; i < 200 && high - low > 1e-15 * (std::abs(high) + 1e-300); ++i) {
    const double middle = (low + high) / 2.0;
    (slope(middle) < 1.0 ? low : high) = middle;
  }
  return (low + high) / 2.0;
}

}  // namespace

std::optional<double> smallest_frozen_part(const std::function<double(double)>& drive,
                                           const std::function<double(double)>& slope, double variance,
                                           bool trivial_root) {
  if (variance <= 0.0) return drive(0.0) <= 0.0 ? std::optional(0.0) : std::nullopt;
  const auto excess = [&](double q) { return drive(q) - q; };
  // Rounding of an even transfer moment must not open a frozen part of 1e-17.
  if (excess(0.0) <= 1e-15 * variance) return 0.0;
  const double lowest = minimum_of_excess(slope, 0.0, variance);
  if (trivial_root && lowest >= variance * (1.0 - 1e-14)) return std::nullopt;
  if (excess(lowest) > 0.0) return std::nullopt;
  // Newton from the left on a convex decreasing function climbs monotonically to the smallest root.
  double q = 0.0;
  for (int i = 0; i < 100; ++i) {
    const double step = excess(q) / (1.0 - slope(q));
    if (!(step > 1e-16 * variance)) break;
    q = std::min(q + step, lowest);
  }
  return q;
}

}  // namespace limes::rate::theory

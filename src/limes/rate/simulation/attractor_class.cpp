#include "limes/rate/simulation/attractor_class.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace limes::rate {

namespace {

// Least width of "zero" (note 7): bounded changes of a tangent's length leave 1/T after some thousand steps.
constexpr double kLeastTolerance = 2e-4;

bool agree(std::span<const double> a, std::span<const double> b, double tolerance) {
  return std::equal(a.begin(), a.end(), b.begin(), [&](double x, double y) { return std::abs(x - y) <= tolerance; });
}

Attractor unresolved(std::string reason) { return {AttractorKind::kUnresolved, 0, 0, std::move(reason)}; }

/// All exponents are negative: the orbit ends in a point or a periodic orbit.
Attractor settled(TimeKind time, double leading, const OrbitEnd& orbit, double tolerance) {
  const auto period = smallest_period(orbit, tolerance);
  if (period && *period == 1) return {AttractorKind::kFixedPoint, 0, 1, {}};
  if (period && time == TimeKind::kDiscrete) {
    return {AttractorKind::kPeriodic, 0, static_cast<std::int64_t>(*period), {}};
  }
  return unresolved(fmt::format(
      "all exponents are negative (the largest {:.2g}), but the orbit has not settled on a fixed point{}: a longer "
      "simulation.transient decides",
      leading, time == TimeKind::kDiscrete ? fmt::format(" or a period of at most {} steps", orbit.length() / 2) : ""));
}

}  // namespace

double zero_tolerance(double error) { return std::max(3.0 * error, kLeastTolerance); }

std::optional<std::size_t> smallest_period(const OrbitEnd& orbit, double tolerance) {
  const std::size_t length = orbit.length();
  for (std::size_t p = 1; 2 * p <= length; ++p) {
    bool periodic = true;
    for (std::size_t t = length; periodic && t-- > length - p;) {
      periodic = agree(orbit.at(t), orbit.at(t - p), tolerance);
    }
    if (periodic) return p;
  }
  return std::nullopt;
}

Attractor classify_attractor(TimeKind time, const LeadingExponents& exponents, const OrbitEnd& orbit,
                             double tolerance) {
  const std::size_t count = exponents.values.size();
  if (count == 0) return unresolved("no exponent was measured");
  std::size_t zeros = 0;
  for (; zeros < count; ++zeros) {
    const double value = exponents.values[zeros], width = zero_tolerance(exponents.errors[zeros]);
    if (std::isnan(value) || !std::isfinite(width)) {
      return unresolved(fmt::format("the error of exponent {} is not known", zeros));
    }
    // One that is positive for certain proves chaos, even where the error of a larger one reaches zero.
    if (value > width) return {AttractorKind::kChaos, 0, 0, {}};
    if (value < -width) break;
  }
  if (zeros == 0) return settled(time, exponents.values.front(), orbit, tolerance);
  if (zeros == count && count < orbit.neurons) {
    return unresolved(
        fmt::format("all {} exponents are zero within their errors: a larger simulation.exponents, or a longer run, "
                    "decides",
                    count));
  }
  const auto dimension = static_cast<int>(zeros);
  return {zeros == 1 ? AttractorKind::kCircle : AttractorKind::kTorus, dimension, 0, {}};
}

}  // namespace limes::rate

#include "limes/rate/fixed_point_geometry/theory/dynamics.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "limes/base/errors.hpp"
#include "limes/math/roots.hpp"
#include "limes/transfer/pair_moments.hpp"

namespace limes::rate::fixed_points {

namespace {

// Beyond this sigma the averages of tanh are those of an erf of equal int (1 - phi^2) dx, to 1/sigma^2.
constexpr double kSharp = 300.0;

/// C(x) = E phi phi at variance C0 and covariance x, its derivative, and its integral from 0.
class OutputCovariance {
 public:
  OutputCovariance(transfer::Kind transfer, double variance) {
    if (transfer == transfer::Kind::kTanh && std::sqrt(variance) < kSharp) {
      pair_.emplace(transfer::Transfer{transfer, 1.0}, 0.0, variance);
      return;
    }
    // erf(sqrt(pi) a x/2): C = (2/pi) asin(s x), s = (pi/2) a^2/(1 + (pi/2) a^2 C0).
    const double gain = transfer == transfer::Kind::kErf ? 1.0 : 2.0 * std::numbers::sqrt2 / std::numbers::pi;
    const double scale = std::numbers::pi / 2.0 * gain * gain;
    slope_ = scale / (1.0 + scale * variance);
  }
  [[nodiscard]] double output(double x) const {
    return pair_ ? pair_->output(x) : 2.0 / std::numbers::pi * std::asin(slope_ * x);
  }
  [[nodiscard]] double gain(double x) const {
    const double y = slope_ * x;
    return pair_ ? pair_->gain(x) : 2.0 / std::numbers::pi * slope_ / std::sqrt((1.0 - y) * (1.0 + y));
  }
  [[nodiscard]] double integral(double x) const {
    if (pair_) return pair_->output_integral(x);
    const double y = slope_ * x, root = std::sqrt((1.0 - y) * (1.0 + y));
    return 2.0 / std::numbers::pi * (y * std::asin(y) - y * y / (1.0 + root)) / slope_;
  }

 private:
  std::optional<transfer::PairMoments> pair_;
  double slope_ = 0.0;
};

struct Energy {
  double value = 0.0;  ///< int_q^C0 f
  double frozen = 0.0;
};

Energy energy(const Ensemble& ensemble, double variance) {
  const double g2 = ensemble.deviation * ensemble.deviation, d = ensemble.field_variance;
  const OutputCovariance pair(ensemble.transfer, variance);
  double frozen = 0.0;
  if (d > 0.0) {
    // f is convex: it falls to its least value and rises again.
    const auto force = [&](double x) { return g2 * pair.output(x) + d - x; };
    const auto slope = [&](double x) { return g2 * pair.gain(x) - 1.0; };
    const double lowest = slope(0.0) >= 0.0        ? 0.0
                          : slope(variance) <= 0.0 ? variance
                                                   : math::brent(slope, 0.0, variance);
    frozen = force(lowest) >= 0.0 ? lowest : math::brent(force, 0.0, lowest);
  }
  const double gained = g2 * (pair.integral(variance) - pair.integral(frozen));
  return {gained + (variance - frozen) * (d - (variance + frozen) / 2.0), frozen};
}

}  // namespace

DynamicsVariance chaotic_variance(const Ensemble& ensemble, double static_variance) {
  const auto value = [&](double variance) { return energy(ensemble, variance).value; };
  // Negative just below the static state, positive where chaos would have too little variance.
  double high = static_variance * (1.0 - 1e-9), low = high;
  for (int k = 0; k < 60 && !(value(low) > 0.0); ++k) low *= 0.9;
  if (!(value(low) > 0.0) || !(value(high) < 0.0)) {
    // So close to the transition that the two states can't be told apart.
    return {static_variance, static_variance, 1e-6 * static_variance};
  }
  DynamicsVariance result;
  result.variance = math::brent(value, low, high);
  const Energy at = energy(ensemble, result.variance);
  result.frozen = at.frozen;
  const double shift = 1e-6 * result.variance;
  const double slope = (value(result.variance + shift) - value(result.variance - shift)) / (2.0 * shift);
  const double sharp = static_variance > kSharp * kSharp ? 1.0 / static_variance : 0.0;
  // Strong input leaves no difference to the static state that rounding would not hide.
  result.error =
      std::min(std::abs(at.value / slope), static_variance - result.variance) + (1e-10 + sharp) * result.variance;
  return result;
}

}  // namespace limes::rate::fixed_points

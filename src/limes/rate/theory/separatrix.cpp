#include "limes/rate/theory/separatrix.hpp"

#include <algorithm>
#include <cmath>

#include "limes/math/quadrature.hpp"

namespace limes::rate::theory {
namespace {
constexpr double kDeepest = 27.6;     // ln(1e12)
constexpr double kPanelWidth = 0.02;  // in s = sqrt(w): cubic interpolation then errs by less than 1e-9
constexpr double kFirstPanel = 1e-5;  // weak noise changes w ~ s^2 into w ~ s within s of order D
constexpr double kPanelGrowth = 1.4;

const math::QuadratureRule& inner_rule() {
  static const math::QuadratureRule rule = math::gauss_legendre(16);
  return rule;
}
const math::QuadratureRule& panel_rule() {
  static const math::QuadratureRule rule = math::gauss_legendre(8);
  return rule;
}
}  // namespace

Separatrix::Separatrix(const Ensemble& ensemble, const transfer::PairMoments& pair, double variance, double frozen)
    : ensemble_(ensemble),
      pair_(pair),
      variance_(variance),
      frozen_(frozen),
      frozen_output_(pair.output(frozen)),
      decay_rate_(std::sqrt(std::max(0.0, 1.0 - ensemble.coupling_variance() * pair.gain(frozen)))) {
  const double start = variance - frozen;
  const auto rate_at = [&](double depth) {
    return std::sqrt(std::max(squared_speed(depth), 1e-300)) / (start * std::exp(-depth));
  };
  std::vector<double> ends{0.0};
  for (double s = kFirstPanel; s < kPanelWidth; s *= kPanelGrowth) ends.push_back(s);
  const double last = std::sqrt(kDeepest);
  for (double s = std::max(kPanelWidth, ends.back() + kFirstPanel); s < last; s += kPanelWidth) ends.push_back(s);

  times_.push_back(0.0);
  depths_.push_back(0.0);
  depth_rates_.push_back(ensemble.noise_intensity / start);
  const math::QuadratureRule& rule = panel_rule();
  for (std::size_t i = 1; i < ends.size(); ++i) {
    const double middle = (ends[i] + ends[i - 1]) / 2.0;
    const double half = (ends[i] - ends[i - 1]) / 2.0;
    double time = 0.0;
    for (std::size_t n = 0; n < rule.nodes.size(); ++n) {
      const double s = middle + half * rule.nodes[n];
      time += rule.weights[n] * half * 2.0 * s / rate_at(s * s);
    }
    times_.push_back(times_.back() + time);
    depths_.push_back(ends[i] * ends[i]);
    depth_rates_.push_back(rate_at(ends[i] * ends[i]));
  }
}

double Separatrix::force(double covariance) const {
  return ensemble_.coupling_variance() * pair_.output(covariance) + ensemble_.threshold_variance() - covariance;
}

double Separatrix::force_below_variance(double gap) const {
  const math::QuadratureRule& rule = inner_rule();
  double sum = 0.0;
  for (std::size_t n = 0; n < rule.nodes.size(); ++n) {
    sum += rule.weights[n] * force(variance_ - gap / 2.0 * (1.0 - rule.nodes[n]));
  }
  return sum * gap / 2.0;
}

double Separatrix::squared_speed(double depth) const {
  const double start = variance_ - frozen_;
  const double noise = ensemble_.noise_intensity * ensemble_.noise_intensity;
  const double connected = start * std::exp(-depth);
  const double covariance = frozen_ + connected;
  // Near either end P(q + c) - P(q) loses its digits to cancellation: there the force is integrated from that end.
  if (connected < 0.4 * start) {
    const math::QuadratureRule& rule = inner_rule();
    double sum = 0.0;
    for (std::size_t n = 0; n < rule.nodes.size(); ++n) {
      const double x = connected / 2.0 * (1.0 + rule.nodes[n]);
      // Below 1e-4 of the start the difference of outputs is its own first two Taylor terms.
      const double gained = x < 1e-4 * start ? x * (pair_.gain(frozen_) + x / 2.0 * pair_.gain_derivative(frozen_))
                                             : pair_.output(frozen_ + x) - frozen_output_;
      sum += rule.weights[n] * (x - ensemble_.coupling_variance() * gained);
    }
    return sum * connected;
  }
  if (connected > 0.9 * start || ensemble_.transfer.gain * std::sqrt(variance_) < 3.0) {
    return noise + 2.0 * force_below_variance(-start * std::expm1(-depth));
  }
  const double work =
      ensemble_.coupling_variance() * (pair_.output_integral(variance_) - pair_.output_integral(covariance)) +
      (variance_ - covariance) * (ensemble_.threshold_variance() - (variance_ + covariance) / 2.0);
  return noise + 2.0 * work;
}

std::vector<double> Separatrix::sample(double step) const {
  const double start = variance_ - frozen_;
  std::vector<double> values;
  std::size_t panel = 0;
  for (std::size_t k = 0;; ++k) {
    const double time = static_cast<double>(k) * step;
    while (panel + 2 < times_.size() && times_[panel + 1] < time) ++panel;
    const double width = times_[panel + 1] - times_[panel];
    double depth = 0.0;
    if (time > times_.back()) {
      depth = depths_.back() + (time - times_.back()) * depth_rates_.back();
    } else {
      // Cubic Hermite interpolation of w(tau); its slope at the ends is exact.
      const double x = (time - times_[panel]) / width;
      const double h00 = (1.0 + 2.0 * x) * (1.0 - x) * (1.0 - x), h10 = x * (1.0 - x) * (1.0 - x);
      const double h01 = x * x * (3.0 - 2.0 * x), h11 = x * x * (x - 1.0);
      depth = h00 * depths_[panel] + h10 * width * depth_rates_[panel] + h01 * depths_[panel + 1] +
              h11 * width * depth_rates_[panel + 1];
    }
    values.push_back(frozen_ + start * std::exp(-depth));
    if (depth > 25.4) break;  // ln(1e11)
    if (values.size() > 2000000) break;
  }
  return values;
}

}  // namespace limes::rate::theory

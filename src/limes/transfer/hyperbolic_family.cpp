// tanh and logistic: trapezoid rules. f has poles at u = +-i pi/(2 g); a step that resolves them converges
// geometrically, and the inner average of the nested form costs one division per pair of nodes.

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "limes/math/quadrature.hpp"
#include "limes/transfer/families.hpp"
#include "limes/transfer/hyperbolic_tangents.hpp"
#include "limes/transfer/processor_clones.hpp"

namespace limes::transfer::families {
namespace {

// exp(-36) = 2e-16, and 9 more for the poles: those of f'^2, of fourth order, raise the error by (2 pi/step)^3.
constexpr double kDigits = 45;
constexpr double kHalfWindow = 9;  // exp(-9^2/2) = 3e-18
constexpr double kFarthest = 28;   // standard deviations at which exp(-x^2/2) is still a normal number, with window

/// How many standard deviations the step of f lies from the mean, within reason.
double place_of_step(double mean, double variance) {
  return std::clamp(-mean / std::sqrt(variance), -kFarthest, kFarthest);
}

/// The distance of the poles in standard normal units of an argument u = mean + width h.
double pole(double gain, double width) {
  return width > 0 ? std::numbers::pi / (2 * gain * width) : std::numeric_limits<double>::infinity();
}

/// Averages over w of f(a + own w) and f'(a + own w), for many centres a, in the gainless units of tanh.
struct Smoothed {
  std::vector<double> value;
  std::vector<double> slope;
};

/// The half rule w >= 0 (weights of +-w added) for an argument of deviation `own`.
math::QuadratureRule inner_rule(double gain, double own, double half_window) {
  if (own == 0) return {{0.0}, {1.0}};
  const double step = math::gaussian_trapezoid_step(pole(gain, own), kDigits);
  math::QuadratureRule full = math::gaussian_trapezoid(step, -half_window, half_window);
  const std::size_t middle = full.nodes.size() / 2;
  math::QuadratureRule half;
  half.nodes.assign(full.nodes.begin() + static_cast<std::ptrdiff_t>(middle), full.nodes.end());
  half.weights.assign(full.weights.begin() + static_cast<std::ptrdiff_t>(middle), full.weights.end());
  for (std::size_t j = 1; j < half.weights.size(); ++j) half.weights[j] *= 2;
  return half;
}

/// One node of the inner rule for all centres, see `smooth`.
LIMES_FOR_EACH_PROCESSOR
void add_smoothed(std::size_t count, double weight, bool logistic, const double* square, const double* product,
                  double* value_sum, double* slope_sum) {
  const double twice = logistic ? 2.0 : 0.0, once = logistic ? 1.0 : 0.0, alone = logistic ? 0.0 : 1.0;
  for (std::size_t i = 0; i < count; ++i) {
    const double even = 1 + square[i];
    const double inverse = 1 / (even + product[i]);
    value_sum[i] += weight * ((alone + twice * square[i] + once * product[i]) * inverse);
    slope_sum[i] += weight * (((4 * square[i] + even * product[i]) * inverse) * inverse);
  }
}

/// With E = exp(-2|a|), p = 2 cosh(2 b) E and r = 1/(1 + E^2 + p):
///   (tanh(|a|+b) + tanh(|a|-b))/2 = (1 - E^2) r,
///   (sech^2(a+b) + sech^2(a-b))/2 = 2 (4 E^2 + (1 + E^2) p) r^2,
///   (l(-|a|+b) + l(-|a|-b))/2 = (2 E^2 + p) r/2, l the logistic function 1/(1 + exp(-2 x)).
/// All terms are positive, so tails keep their relative accuracy.
Smoothed smooth(bool logistic, double gain, const std::vector<double>& centres, double own, double half_window) {
  const math::QuadratureRule rule = inner_rule(gain, own, half_window);
  const std::size_t count = centres.size();
  std::vector<double> decay(count), square(count), product(count), value_sum(count, 0.0), slope_sum(count, 0.0);
  const HyperbolicTangents at =
      hyperbolic_tangents(gain * Eigen::Map<const Eigen::ArrayXd>(centres.data(), static_cast<Eigen::Index>(count)));
  for (std::size_t i = 0; i < count; ++i) {
    decay[i] = at.decay[static_cast<Eigen::Index>(i)];
    square[i] = decay[i] * decay[i];
  }
  for (std::size_t j = 0; j < rule.nodes.size(); ++j) {
    const double weight = rule.weights[j];
    const double offset = gain * own * rule.nodes[j];
    if (offset < 350) {
      const double spread = 2 * std::cosh(2 * offset);
      for (std::size_t i = 0; i < count; ++i) product[i] = spread * decay[i];
    } else {  // cosh would overflow, and E may be 0: by the difference of the exponents
      for (std::size_t i = 0; i < count; ++i)
        product[i] = std::exp(std::min(2 * (offset - gain * std::abs(centres[i])), 700.0));
    }
    add_smoothed(count, weight, logistic, square.data(), product.data(), value_sum.data(), slope_sum.data());
  }
  for (std::size_t i = 0; i < count; ++i) {
    const double lower = 0.5 * value_sum[i];
    if (logistic) {
      value_sum[i] = centres[i] < 0 ? lower : 1 - lower;
    } else {
      // 1 - E^2 = tanh (1 + E)^2 without cancellation, and with the sign.
      const auto row = static_cast<Eigen::Index>(i);
      value_sum[i] *= at.value[row] / (at.inverse[row] * at.inverse[row]);
    }
    slope_sum[i] *= 2;
  }
  return {std::move(value_sum), std::move(slope_sum)};
}

}  // namespace

Moments hyperbolic_moments(const Transfer& transfer, double mean, double variance) {
  using Eigen::ArrayXd;
  const double g = transfer.gain;
  const double deviation = std::sqrt(variance);
  const double place = place_of_step(mean, variance);
  const double step = math::gaussian_trapezoid_step(pole(g, deviation), kDigits);
  const double first = std::ceil((std::min(place, 0.0) - kHalfWindow) / step);
  const double last = std::floor((std::max(place, 0.0) + kHalfWindow) / step);
  const auto count = static_cast<Eigen::Index>(last - first) + 1;
  const ArrayXd nodes = ArrayXd::LinSpaced(count, first * step, last * step);
  ArrayXd weight = (-0.5 * nodes.square()).exp();
  weight *= 1.0 / weight.sum();
  const HyperbolicTangents at = hyperbolic_tangents(g * (mean + deviation * nodes));
  const bool logistic = transfer.kind == Kind::kLogistic;
  const ArrayXd f = logistic ? ArrayXd((at.argument > 0.0).select(at.inverse, at.decay * at.inverse)) : at.value;
  const ArrayXd weighted_f = weight * f, weighted_slope = weight * at.slope;
  const ArrayXd bend = -2.0 * at.value * at.slope;
  Moments sum;
  sum.f = weighted_f.sum();
  sum.ff = (weighted_f * f).sum();
  sum.df = weighted_slope.sum();
  sum.dfdf = (weighted_slope * at.slope).sum();
  sum.ddf = (weight * bend).sum();
  sum.f_df = (weighted_f * at.slope).sum();
  sum.f_ddf = (weighted_f * bend).sum();
  const double half = logistic ? 0.5 * g : g;
  sum.df *= half;
  sum.dfdf *= half * half;
  sum.ddf *= half * g;
  sum.f_df *= half;
  sum.f_ddf *= half * g;
  return sum;
}

PairAverages hyperbolic_pair(const Transfer& transfer, const Pair& pair, const Correlation& rho) {
  const double g = transfer.gain;
  const NestedForm form = nested_form(pair, rho);
  const double sign = rho.sine < 0 ? -1.0 : 1.0;
  const double step1 = place_of_step(pair.mean1, pair.variance1);
  const double step2 = place_of_step(pair.mean2, pair.variance2);
  // Two bounds for the outer step: the poles of f, and the smoothing by w: |E_w f(a + i b + own w)| grows only as
  // exp(b^2/(2 own^2)), which leaves exp(-2 pi y/s + y^2 (1 + |rho|)/(1 - |rho|)/2) for a step s.
  const double by_pole =
      math::gaussian_trapezoid_step(pole(g, std::max(form.common1, std::abs(form.common2))), kDigits);
  const double by_width = 2 * std::numbers::pi * std::sqrt(rho.complement / (2 * kDigits * (1 + std::abs(rho.sine))));
  const double share = std::sqrt(std::abs(rho.sine));
  const bool same = pair.variance1 == pair.variance2 && pair.mean1 == pair.mean2;
  const bool reversed = same && sign < 0;  // on a symmetric grid the second average is the first at -z
  double lower = share * std::min({0.0, step1, sign * step2}) - kHalfWindow;
  double upper = share * std::max({0.0, step1, sign * step2}) + kHalfWindow;
  if (reversed) {
    upper = std::max(upper, -lower);
    lower = -upper;
  }
  math::QuadratureRule outer = math::gaussian_trapezoid(std::max(by_pole, by_width), lower, upper);

  const bool centred = pair.mean1 == 0 && pair.mean2 == 0;
  const bool logistic = transfer.kind == Kind::kLogistic && !centred;  // 1/4 + tanh tanh/4 without means
  if (centred) {                                                       // both integrands are even in z
    const auto middle = static_cast<std::ptrdiff_t>(outer.nodes.size() / 2);
    outer.nodes.erase(outer.nodes.begin(), outer.nodes.begin() + middle);
    outer.weights.erase(outer.weights.begin(), outer.weights.begin() + middle);
    for (std::size_t i = 1; i < outer.weights.size(); ++i) outer.weights[i] *= 2;
  }
  const auto smoothed = [&](double mean, double common, double own, double step) {
    std::vector<double> centres = outer.nodes;
    for (double& centre : centres) centre = mean + common * centre;
    return smooth(logistic, g, centres, own, kHalfWindow + std::sqrt(rho.complement) * std::abs(step));
  };
  const Smoothed first = smoothed(pair.mean1, form.common1, form.own1, step1);
  const Smoothed other = same ? Smoothed{} : smoothed(pair.mean2, form.common2, form.own2, step2);
  const Smoothed& second = same ? first : other;
  const std::size_t count = outer.nodes.size();
  PairAverages sum;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t partner = reversed && !centred ? count - 1 - i : i;
    sum.output += outer.weights[i] * first.value[i] * second.value[partner];
    sum.gain += outer.weights[i] * first.slope[i] * second.slope[partner];
  }
  if (reversed && centred) sum.output = -sum.output;  // the first at -z is its negative
  if (transfer.kind == Kind::kLogistic) {
    if (centred) sum.output = 0.25 + 0.25 * sum.output;
    return {sum.output, 0.25 * g * g * sum.gain};
  }
  return {sum.output, g * g * sum.gain};
}

}  // namespace limes::transfer::families

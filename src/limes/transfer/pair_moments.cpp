#include "limes/transfer/pair_moments.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "limes/transfer/expression.hpp"
#include "limes/transfer/families.hpp"

namespace limes::transfer {
namespace {

/// How many covariances `outputs` and `gains` treat at a time.
constexpr std::size_t kBlock = 64;

using GainRule = double (*)(const Transfer&, double mean, double variance, const families::Correlation&);

/// The fast rule for E f'(x) f'(y) of one mean and variance, where there is one.
GainRule gain_rule(Kind kind) {
  switch (kind) {
    case Kind::kClippedTan:
      return families::clipped_stationary_gain;
    case Kind::kTanh:
    case Kind::kLogistic:
      return families::hyperbolic_stationary_gain;
    default:
      return nullptr;
  }
}

/// The scale in psi on which C varies about psi = 0, of an expression: that of f' (the ratio of f' to f''), or what two
/// kinks are apart. At c = -v (`sign` -1) kinks of f(x) meet those of f(2 mean - x).
double expression_scale(const Transfer& transfer, double mean, double variance, double sign) {
  const families::GaussianNodes nodes = families::expression_nodes(transfer, mean, variance, 3);
  double slopes = 0;
  double bends = 0;
  for (std::size_t i = 0; i < nodes.places.size(); ++i) {
    slopes += nodes.weights[i] * nodes.slopes[i] * nodes.slopes[i];
    bends += nodes.weights[i] * nodes.bends[i] * nodes.bends[i];
  }
  const double deviation = std::sqrt(variance);
  double scale = std::min(1.0, 0.5 * std::sqrt(slopes / bends) / deviation);
  if (!(scale > 0)) scale = 1;
  for (const Kink& first : transfer.expression->kinks())
    for (const Kink& second : transfer.expression->kinks()) {
      const double other = sign < 0 ? 2 * mean * transfer.gain - second.place : second.place;
      const double distance = std::abs(first.place - other) / (transfer.gain * deviation);
      const bool in_reach = std::abs(first.place - mean * transfer.gain) < 6 * transfer.gain * deviation;
      if (in_reach && distance > 1e-9) scale = std::min(scale, std::max(1e-6, 0.25 * distance));
    }
  return scale;
}

}  // namespace

PairMoments::PairMoments(const Transfer& transfer, double mean, double variance)
    : transfer_(transfer), mean_(mean), variance_(variance) {
  const Moments one_point = moments(transfer, mean, variance);
  output_at_zero_ = one_point.f * one_point.f;
  gain_at_zero_ = one_point.df * one_point.df;
  // Far below the scale of a smooth f it is linear: C errs by g^2 v relative to itself, and a fit would see rounding
  // only.
  constexpr double kLinearBelow = 3e-12;
  const bool narrow = transfer.kind != Kind::kExpression && !has_kink(transfer) &&
                      transfer.gain * transfer.gain * variance < kLinearBelow;
  linear_ = variance == 0 || transfer.gain == 0 || transfer.kind == Kind::kLinear || narrow;
  if (linear_) return;
  antisymmetric_ = mean == 0 && reflection(transfer).has_value();
  // relu has no scale of its own. The factors were found to need the fewest terms for g sqrt(v) from 1 to 50.
  if (transfer.kind != Kind::kRelu)
    positive_.delta = (transfer.kind == Kind::kClippedTan ? 0.2 : 0.5) / (transfer.gain * std::sqrt(variance));
  negative_.delta = positive_.delta;
  // At c = -v the kinks of f(x) and f(2 mean - x) lie 2 mean apart, which the gain feels from psi = mean/sqrt(v) on.
  if (transfer.kind == Kind::kExpression) {
    positive_.delta = expression_scale(transfer, mean, variance, 1);
    negative_.delta = expression_scale(transfer, mean, variance, -1);
    expression_pairs_ = std::make_shared<const families::ExpressionPairs>(transfer, mean, variance);
  }
  if (transfer.kind == Kind::kClippedTan && mean != 0)
    negative_.delta = std::min(negative_.delta, std::max(1e-6, 0.5 * std::abs(mean) / std::sqrt(variance)));
  smooth_ = !has_kink(transfer);
  positive_ = fit_side(1, positive_.delta, one_point);
  if (!antisymmetric_) negative_ = fit_side(-1, negative_.delta, one_point);
  expression_pairs_ = nullptr;  // has done its work
}

PairMoments::Side PairMoments::fit_side(double sign, double delta, const Moments& one_point) const {
  const double farthest = place(angle(0), delta);
  const auto angle_at = [&](double p) { return delta * std::sinh(smooth_ ? std::sqrt(p) : p); };
  const auto slope_at = [&](double p) { return sign * place_slope(angle_at(p), delta); };
  const auto correlation_at = [&](double p) {
    const double psi = angle_at(p);
    const double half = std::sin(0.5 * psi);
    return families::Correlation{sign * std::cos(psi), std::sin(psi), 2 * half * half};
  };
  Side result;
  result.delta = delta;
  math::ChebyshevFit options;
  if (const GainRule rule = gain_rule(transfer_.kind)) {
    // The output is the gain's integral (Price's theorem).
    const auto gain = [&](double p) {
      if (p == 0 && sign > 0) return one_point.dfdf;
      if (p == farthest) return gain_at_zero_;
      return rule(transfer_, mean_, variance_, correlation_at(p));
    };
    options.noise = {1e-13 * one_point.dfdf};
    result.gain = math::fit_chebyshev(gain, 0, farthest, math::Parity::kNone, options);
    options.noise = {1e-14 * variance_ * one_point.dfdf};
    const auto integrand = [&](double p) { return result.gain(p) * slope_at(p); };
    result.output = math::fit_chebyshev(integrand, 0, farthest, math::Parity::kNone, options).integral_from(farthest);
    if (sign > 0) {
      // What is known exactly: the variance of f at c = v.
      const double scale = (one_point.ff - output_at_zero_) / result.output(0);
      std::vector<double> coefficients = result.output.coefficients();
      for (double& coefficient : coefficients) coefficient *= scale;
      result.output = {0, farthest, std::move(coefficients)};
    }
  } else {
    const auto sample = [&](double p, std::span<double> values) {
      PairAverages averages;
      if (p == 0 && sign > 0) {
        averages = {one_point.ff, one_point.dfdf};
      } else if (p == farthest) {
        averages = {output_at_zero_, gain_at_zero_};
      } else {
        const families::Correlation rho = correlation_at(p);
        averages = expression_pairs_ ? (*expression_pairs_)(rho)
                                     : families::pair_averages(
                                           transfer_, {mean_, variance_, mean_, variance_, rho.sine * variance_}, rho);
      }
      values[0] = averages.output - output_at_zero_;
      values[1] = averages.gain;
    };
    const std::array<math::Parity, 2> parities = {math::Parity::kNone, math::Parity::kNone};
    options.noise = {1e-14 * one_point.ff, 1e-13 * one_point.dfdf};
    std::vector<math::ChebyshevSeries> fits = math::fit_chebyshev(sample, 0, farthest, parities, options);
    result.output = std::move(fits[0]);
    result.gain = std::move(fits[1]);
  }
  result.gain_slope = result.gain.derivative();
  result.shift = result.output(farthest);
  const auto integrand = [&](double p) { return (result.output(p) - result.shift) * slope_at(p); };
  options.noise = {1e-14 * variance_ * one_point.ff};
  result.integral = math::fit_chebyshev(integrand, 0, farthest, math::Parity::kNone, options).integral_from(farthest);
  return result;
}

double PairMoments::within(double c) const { return std::clamp(c, -variance_, variance_); }

double PairMoments::angle(double c) const {
  // cos(psi) = |c|/v as sin(psi/2)^2 = (v - |c|)/(2 v), which keeps its accuracy at |c| = v.
  return 2 * std::asin(std::sqrt(0.5 * std::max(0.0, variance_ - std::abs(c)) / variance_));
}

double PairMoments::place(double psi, double delta) const {
  const double x = psi / delta;
  const double s = std::log(x + std::sqrt(x * x + 1));  // asinh to absolute accuracy, at half its price
  return smooth_ ? s * s : s;
}

double PairMoments::place_slope(double psi, double delta) const {
  // c = v cos(psi), psi = delta sinh(s): dc/ds = -v sin(psi) delta cosh(s), and dp/ds = 2 s or 1. As s -> 0,
  // sin(psi)/s -> delta.
  const double s = std::asinh(psi / delta);
  const double rise = smooth_ ? (s < 1e-8 ? 0.5 * delta : 0.5 * std::sin(psi) / s) : std::sin(psi);
  return -variance_ * rise * delta * std::cosh(s);
}

double PairMoments::output(double c) const {
  double result = 0;
  outputs({&c, 1}, {&result, 1});
  return result;
}

double PairMoments::gain(double c) const {
  double result = 0;
  gains({&c, 1}, {&result, 1});
  return result;
}

double PairMoments::gain_derivative(double c) const {
  if (linear_) return 0;
  const double psi = angle(c);
  if (psi == 0 && !smooth_) return std::copysign(std::numeric_limits<double>::infinity(), c);
  return (c < 0 ? -1.0 : 1.0) * side(c).gain_slope(place(psi, side(c).delta)) / place_slope(psi, side(c).delta);
}

double PairMoments::output_integral(double c) const {
  const double inside = within(c);
  if (linear_) return inside * (output_at_zero_ + 0.5 * gain_at_zero_ * inside);
  // The integral of the odd part is even in c.
  return output_at_zero_ * inside + side(c).integral(place(angle(c), side(c).delta));
}

template <typename Finish>
void PairMoments::evaluate(math::ChebyshevSeries Side::*series, std::span<const double> c, std::span<double> result,
                           Finish&& finish) const {
  std::array<double, kBlock> places;
  for (std::size_t begin = 0; begin < c.size();) {
    // A run of covariances that share one series; what is at c[i] is read before result[i] is written.
    const Side& common = side(c[begin]);
    std::size_t count = 0;
    while (count < kBlock && begin + count < c.size() && &side(c[begin + count]) == &common) {
      places[count] = place(angle(c[begin + count]), common.delta);
      ++count;
    }
    const std::span<double> values = std::span<double>(places).first(count);
    (common.*series).evaluate(values, values);
    for (std::size_t i = 0; i < count; ++i) result[begin + i] = finish(common, c[begin + i], values[i]);
    begin += count;
  }
}

void PairMoments::outputs(std::span<const double> c, std::span<double> result) const {
  if (linear_) {
    for (std::size_t i = 0; i < c.size(); ++i) result[i] = output_at_zero_ + gain_at_zero_ * within(c[i]);
    return;
  }
  evaluate(&Side::output, c, result, [this](const Side& common, double covariance, double value) {
    const double rest = value - common.shift;
    return output_at_zero_ + (antisymmetric_ && covariance < 0 ? -rest : rest);
  });
}

void PairMoments::gains(std::span<const double> c, std::span<double> result) const {
  if (linear_) {
    for (std::size_t i = 0; i < c.size(); ++i) result[i] = gain_at_zero_;
    return;
  }
  evaluate(&Side::gain, c, result, [](const Side&, double, double value) { return value; });
}

}  // namespace limes::transfer

#include "limes/rate/given_matrix/neuron_moments.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <numbers>

#include "limes/transfer/moments.hpp"

namespace limes::rate::given_matrix {
namespace {

using Eigen::ArrayXd;
using Eigen::Index;
using transfer::Kind;

constexpr double kClassRatio = 1.25;
constexpr double kSmallestClass = 0.5;
constexpr double kLargestSteepness = 40.0;
constexpr Index kLargestOrder = 160;

/// Class of rules for s = gain sqrt(variance), and the largest s of a class.
std::size_t steepness_class(double s) {
  return s <= kSmallestClass
             ? 0
             : static_cast<std::size_t>(std::ceil(std::log(s / kSmallestClass) / std::log(kClassRatio)));
}
double class_steepness(std::size_t index) { return kSmallestClass * std::pow(kClassRatio, static_cast<double>(index)); }

/// Highest Hermite order kept: a_n^2 of tanh falls as exp(-pi sqrt(2 n)/s) (its poles lie pi/(2 s) off the axis).
Index highest_order(double s) {
  return static_cast<Index>(std::min(static_cast<double>(kLargestOrder), std::max(24.0, std::ceil(25.0 * s * s) + 16)));
}

/// Normalised Hermite polynomials He_n(x)/sqrt(n!) one order after the other.
template <typename Value, typename Visit>
void visit_hermite(const Value& x, Index orders, Visit&& visit) {
  Value before = x * 0.0;
  Value current = x * 0.0 + 1.0;
  for (Index n = 0; n < orders; ++n) {
    visit(n, current);
    const Value next =
        (x * current - std::sqrt(static_cast<double>(n)) * before) / std::sqrt(static_cast<double>(n + 1));
    before = current;
    current = next;
  }
}

double normal_density(double x) { return std::exp(-0.5 * x * x) * std::numbers::inv_sqrtpi / std::numbers::sqrt2; }
double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

/// a_n for f(u) = max(x, 0), x = g u ~ N(a, s^2): by parts from the delta function f''.
void relu_coefficients(double a, double s, Eigen::VectorXd& coefficients) {
  const double height = s * normal_density(a / s);
  coefficients[0] = a * normal_cdf(a / s) + height;
  coefficients[1] = s * normal_cdf(a / s);
  visit_hermite(-a / s, coefficients.size() - 2, [&](Index n, double value) {
    coefficients[n + 2] = height * value / std::sqrt(static_cast<double>((n + 2) * (n + 1)));
  });
}

/// a_n for tan(x) clipped to x = +-pi/4: both constant tails in closed form, the piece between by Gauss-Legendre in
/// panels of at most one deviation.
void clipped_tan_coefficients(double a, double s, Eigen::VectorXd& coefficients) {
  using Rule = boost::math::quadrature::gauss<double, 20>;
  const double low = (-std::numbers::pi / 4 - a) / s;
  const double high = (std::numbers::pi / 4 - a) / s;
  coefficients.setZero();
  coefficients[0] = normal_cdf(-high) - normal_cdf(low);
  // int_h^inf He_n(x) phi(x) dx = He_{n-1}(h) phi(h).
  for (const double end : {low, high}) {
    const double density = normal_density(end);
    visit_hermite(end, coefficients.size() - 1, [&](Index n, double value) {
      coefficients[n + 1] += density * value / std::sqrt(static_cast<double>(n + 1));
    });
  }
  const double first = std::max(low, -10.5);
  const double last = std::min(high, 10.5);
  // High orders oscillate with wave number sqrt(n): half a deviation is at most a wave at the highest order.
  const auto panels = std::max(1, static_cast<int>(std::ceil((last - first) / 0.5)));
  if (last <= first) return;
  const double half = 0.5 * (last - first) / panels;
  for (int p = 0; p < panels; ++p) {
    const double middle = first + (2 * p + 1) * half;
    for (std::size_t q = 0; q < 2 * Rule::abscissa().size(); ++q) {
      const double x = middle + (q % 2 == 0 ? half : -half) * Rule::abscissa()[q / 2];
      const double weight = Rule::weights()[q / 2] * half * normal_density(x) * std::tan(a + s * x);
      visit_hermite(x, coefficients.size(), [&](Index n, double value) { coefficients[n] += weight * value; });
    }
  }
}

}  // namespace

bool NeuronMoments::smooth() const {
  return transfer_.kind == Kind::kTanh || transfer_.kind == Kind::kErf || transfer_.kind == Kind::kLogistic ||
         transfer_.kind == Kind::kNormalCdf;
}

NeuronMoments::Rule& NeuronMoments::rule(double s, bool with_hermite) {
  std::vector<Rule>& rules = with_hermite ? long_rules_ : short_rules_;
  const std::size_t index = steepness_class(s);
  if (index >= rules.size()) rules.resize(index + 1);
  Rule& result = rules[index];
  if (result.nodes.size() > 0) return result;
  const double steepness = class_steepness(index);
  double step = std::min(0.6, 0.3 / steepness);
  double end = 7.5;
  const Index orders = highest_order(steepness) + 1;
  if (with_hermite) {
    // He_n exp(-x^2/2) is below exp(-x^2/4) and has wave numbers up to about sqrt(n) + 6.
    end = 10.5;
    step = std::min(step, 2 * std::numbers::pi / (8.5 + std::sqrt(static_cast<double>(orders))));
  }
  const auto half = static_cast<Index>(std::ceil(end / step));
  result.nodes = ArrayXd::LinSpaced(2 * half + 1, -end, end);
  result.weights = (-0.5 * result.nodes.square()).exp();
  result.weights /= result.weights.sum();
  if (with_hermite) {
    result.hermite.resize(orders, result.nodes.size());
    visit_hermite(result.nodes, orders,
                  [&](Index n, const ArrayXd& value) { result.hermite.row(n) = (value * result.weights).matrix(); });
  }
  return result;
}

ArrayXd NeuronMoments::values(const ArrayXd& u) const {
  switch (transfer_.kind) {
    case Kind::kTanh:
      return 1.0 - 2.0 / ((2.0 * transfer_.gain * u).exp() + 1.0);
    case Kind::kLogistic:
      return 1.0 / ((-2.0 * transfer_.gain * u).exp() + 1.0);
    default:
      return u.unaryExpr([this](double x) { return transfer::value(transfer_, x); });
  }
}

OutputMoments NeuronMoments::outputs(std::span<const double> mean, std::span<const double> variance) {
  const auto size = static_cast<Index>(mean.size());
  OutputMoments result{ArrayXd(size), ArrayXd(size)};
  for (Index i = 0; i < size; ++i) {
    const double v = variance[static_cast<std::size_t>(i)];
    const double mu = mean[static_cast<std::size_t>(i)];
    const double s = transfer_.gain * std::sqrt(v);
    if (s == 0.0) {
      result.f[i] = transfer::value(transfer_, mu);
      result.variance[i] = 0.0;
    } else if (smooth() && s <= kLargestSteepness) {
      const Rule& nodes = rule(s, false);
      const ArrayXd f = values(mu + std::sqrt(v) * nodes.nodes);
      result.f[i] = (nodes.weights * f).sum();
      result.variance[i] = (nodes.weights * (f - result.f[i]).square()).sum();
    } else {
      const transfer::Moments moments = transfer::moments(transfer_, mu, v);
      result.f[i] = moments.f;
      result.variance[i] = std::max(0.0, moments.ff - moments.f * moments.f);
    }
  }
  return result;
}

GainMoments NeuronMoments::gains(std::span<const double> mean, std::span<const double> variance) {
  const auto size = static_cast<Index>(mean.size());
  GainMoments result{ArrayXd(size), ArrayXd(size), ArrayXd(size), ArrayXd(size), ArrayXd(size)};
  const double g = transfer_.gain;
  for (Index i = 0; i < size; ++i) {
    const double v = variance[static_cast<std::size_t>(i)];
    const double mu = mean[static_cast<std::size_t>(i)];
    const double s = g * std::sqrt(v);
    if (s == 0.0 || !smooth() || s > kLargestSteepness) {
      const transfer::Moments moments = transfer::moments(transfer_, mu, v);
      result.df[i] = moments.df;
      result.dfdf[i] = moments.dfdf;
      result.ddf[i] = moments.ddf;
      result.f_df[i] = moments.f_df;
      result.f_ddf[i] = moments.f_ddf;
      continue;
    }
    const Rule& nodes = rule(s, false);
    const ArrayXd u = mu + std::sqrt(v) * nodes.nodes;
    const ArrayXd f = values(u);
    ArrayXd df;
    ArrayXd ddf;
    switch (transfer_.kind) {
      case Kind::kTanh:
        df = g * (1.0 - f.square());
        ddf = -2.0 * g * f * df;
        break;
      case Kind::kLogistic:
        df = 2.0 * g * f * (1.0 - f);
        ddf = 2.0 * g * (1.0 - 2.0 * f) * df;
        break;
      case Kind::kErf:
        df = g * (-0.25 * std::numbers::pi * g * g * u.square()).exp();
        ddf = -0.5 * std::numbers::pi * g * g * u * df;
        break;
      default:
        df = g * std::numbers::inv_sqrtpi / std::numbers::sqrt2 * (-0.5 * g * g * u.square()).exp();
        ddf = -g * g * u * df;
    }
    const auto mean_of = [&](const auto& x) { return (nodes.weights * x).sum(); };
    result.df[i] = mean_of(df);
    result.dfdf[i] = mean_of(df.square());
    result.ddf[i] = mean_of(ddf);
    result.f_df[i] = mean_of(f * df);
    result.f_ddf[i] = mean_of(f * ddf);
  }
  return result;
}

double NeuronMoments::hermite_coefficients(double mean, double variance, Eigen::VectorXd& coefficients) {
  const double a = transfer_.gain * mean;
  const double s = transfer_.gain * std::sqrt(variance);
  if (transfer_.kind == Kind::kLinear) {
    coefficients.resize(2);
    coefficients << a, s;
    return s * s;
  }
  if (smooth() && s <= kLargestSteepness) {
    const Rule& nodes = rule(s, true);
    const ArrayXd f = values(mean + std::sqrt(variance) * nodes.nodes);
    coefficients.noalias() = nodes.hermite * f.matrix();
    return (nodes.weights * (f - coefficients[0]).square()).sum();
  }
  coefficients.resize(smooth() ? 2 : kLargestOrder + 1);
  const transfer::Moments moments = transfer::moments(transfer_, mean, variance);
  if (transfer_.kind == Kind::kRelu) {
    relu_coefficients(a, s, coefficients);
  } else if (transfer_.kind == Kind::kClippedTan) {
    clipped_tan_coefficients(a, s, coefficients);
  } else {
    // Steeper than every rule: almost a step; the tail carries what order 1 does not.
    coefficients << moments.f, moments.df * std::sqrt(variance);
  }
  return std::max(0.0, moments.ff - moments.f * moments.f);
}

double NeuronMoments::lag_outputs(double mean, std::span<const double> covariance, std::span<double> outputs,
                                  std::span<double> gains) {
  const double variance = covariance[0];
  if (variance == 0.0 || transfer_.gain == 0.0) {
    std::fill(outputs.begin(), outputs.end(), 0.0);
    const double slope = transfer::derivative(transfer_, mean);
    std::fill(gains.begin(), gains.end(), slope * slope);
    return transfer::value(transfer_, mean);
  }
  Eigen::VectorXd coefficients;
  const double total = hermite_coefficients(mean, variance, coefficients);
  Eigen::VectorXd squares = coefficients.array().square();
  const Index orders = squares.size() - 1;
  const double tail = std::max(0.0, total - squares.tail(orders).sum());
  const double tail_order = std::max(2.0, 1.5 * static_cast<double>(orders));
  // Horner's rule at all lags at once: one lag alone would wait for each product.
  const auto lags = static_cast<Index>(covariance.size());
  const ArrayXd rho =
      (Eigen::Map<const ArrayXd>(covariance.data(), lags) / variance).cwiseMax(0.0).cwiseMin(1.0).eval();
  ArrayXd sum = ArrayXd::Zero(lags);
  for (Index n = orders; n >= 1; --n) sum = (sum + squares[n]) * rho;
  const bool has_rest = tail > 1e-15 * total;
  const ArrayXd rest = has_rest ? ArrayXd(tail * rho.pow(tail_order)) : ArrayXd::Zero(lags);
  Eigen::Map<ArrayXd>(outputs.data(), lags) = sum + rest;
  if (!gains.empty()) {
    ArrayXd slope = ArrayXd::Zero(lags);
    for (Index n = orders; n >= 1; --n) slope = slope * rho + static_cast<double>(n) * squares[n];
    const ArrayXd rest_slope = (rho > 0.0).select(rest * tail_order / rho.cwiseMax(1e-300), 0.0);
    Eigen::Map<ArrayXd>(gains.data(), lags) = (slope + rest_slope) / variance;
  }
  return coefficients[0];
}

}  // namespace limes::rate::given_matrix

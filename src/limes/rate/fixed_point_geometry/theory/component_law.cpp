#include "limes/rate/fixed_point_geometry/theory/component_law.hpp"

#include <array>
#include <cmath>
#include <numbers>

#include "limes/math/quadrature.hpp"

namespace limes::rate::fixed_points {

namespace {

// Beyond so many sigma the density is below 1e-17 of its largest value.
constexpr double kReach = 9.0;
// Up to here the equations are evaluated in the form that suits g near 1, whose rounding grows as g^2.
constexpr double kFarFromOnset = 2.0;

/// Nodes and weights on (0, 1); the rules that solvers ask for again and again are kept.
const math::QuadratureRule& half_rule(std::size_t nodes) {
  const auto make = [](std::size_t count) {
    math::QuadratureRule rule = math::gauss_legendre(count);
    for (double& node : rule.nodes) node = (1.0 + node) / 2.0;
    for (double& weight : rule.weights) weight /= 2.0;
    return rule;
  };
  static const math::QuadratureRule coarse = make(400), fine = make(600);
  thread_local math::QuadratureRule other;
  if (nodes == 400) return coarse;
  if (nodes == 600) return fine;
  other = make(nodes);
  return other;
}

}  // namespace

double ComponentLaw::log_weight(double x, double output, double gain) const {
  return -x * x / (2.0 * variance_) + order_.h * output * output + std::log1p(order_.q * gain) / 2.0;
}

ComponentLaw::ComponentLaw(const Ensemble& ensemble, const OrderParameters& order, std::size_t nodes)
    : ensemble_(ensemble),
      order_(order),
      variance_(ensemble.deviation * ensemble.deviation * order.c + ensemble.field_variance) {
  const math::QuadratureRule& rule = half_rule(nodes);
  const transfer::Transfer phi{ensemble.transfer, 1.0};
  const double sigma = std::sqrt(variance_);
  const double reach = std::asinh(kReach * sigma);
  double sum = 0.0;
  for (std::size_t k = 0; k < rule.nodes.size(); ++k) {
    const double x = std::sinh(reach * rule.nodes[k]);
    const double output = transfer::value(phi, x);
    const double slope = ensemble.deviation * transfer::derivative(phi, x);
    x_.push_back(x);
    output_.push_back(output);
    gain_.push_back(slope * slope);
    // h < 0 and the rest grows by a power of g at most: no exponent is large.
    const double weight = 2.0 * rule.weights[k] * reach * std::cosh(reach * rule.nodes[k]) /
                          (sigma * std::sqrt(2.0 * std::numbers::pi)) * std::exp(log_weight(x, output, gain_.back()));
    weight_.push_back(weight);
    sum += weight;
  }
  for (double& weight : weight_) weight /= sum;
  log_normaliser_ = std::log(sum);
}

double ComponentLaw::density(double x) const {
  const transfer::Transfer phi{ensemble_.transfer, 1.0};
  const double slope = ensemble_.deviation * transfer::derivative(phi, x);
  return std::exp(log_weight(x, transfer::value(phi, x), slope * slope) - log_normaliser_) /
         std::sqrt(2.0 * std::numbers::pi * variance_);
}

Eigen::Vector3d ComponentLaw::residual() const {
  const double g2 = ensemble_.deviation * ensemble_.deviation, d = ensemble_.field_variance;
  const double s = variance_, q = order_.q, h = order_.h;
  const transfer::Transfer phi{ensemble_.transfer, 1.0};
  if (ensemble_.deviation > kFarFromOnset) {
    const double c = average([](double, double f, double) { return f * f; });
    const double flat = average([&](double, double, double a) { return a / (1.0 + q * a); });
    const double square = average([](double x, double, double) { return x * x; });
    return {c / order_.c - 1.0, flat - 1.0, g2 / (2.0 * s) * (square / s - 1.0) - h};
  }
  double bend = 0.0, lost = 0.0, flat = 0.0, turn = 0.0, product = 0.0;
  for (std::size_t k = 0; k < x_.size(); ++k) {
    const double x = x_[k], f = output_[k], w = weight_[k], share = 1.0 / (1.0 + q * gain_[k]);
    const double df = transfer::derivative(phi, x);
    lost += w * (x - f) * (x + f);                                                 // x^2 - phi^2
    turn += w * x * (x - f * df);                                                  // x^2 - x phi phi'
    product += w * x * f * df;                                                     // x phi phi'
    bend += w * x * df * transfer::second_derivative(phi, x) * share;              // x phi' phi''/(1 + q a)
    flat += w * (g2 - 1.0 - q * gain_[k] - g2 * (1.0 - df) * (1.0 + df)) * share;  // a/(1 + q a) - 1
  }
  const double excess = 2.0 * h * product + q * g2 * bend;  // <x^2>/sigma^2 - 1
  const double rise = g2 - 1.0 + g2 * excess;               // g^2 <x^2>/sigma^2 - 1
  return {(rise + (d - g2 * lost) / s) * s / (s - d), flat,
          h * (rise - g2 * turn / s) + g2 * g2 * q / (2.0 * s) * bend};
}

Eigen::Matrix3d ComponentLaw::residual_slope() const {
  const double g2 = ensemble_.deviation * ensemble_.deviation;
  const double s = variance_, q = order_.q;
  // A = phi^2, a/(1 + q a), x^2 and the derivatives L of ln P with respect to sigma^2, h, q; a = g^2 phi'^2.
  Eigen::Vector3d mean = Eigen::Vector3d::Zero(), slope = Eigen::Vector3d::Zero();
  Eigen::Matrix3d product = Eigen::Matrix3d::Zero();
  double square = 0.0;
  for (std::size_t k = 0; k < x_.size(); ++k) {
    const double a = gain_[k] / (1.0 + q * gain_[k]), x2 = x_[k] * x_[k], f2 = output_[k] * output_[k];
    const Eigen::Vector3d values(f2, a, x2), logs((x2 / s - 1.0) / (2.0 * s), f2, a / 2.0);
    mean += weight_[k] * values;
    slope += weight_[k] * logs;
    product += weight_[k] * values * logs.transpose();
    square += weight_[k] * a * a;
  }
  Eigen::Matrix3d change = product - mean * slope.transpose();  // rows A, columns sigma^2, h, q
  change(1, 2) -= square;
  change.col(0) *= g2;  // sigma^2 -> c
  Eigen::Matrix3d result;
  result.row(0) = change.row(0) / order_.c;
  result(0, 0) -= mean(0) / (order_.c * order_.c);
  result.row(1) = change.row(1);
  result.row(2) = g2 / (2.0 * s * s) * change.row(2);
  result(2, 0) -= g2 * g2 / (2.0 * s * s) * (2.0 * mean(2) / s - 1.0);
  result(2, 1) -= 1.0;
  return result;
}

}  // namespace limes::rate::fixed_points

#include "limes/rate/renormalized/theory/loop_equations.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <complex>

#include "limes/transfer/moments.hpp"

namespace limes::rate::renormalized {

VarianceTerms::VarianceTerms(const LoopModel& model, double variance)
    : theta(variance),
      gain(transfer::moments(model.transfer, 0.0, variance).df),
      kappa(1.0 - model.coupling_mean * gain),
      pair(model.transfer, 0.0, variance) {}

double VarianceTerms::cross(const LoopModel& model) const {
  if (!model.cross_term) return 0.0;
  const double g2 = model.coupling_deviation * model.coupling_deviation;
  return 2.0 * model.inverse_size * model.coupling_mean * g2 * gain * kappa;
}

double VarianceTerms::own(const LoopModel& model) const {
  if (!model.own_feedback) return 0.0;
  return 2.0 * model.inverse_size * model.coupling_mean * model.noise_intensity * gain;
}

Eigen::Matrix2d VarianceTerms::tail(const LoopModel& model) const {
  const double g2 = model.coupling_deviation * model.coupling_deviation;
  const double loop = model.inverse_size * model.coupling_mean * model.coupling_mean;
  const double slope = pair.gain(0.0);
  Eigen::Matrix2d matrix;
  matrix << 1.0 - g2 * slope - loop * slope, -loop * (1.0 - kappa * kappa) + loop * loop * slope - cross(model), -slope,
      kappa * kappa + loop * slope;
  return matrix;
}

std::optional<Eigen::Matrix2d> positive_root(const Eigen::Matrix2d& matrix) {
  // sqrt(M) = (M + sqrt(det) 1)/sqrt(trace + 2 sqrt(det)), by Cayley and Hamilton; also for complex eigenvalues.
  const double determinant = matrix.determinant();
  const double trace = matrix.trace();
  if (!(determinant > 0.0) || !(trace + 2.0 * std::sqrt(determinant) > 0.0)) return std::nullopt;
  const double root = std::sqrt(determinant);
  return (matrix + root * Eigen::Matrix2d::Identity()) / std::sqrt(trace + 2.0 * root);
}

LagTerms lag_terms(const LoopModel& model, const Eigen::VectorXd& lags, const VarianceTerms& terms,
                   const LagFields& fields) {
  const double g2 = model.coupling_deviation * model.coupling_deviation;
  const double loop = model.inverse_size * model.coupling_mean * model.coupling_mean;
  const double kappa2 = terms.kappa * terms.kappa;
  const Eigen::Index nodes = fields.covariance.size();
  const auto count = static_cast<std::size_t>(nodes);
  LagTerms result;
  result.output.resize(nodes);
  result.shared.resize(nodes);
  const Eigen::VectorXd shared = loop * (fields.filtered + fields.spread) + fields.pairs;
  terms.pair.outputs({fields.covariance.data(), count}, {result.output.data(), count});
  terms.pair.outputs({shared.data(), count}, {result.shared.data(), count});
  result.independent = result.output - result.shared;
  result.filtered_curvature = kappa2 * fields.filtered - result.independent;
  result.covariance_curvature =
      fields.covariance - g2 * result.output -
      loop * ((1.0 - kappa2) * fields.filtered + result.independent + fields.spread - fields.spread_curvature);
  result.covariance_curvature -= terms.cross(model) * fields.filtered;
  if (model.own_feedback)
    result.covariance_curvature -= terms.own(model) * (-terms.kappa * lags.array()).exp().matrix();
  return result;
}

Eigen::VectorXd cross_part(const LoopModel& model, const LagPanels& panels, const VarianceTerms& terms,
                           const LagFields& fields) {
  Eigen::VectorXd source = terms.cross(model) * fields.filtered;
  if (model.own_feedback) source += terms.own(model) * (-terms.kappa * panels.lags().array()).exp().matrix();
  return panels.filtered(source, 1.0);
}

namespace {

/// Braces of (7) at frequency w.
double braces(const LoopModel& model, double gain, double w) {
  using Complex = std::complex<double>;
  const Complex response = gain / Complex(1.0, w);
  const Complex ratio = model.coupling_mean * response / (1.0 - model.coupling_mean * response);
  const double g2 = model.coupling_deviation * model.coupling_deviation;
  const Complex squared = g2 * response * response;
  return 2.0 * std::real(ratio * ratio * squared / (1.0 - squared)) +
         std::norm(ratio) * std::abs(squared) / (1.0 - std::abs(squared));
}

}  // namespace

double gain_spread_size(const LoopModel& model, double gain) {
  // The braces are largest at w = 0 or near the scale of the slower of the two rates.
  double largest = std::abs(braces(model, gain, 0.0));
  for (double w = 1e-3; w < 30.0; w *= 1.1) largest = std::max(largest, std::abs(braces(model, gain, w)));
  return model.inverse_size * largest;
}

void set_gain_spread(const LoopModel& model, const LagPanels& panels, const VarianceTerms& terms, LagFields& fields) {
  // a = gbar p, q = g p, s = w^2, L_c = 1/(c^2 + s):
  //   braces = a^2 q^2 [2 P(s) L_kappa^2 L_(1-q) L_(1+q) + L_kappa L_m],  m^2 = 1 - q^2,
  //   P = (kappa^2 - s)(1 - q^2 - s) - 4 kappa s,
  // and s L_c y = y - c^2 L_c y.
  const double a = model.coupling_mean * terms.gain, q = model.coupling_deviation * terms.gain;
  const double kappa2 = terms.kappa * terms.kappa, slow2 = (1.0 - q) * (1.0 - q), fast2 = (1.0 + q) * (1.0 + q);
  const double middle2 = 1.0 - q * q;
  using Eigen::VectorXd;
  const VectorXd y1 = panels.filtered(fields.filtered, terms.kappa);
  const VectorXd y2 = panels.filtered(y1, terms.kappa);
  const VectorXd y3 = panels.filtered(y2, 1.0 - q);
  const VectorXd y4 = panels.filtered(y3, 1.0 + q);
  const VectorXd z = panels.filtered(y1, std::sqrt(middle2));
  const VectorXd s_y2 = y1 - kappa2 * y2;
  const VectorXd s_y3 = y2 - slow2 * y3, s2_y3 = s_y2 - slow2 * s_y3;
  const VectorXd s_y4 = y3 - fast2 * y4, s2_y4 = s_y3 - fast2 * s_y4, s3_y4 = s2_y3 - fast2 * s2_y4;
  const VectorXd s_z = y1 - middle2 * z;
  const double linear = kappa2 + middle2 + 4.0 * terms.kappa, constant = kappa2 * middle2;
  const double factor = model.inverse_size * a * a * q * q;
  fields.spread = factor * (2.0 * (s2_y4 - linear * s_y4 + constant * y4) + z);
  fields.spread_curvature = -factor * (2.0 * (s3_y4 - linear * s2_y4 + constant * s_y4) + s_z);
}

}  // namespace limes::rate::renormalized

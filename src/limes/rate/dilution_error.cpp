#include "limes/rate/dilution_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "limes/math/quadrature.hpp"
#include "limes/rate/field_coefficients.hpp"
#include "limes/transfer/moments.hpp"

namespace limes::rate {

namespace {

using Kind = CouplingDescription::Kind;

/// E f(u)^4, u ~ N(mean, variance); good to a few digits, as an estimate of an error needs.
double fourth_moment(const transfer::Transfer& transfer, double mean, double variance) {
  static const math::QuadratureRule rule = math::gaussian_trapezoid(0.05, -8.0, 8.0);
  double sum = 0.0;
  for (std::size_t n = 0; n < rule.nodes.size(); ++n) {
    const double f = transfer::value(transfer, mean + std::sqrt(variance) * rule.nodes[n]);
    sum += rule.weights[n] * f * f * f * f;
  }
  return sum;
}

/// What one branch says of each population; of a two-time solution at its last time.
struct BranchState {
  std::vector<double> mean, variance;
};

std::map<std::string, BranchState> states_of(const RateDescription& description, const system::TheoryOutcome& outcome) {
  std::map<std::string, BranchState> states;
  for (const auto& quantity : outcome.quantities) {
    if (quantity.name == "mean") states[quantity.branch].mean = quantity.value.values;
    if (quantity.name == "variance") states[quantity.branch].variance = quantity.value.values;
  }
  const std::size_t populations = description.populations.size();
  for (const auto& curve : outcome.curves) {
    if (curve.name != "mean_trajectory" && curve.name != "variance_trajectory") continue;
    const std::size_t points = curve.values.values.size() / populations;
    std::vector<double> last;
    for (std::size_t a = 0; a < populations; ++a) last.push_back(curve.values.values[(a + 1) * points - 1]);
    (curve.name == "mean_trajectory" ? states[curve.branch].mean : states[curve.branch].variance) = std::move(last);
  }
  std::erase_if(states, [&](const auto& entry) {
    return entry.second.mean.size() != populations || entry.second.variance.size() != populations;
  });
  return states;
}

/// The largest excess kurtosis of a population's field.
double kurtosis(const RateDescription& description, const BranchState& state) {
  const auto& coupling = description.coupling;
  const Eigen::MatrixXd second = second_moment_coefficients(description);
  const Eigen::MatrixXd centred = centred_coefficients(description);
  double largest = 0.0;
  for (std::size_t a = 0; a < state.mean.size(); ++a) {
    const Population& target = description.populations[a];
    double cumulant = 0.0;
    double field =
        target.threshold_deviation * target.threshold_deviation + target.noise_deviation * target.noise_deviation;
    for (std::size_t b = 0; b < state.mean.size(); ++b) {
      const auto row = static_cast<Eigen::Index>(a), column = static_cast<Eigen::Index>(b);
      const double degree = coupling.degree(row, column);
      if (degree <= 0.0) continue;
      const auto& transfer = description.populations[b].transfer;
      const transfer::Moments moments = transfer::moments(transfer, state.mean[b], state.variance[b]);
      field += second(row, column) * moments.ff + centred(row, column) * (moments.ff - moments.f * moments.f);
      const double mean = coupling.mean(row, column) / degree;
      const double variance = coupling.deviation(row, column) * coupling.deviation(row, column) / degree;
      const double weight = std::pow(mean, 4) + 6.0 * mean * mean * variance + 3.0 * variance * variance;
      cumulant += degree * weight * fourth_moment(transfer, state.mean[b], state.variance[b]);
    }
    if (field > 0.0) largest = std::max(largest, cumulant / (field * field));
  }
  return largest;
}

void state_error(const BranchState& state, double kurtosis, system::TheoryQuantity& quantity) {
  if (quantity.name == "residual") return;
  quantity.approximate = true;
  const bool of_scale = quantity.name == "mean" || quantity.name == "field_mean" || quantity.name == "mean_output";
  for (std::size_t i = 0; i < quantity.error.values.size(); ++i) {
    double scale =
        std::abs(quantity.value.complex ? std::hypot(quantity.value.values[2 * i], quantity.value.values[2 * i + 1])
                                        : quantity.value.values[i]);
    if (of_scale) scale = std::max(scale, std::sqrt(state.variance[std::min(i, state.variance.size() - 1)]));
    if (quantity.name == "frozen_variance") scale = state.variance[std::min(i, state.variance.size() - 1)];
    if (quantity.name == "lyapunov_exponent") scale = std::max(scale, 1.0);  // ln sqrt(J^2 E f'^2): a relative error
    if (quantity.name == "field_kurtosis") scale = 1.0;
    quantity.error.values[i] = std::max(quantity.error.values[i], kurtosis * scale);
  }
}

}  // namespace

void state_dilution_error(const RateDescription& description, system::TheoryOutcome& outcome) {
  const auto kind = description.coupling.kind;
  if (kind != Kind::kBernoulli && kind != Kind::kFixedInDegree) return;
  const auto states = states_of(description, outcome);
  double largest = 0.0;
  const auto kurtosis_of = [&](const std::string& branch) {
    const auto state = states.find(branch);
    if (state == states.end()) return 0.0;
    const double value = kurtosis(description, state->second);
    largest = std::max(largest, value);
    return value;
  };
  for (auto& quantity : outcome.quantities) {
    if (const double value = kurtosis_of(quantity.branch); value > 0.0) {
      state_error(states.at(quantity.branch), value, quantity);
    }
  }
  for (auto& curve : outcome.curves) {
    const double value = kurtosis_of(curve.branch);
    if (!(value > 0.0)) continue;
    curve.approximate = true;
    const auto& variances = states.at(curve.branch).variance;
    const double scale = *std::max_element(variances.begin(), variances.end());
    curve.error = curve.values;
    for (double& error : curve.error.values) error = value * scale;
  }
  if (largest > 0.0) {
    outcome.warnings.push_back(
        fmt::format("diluted couplings: the theory neglects terms of order 1/K; the field of a neuron has an excess "
                    "kurtosis of {:.2g}, which is stated as relative error",
                    largest));
  }
}

}  // namespace limes::rate

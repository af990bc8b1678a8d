#include "limes/rate/population_theory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "limes/rate/branch_writer.hpp"
#include "limes/rate/ensemble_theory.hpp"
#include "limes/rate/field_coefficients.hpp"
#include "limes/rate/result_shape.hpp"
#include "limes/rate/theory/populations/flow_fluctuations.hpp"
#include "limes/rate/theory/populations/map_fluctuations.hpp"
#include "limes/rate/theory/populations/perron.hpp"
#include "limes/rate/theory/populations/static_states.hpp"

namespace limes::rate {

namespace {

using system::Tensor;

std::vector<double> outputs_of(const std::vector<transfer::Moments>& moments) {
  std::vector<double> outputs;
  for (const transfer::Moments& m : moments) outputs.push_back(m.f);
  return outputs;
}

/// R, the radius of the bulk of J Lambda: R^2 = Perron root of [(S+X)_ab E f_b'^2] (note 4.5).
double bulk_radius(const theory::PopulationEnsemble& ensemble, const std::vector<transfer::Moments>& moments) {
  Eigen::MatrixXd power = ensemble.second_moment + ensemble.centred;
  for (Eigen::Index b = 0; b < power.cols(); ++b) power.col(b) *= moments[static_cast<std::size_t>(b)].dfdf;
  return std::sqrt(theory::perron_root(power));
}

/// Mean, variance and excess kurtosis of the local fields.
void write_field(BranchWriter& writer, const theory::PopulationEnsemble& ensemble,
                 const std::vector<transfer::Moments>& moments) {
  std::vector<double> means, variances;
  for (Eigen::Index a = 0; a < ensemble.coupling_mean.rows(); ++a) {
    const theory::Population& population = ensemble.populations[static_cast<std::size_t>(a)];
    double mean = -population.threshold_mean;
    double variance = population.threshold_variance() + population.noise_deviation * population.noise_deviation;
    for (Eigen::Index b = 0; b < ensemble.coupling_mean.cols(); ++b) {
      const transfer::Moments& m = moments[static_cast<std::size_t>(b)];
      mean += ensemble.coupling_mean(a, b) * m.f;
      variance += ensemble.second_moment(a, b) * m.ff + ensemble.centred(a, b) * (m.ff - m.f * m.f);
    }
    means.push_back(mean);
    variances.push_back(variance);
  }
  writer.numbers("field_mean", means);
  writer.numbers("field_variance", variances);
  writer.numbers("field_kurtosis", std::vector<double>(means.size(), 0.0), 0.0);
}

void write_static(const RateDescription& description, const theory::PopulationEnsemble& ensemble,
                  const theory::PopulationStaticState& state, std::size_t index, system::TheoryOutcome& outcome) {
  const std::string label = fmt::format("static-{}", index);
  BranchWriter writer(description, outcome, {label, state.stable, "", "every neuron constant in time", true});
  writer.numbers("mean", state.state.mean);
  writer.numbers("variance", state.state.variance);
  writer.numbers("frozen_variance", state.state.variance);
  writer.numbers("mean_output", state.mean_output);
  writer.number("lyapunov_exponent", state.lyapunov_exponent);
  writer.number("jacobian_radius", state.bulk_radius);
  if (state.outlier) {
    writer.quantity("jacobian_outlier", Tensor(*state.outlier), kMomentError * std::max(1.0, std::abs(*state.outlier)));
  } else {
    outcome.warnings.push_back(fmt::format("{}: no eigenvalue of the Jacobian lies outside the bulk", label));
  }
  write_field(writer, ensemble, state.state.moments);
  writer.quantity("residual", Tensor(state.state.residual), 0.0);
  const std::size_t points = curve_points(description, 0.0);
  std::vector<std::vector<double>> rows;
  for (const double variance : state.state.variance) rows.emplace_back(points, variance);
  writer.curves("autocovariance", {lag_axis(description, points)}, rows);
}

/// What maps and flows have in common.
template <typename State>
BranchWriter write_fluctuating_numbers(const RateDescription& description, const theory::PopulationEnsemble& ensemble,
                                       const State& state, std::size_t index, system::TheoryOutcome& outcome) {
  const std::string motion = state.collective_mode && state.collective_mode->imag() != 0.0 ? ", oscillating mean" : "";
  BranchWriter writer(description, outcome,
                      {fmt::format("fluctuating-{}", index), state.stable, "",
                       (state.lyapunov_exponent > 0.0 ? "chaotic" : "driven by noise, not chaotic") + motion, true});
  writer.numbers("mean", state.mean);
  writer.numbers("variance", state.variance);
  writer.numbers("frozen_variance", state.frozen);
  writer.numbers("mean_output", outputs_of(state.moments));
  writer.number("jacobian_radius", bulk_radius(ensemble, state.moments));
  write_field(writer, ensemble, state.moments);
  writer.quantity("residual", Tensor(state.residual), 0.0);
  return writer;
}

void write_fluctuating(const RateDescription& description, const theory::PopulationEnsemble& ensemble,
                       const theory::PopulationMapFluctuation& state, std::size_t index,
                       system::TheoryOutcome& outcome) {
  BranchWriter writer = write_fluctuating_numbers(description, ensemble, state, index, outcome);
  writer.number("lyapunov_exponent", state.lyapunov_exponent);
  if (ensemble.size() == 1 && ensemble.populations.front().leak == 0.0) {
    // Tangents see the variance of the couplings alone, however the sources are drawn (note 5.1).
    theory::Ensemble independent;
    independent.transfer = ensemble.populations.front().transfer;
    independent.coupling_deviation = std::sqrt(ensemble.second_moment(0, 0) + ensemble.centred(0, 0));
    write_free_spectrum(writer, description, independent, state.mean.front(), state.variance.front());
  }
  const std::size_t window = state.autocovariance.front().size();
  const std::size_t points = curve_points(description, 0.4 * static_cast<double>(window));
  const std::vector<double> frequencies = spectrum_frequencies(TimeKind::kDiscrete);
  std::vector<std::vector<double>> rows, spectra;
  for (std::size_t a = 0; a < state.mean.size(); ++a) {
    rows.emplace_back(points, state.frozen[a]);
    std::copy_n(state.autocovariance[a].begin(), std::min(points, window), rows.back().begin());
    spectra.push_back(spectrum_of(state.autocovariance[a], state.frozen[a], 1.0, false, frequencies));
  }
  writer.curves("autocovariance", {lag_axis(description, points)}, rows);
  writer.curves("power_spectrum", {{"frequency", "radian/step", frequencies}}, spectra);
}

/// Values on a grid of `step` at `place`, by the polynomial through the eight nearest points (no point lies at negative
/// lags, where the kink of the noise is): h^8 is 1e-8 at the largest step.
double interpolated(const std::vector<double>& values, double step, double place) {
  constexpr std::size_t kPoints = 8;  // three before the place, four after the next
  const double x = place / step;
  const auto last = values.size() - kPoints;
  const auto first = std::min(last, static_cast<std::size_t>(std::max(0.0, std::floor(x) - 3.0)));
  double sum = 0.0;
  for (std::size_t i = 0; i < kPoints; ++i) {
    double weight = 1.0;
    for (std::size_t j = 0; j < kPoints; ++j) {
      if (j != i) weight *= (x - static_cast<double>(first + j)) / (static_cast<double>(i) - static_cast<double>(j));
    }
    sum += weight * values[first + i];
  }
  return sum;
}

void write_fluctuating(const RateDescription& description, const theory::PopulationEnsemble& ensemble,
                       const theory::PopulationFlowFluctuation& state, std::size_t index,
                       system::TheoryOutcome& outcome) {
  BranchWriter writer = write_fluctuating_numbers(description, ensemble, state, index, outcome);
  writer.quantity("lyapunov_exponent", Tensor(state.lyapunov_exponent), std::max(state.lyapunov_error, kMomentError));
  const double window = static_cast<double>(state.autocovariance.front().size() - 1) * state.step;
  const double step = lag_step(description);
  const std::size_t points = curve_points(description, 0.4 * window / step);
  const std::vector<double> frequencies = spectrum_frequencies(TimeKind::kContinuous);
  std::vector<std::vector<double>> rows, spectra;
  for (std::size_t a = 0; a < state.mean.size(); ++a) {
    auto& row = rows.emplace_back(points, state.frozen[a]);
    for (std::size_t k = 0; k < points && static_cast<double>(k) * step < window; ++k) {
      row[k] = interpolated(state.autocovariance[a], state.step, static_cast<double>(k) * step);
    }
    spectra.push_back(spectrum_of(state.autocovariance[a], state.frozen[a], state.step, true, frequencies));
  }
  writer.curves("autocovariance", {lag_axis(description, points)}, rows);
  writer.curves("power_spectrum", {{"frequency", "radian/tau", frequencies}}, spectra);
}

}  // namespace

theory::PopulationEnsemble population_ensemble_of(const RateDescription& description, double offset) {
  const double total = static_cast<double>(description.size());
  theory::PopulationEnsemble ensemble;
  for (const Population& given : description.populations) {
    const double correlation = given.threshold_correlation;
    theory::Population& population = ensemble.populations.emplace_back();
    population.transfer = given.transfer;
    population.leak = given.leak;
    population.threshold_mean = given.threshold_mean + offset * given.threshold_deviation * std::sqrt(correlation);
    population.threshold_deviation = given.threshold_deviation * std::sqrt(1.0 - correlation);
    population.noise_deviation = given.noise_deviation;
    population.noise_intensity = given.noise_intensity;
    population.initial_mean = given.initial_mean;
    population.initial_variance = given.initial_variance;
    population.share = static_cast<double>(given.size) / total;
  }
  ensemble.coupling_mean = description.coupling.mean;
  ensemble.second_moment = second_moment_coefficients(description);
  ensemble.centred = centred_coefficients(description);
  return ensemble;
}

system::TheoryOutcome population_theory(const RateDescription& description, double offset, const StopToken& stop) {
  const bool flow = description.time == TimeKind::kContinuous;
  const theory::PopulationEnsemble ensemble = population_ensemble_of(description, offset);
  system::TheoryOutcome outcome;
  std::size_t index = 0;
  for (const theory::PopulationStaticState& state : theory::static_states(ensemble, flow, stop)) {
    write_static(description, ensemble, state, index++, outcome);
  }
  index = 0;
  std::vector<double> unconverged;
  const auto write = [&](const auto& states) {
    for (const auto& state : states) write_fluctuating(description, ensemble, state, index++, outcome);
  };
  if (flow) {
    write(theory::flow_fluctuations(ensemble, stop, &unconverged));
  } else {
    write(theory::map_fluctuations(ensemble, stop, &unconverged));
  }
  warn_of_unconverged(unconverged, index == 0, outcome);
  warn_where_nothing_happens(description, outcome);
  return outcome;
}

}  // namespace limes::rate

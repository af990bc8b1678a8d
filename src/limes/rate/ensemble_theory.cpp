#include "limes/rate/ensemble_theory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "limes/rate/branch_writer.hpp"
#include "limes/rate/field_coefficients.hpp"
#include "limes/rate/result_shape.hpp"
#include "limes/rate/theory/flow_fluctuations.hpp"
#include "limes/rate/theory/lyapunov.hpp"
#include "limes/rate/theory/map_fluctuations.hpp"
#include "limes/rate/theory/static_states.hpp"

namespace limes::rate {
namespace {

using system::Tensor;

// Points of the spectrum's curve; of larger networks every n-th exponent is given.
constexpr std::size_t kMostExponents = 4096;

void write_field(BranchWriter& writer, const theory::Ensemble& ensemble, const transfer::Moments& moments) {
  writer.number("field_mean", ensemble.coupling_mean * moments.f - ensemble.threshold_mean);
  writer.number("field_variance",
                ensemble.coupling_variance() * moments.ff + ensemble.threshold_variance() + ensemble.noise_variance());
  writer.quantity("field_kurtosis", Tensor(0.0), 0.0);
}

void write_static(const RateDescription& description, const theory::Ensemble& ensemble,
                  const theory::StaticState& state, std::size_t index, system::TheoryOutcome& outcome) {
  const std::string label = fmt::format("static-{}", index);
  BranchWriter writer(description, outcome, {label, state.stable, "", "every neuron constant in time", true});
  writer.number("mean", state.state.mean);
  writer.number("variance", state.state.variance);
  writer.number("frozen_variance", state.state.variance);
  writer.number("mean_output", state.mean_output);
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
  writer.curve("autocovariance", lag_axis(description, points), std::vector<double>(points, state.state.variance));
}

void write_common(BranchWriter& writer, const theory::Ensemble& ensemble, double mean, double variance, double frozen,
                  const transfer::Moments& moments, double residual) {
  writer.number("mean", mean);
  writer.number("variance", variance);
  writer.quantity("frozen_variance", Tensor(frozen), kMomentError * std::max(variance, 1e-3));
  writer.number("mean_output", moments.f);
  writer.number("jacobian_radius", ensemble.coupling_deviation * std::sqrt(moments.dfdf));
  write_field(writer, ensemble, moments);
  writer.quantity("residual", Tensor(residual), 0.0);
}

void write_fluctuating(const RateDescription& description, const theory::Ensemble& ensemble,
                       const theory::MapFluctuation& state, std::size_t index, system::TheoryOutcome& outcome) {
  BranchWriter writer(description, outcome,
                      {fmt::format("fluctuating-{}", index), state.stable, "",
                       state.lyapunov_exponent > 0.0 ? "chaotic" : "driven by noise, not chaotic", true});
  write_common(writer, ensemble, state.mean, state.variance, state.frozen, state.moments, state.residual);
  writer.number("lyapunov_exponent", state.lyapunov_exponent);
  if (ensemble.leak == 0.0) {
    write_free_spectrum(writer, description, ensemble, state.mean, state.variance);
  }
  // The autocovariance runs to 1e-11 of its start: ten correlation times are 10/25 of that.
  const std::size_t points = curve_points(description, 0.4 * static_cast<double>(state.autocovariance.size()));
  std::vector<double> values(points, state.frozen);
  std::copy_n(state.autocovariance.begin(), std::min(points, state.autocovariance.size()), values.begin());
  writer.curve("autocovariance", lag_axis(description, points), std::move(values));
  const std::vector<double> frequencies = spectrum_frequencies(TimeKind::kDiscrete);
  writer.curve("power_spectrum", {"frequency", "radian/step", frequencies},
               spectrum_of(state.autocovariance, state.frozen, 1.0, false, frequencies));
}

void write_fluctuating(const RateDescription& description, const theory::Ensemble& ensemble,
                       const theory::FlowFluctuation& state, std::size_t index, system::TheoryOutcome& outcome) {
  BranchWriter writer(description, outcome,
                      {fmt::format("fluctuating-{}", index), state.stable, "",
                       state.lyapunov_exponent > 0.0 ? "chaotic" : "driven by noise, not chaotic", true});
  write_common(writer, ensemble, state.mean, state.variance, state.frozen, state.moments, state.residual);
  writer.quantity("lyapunov_exponent", Tensor(state.lyapunov_exponent),
                  std::max(state.lyapunov_error, kMomentError * std::max(1.0, std::abs(state.lyapunov_exponent))));
  const double step = lag_step(description);
  const double decayed = static_cast<double>(state.autocovariance.size()) * state.step;
  const std::size_t points = curve_points(description, 0.4 * decayed / step);
  writer.curve("autocovariance", lag_axis(description, points),
               theory::flow_autocovariance(ensemble, state, step, points));
  const std::vector<double> frequencies = spectrum_frequencies(TimeKind::kContinuous);
  writer.curve("power_spectrum", {"frequency", "radian/tau", frequencies},
               spectrum_of(state.autocovariance, state.frozen, state.step, true, frequencies));
}

/// |J|_2 of the ensemble: 2 J, or the singular value that a mean above the deviation pulls out of the bulk.
double limit_of_norm(const theory::Ensemble& ensemble) {
  const double mean = std::abs(ensemble.coupling_mean);
  const double deviation = ensemble.coupling_deviation;
  return mean <= deviation ? 2.0 * deviation : mean + deviation * deviation / mean;
}

void write_ensemble(const RateDescription& description, const theory::Ensemble& ensemble,
                    system::TheoryOutcome& outcome) {
  // The norm of a sparse matrix is set by its rare large rows, not by the bulk.
  if (description.coupling.kind == CouplingDescription::Kind::kBernoulli) return;
  BranchWriter writer(description, outcome,
                      {"ensemble", std::nullopt, "ensemble", "limits of the coupling matrix itself", true});
  const double norm = limit_of_norm(ensemble);
  writer.number("coupling_norm", norm);
  const double slope = transfer::largest_slope(transfer::with_gain(ensemble.transfer, 1.0));
  if (norm > 0.0) writer.number("contraction_gain", (1.0 - ensemble.leak) / (slope * norm));
}

}  // namespace

void write_free_spectrum(BranchWriter& writer, const RateDescription& description, const theory::Ensemble& ensemble,
                         double mean, double variance) {
  const theory::SpectrumSummary summary = theory::free_spectrum_summary(ensemble, mean, variance);
  writer.number("entropy_rate", summary.entropy_rate, 1e-7);
  writer.number("kaplan_yorke_dimension", summary.kaplan_yorke_dimension, 1e-7);
  if (!(ensemble.coupling_variance() > 0.0)) return;
  const std::size_t size = description.size();
  const std::size_t thinning = (size + kMostExponents - 1) / kMostExponents;
  system::Axis axis{"index", "1", {}};
  for (std::size_t i = 0; i < size; i += thinning) {
    axis.values.push_back((static_cast<double>(i) + 0.5) / static_cast<double>(size));
  }
  std::vector<double> exponents = theory::free_lyapunov_spectrum(ensemble, mean, variance, axis.values);
  const auto end = std::find_if(exponents.begin(), exponents.end(), [](double value) { return !std::isfinite(value); });
  exponents.erase(end, exponents.end());
  axis.values.resize(exponents.size());
  if (!exponents.empty()) writer.curve("lyapunov_spectrum", std::move(axis), std::move(exponents));
}

theory::Ensemble ensemble_of(const RateDescription& description, double offset) {
  const Population& population = description.population();
  theory::Ensemble ensemble;
  ensemble.transfer = population.transfer;
  ensemble.leak = population.leak;
  ensemble.coupling_mean = description.coupling.mean(0, 0);
  ensemble.coupling_deviation = std::sqrt(second_moment_coefficients(description)(0, 0));
  ensemble.threshold_mean =
      population.threshold_mean + offset * population.threshold_deviation * std::sqrt(population.threshold_correlation);
  ensemble.threshold_deviation = population.threshold_deviation * std::sqrt(1.0 - population.threshold_correlation);
  ensemble.noise_deviation = population.noise_deviation;
  ensemble.noise_intensity = population.noise_intensity;
  return ensemble;
}

system::TheoryOutcome ensemble_theory(const RateDescription& description, const theory::Ensemble& ensemble,
                                      const StopToken& stop) {
  const bool flow = description.time == TimeKind::kContinuous;
  system::TheoryOutcome outcome;
  std::size_t index = 0;
  for (const theory::StaticState& state : theory::static_states(ensemble, flow)) {
    write_static(description, ensemble, state, index++, outcome);
  }
  index = 0;
  std::vector<double> unconverged;
  if (!flow) {
    for (const theory::MapFluctuation& state : theory::map_fluctuations(ensemble, stop, &unconverged)) {
      write_fluctuating(description, ensemble, state, index++, outcome);
    }
  } else {
    const bool iterate = description.theory.method == TheoryOptions::Method::kIteration;
    for (const theory::FlowFluctuation& state :
         iterate ? theory::flow_fluctuations_by_iteration(ensemble, {}, stop, &unconverged)
                 : theory::flow_fluctuations(ensemble, stop)) {
      if (!state.converged) unconverged.push_back(state.residual);
      write_fluctuating(description, ensemble, state, index++, outcome);
    }
  }
  write_ensemble(description, ensemble, outcome);
  warn_of_unconverged(unconverged, index == 0, outcome);
  warn_where_nothing_happens(description, outcome);
  return outcome;
}

}  // namespace limes::rate

#include "limes/rate/simulation/recorder.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "limes/rate/result_shape.hpp"
#include "limes/rate/simulation/bulk_radius.hpp"
#include "limes/rate/simulation/measured_curve.hpp"
#include "limes/rate/simulation/power_spectrum.hpp"

namespace limes::rate {

namespace {

// Steps of the map, or tau, that a tangent vector is given to turn to the leading direction.
constexpr double kTangentBurnIn = 200.0;
constexpr double kTangentBurnInTau = 20.0;

}  // namespace

SamplingPlan::SamplingPlan(const RateDescription& description)
    : transient_(description.simulation.transient_steps),
      measured_(description.simulation.measured_steps),
      stride_(sample_stride(description)) {
  const double step = description.simulation.step;
  const double burn_in = description.time == TimeKind::kDiscrete ? kTangentBurnIn : kTangentBurnInTau / step;
  first_growth_ = std::max(transient_, std::min(static_cast<std::int64_t>(burn_in), transient_ + measured_ / 4));
  const double spacing = static_cast<double>(stride_) * step;
  if (description.theory.kind == TheoryOptions::Kind::kTwoTime) {
    trajectory_ = std::max(trajectory_, static_cast<std::int64_t>(std::ceil(description.theory.horizon / spacing)));
  }
  lags_ = std::min(static_cast<std::int64_t>(std::floor(description.simulation.lags / spacing + 1e-9)), samples() / 4);
}

Recorder::Recorder(const RateDescription& description, std::size_t memory)
    : description_(&description),
      plan_(description),
      borders_(description.borders()),
      radius_square_(plan_.samples()),
      growth_(plan_.total_steps() - plan_.first_growth()),
      spectrum_(static_cast<std::size_t>(description.simulation.exponents > 1 ? description.simulation.exponents : 0),
                plan_.total_steps() - plan_.first_growth()),
      pairs_(description.size(), plan_.samples()),
      two_time_(description),
      attractor_(description, plan_.samples(), plan_.total_steps() - plan_.first_growth()) {
  for (const Population& population : description.populations) {
    const double share = static_cast<double>(population.size) / static_cast<double>(description.size());
    populations_.emplace_back(population.size, plan_.samples(), plan_.lags(),
                              static_cast<std::size_t>(share * static_cast<double>(memory)));
  }
}

void Recorder::record(std::int64_t step, const Snapshot& snapshot, std::span<const double> column_power,
                      compute::Threads& threads) {
  const bool on_trajectory = plan_.is_on_trajectory(step);
  const bool is_measured = plan_.is_measured(step);
  two_time_.record(step, snapshot.state, snapshot.output);
  if (!on_trajectory && !is_measured) return;
  const std::int64_t sample = is_measured ? plan_.sample(step) : -1;
  for (std::size_t a = 0; a < populations_.size(); ++a) {
    const std::size_t first = borders_[a], count = borders_[a + 1] - first;
    populations_[a].record(sample, on_trajectory, snapshot.state.subspan(first, count),
                           snapshot.output.subspan(first, count), snapshot.field.subspan(first, count), threads);
  }
  if (!is_measured) return;
  radius_square_.add(sample, bulk_radius_square(*description_, column_power, snapshot.slope));
  pairs_.add(sample, snapshot.state);
  attractor_.record(sample, snapshot.state, snapshot.output);
}

void Recorder::record_growth(std::int64_t step, double log_growth) {
  if (step < plan_.first_growth()) return;
  attractor_.record_growth(step - plan_.first_growth(), {1, std::span(&log_growth, 1)});
  if (!std::isfinite(log_growth)) {
    tangent_vanished_ = true;
    return;
  }
  growth_.add(step - plan_.first_growth(), log_growth / description_->simulation.step);
}

void Recorder::record_growth(std::int64_t step, const FrameGrowth& growth) {
  if (growth.steps == 0 || step < plan_.first_growth()) return;
  spectrum_.add(step - plan_.first_growth(), growth);
  attractor_.record_growth(step - plan_.first_growth(), growth);
}

void Recorder::add_quantity(system::Realisation& realisation, const char* name, double value,
                            std::optional<double> standard_error) const {
  if (!std::isfinite(value)) return;
  system::Measurement measurement{name, value, std::nullopt};
  if (standard_error && std::isfinite(*standard_error)) measurement.standard_error = *standard_error;
  realisation.quantities.push_back(std::move(measurement));
}

void Recorder::add_per_population(system::Realisation& realisation, const char* name,
                                  const std::vector<Estimate>& estimates) const {
  std::vector<double> values, errors;
  for (const Estimate& estimate : estimates) {
    if (!std::isfinite(estimate.value)) return;
    values.push_back(estimate.value);
    if (estimate.standard_error && std::isfinite(*estimate.standard_error)) errors.push_back(*estimate.standard_error);
  }
  system::Measurement measurement{name, per_population(*description_, std::move(values)), std::nullopt};
  if (errors.size() == estimates.size()) measurement.standard_error = per_population(*description_, std::move(errors));
  realisation.quantities.push_back(std::move(measurement));
}

void Recorder::add_average(system::Realisation& realisation, const char* name,
                           TimeBatches PopulationRecorder::*series) const {
  std::vector<Estimate> estimates;
  for (const PopulationRecorder& population : populations_) {
    const auto mean = (population.*series).mean();
    if (!mean) return;
    estimates.push_back({*mean, (population.*series).standard_error()});
  }
  add_per_population(realisation, name, estimates);
}

void Recorder::finish(system::Realisation& realisation, compute::Threads& threads) {
  finish_scalars(realisation);
  finish_correlations(realisation, threads);
  finish_trajectories(realisation);
  two_time_.finish(realisation);
  attractor_.finish(realisation);
  if (has_fixed_matrix(*description_)) finish_neurons(realisation);
}

void Recorder::finish_scalars(system::Realisation& realisation) {
  add_average(realisation, "mean", &PopulationRecorder::mean);
  add_average(realisation, "variance", &PopulationRecorder::variance);
  std::vector<Estimate> frozen;
  for (const PopulationRecorder& population : populations_) frozen.push_back(population.neurons.frozen_variance());
  add_per_population(realisation, "frozen_variance", frozen);
  add_average(realisation, "mean_output", &PopulationRecorder::mean_output);
  finish_exponents(realisation);
  if (has_bulk_radius(*description_)) {
    const double radius = std::sqrt(radius_square_.mean().value_or(0.0));
    auto radius_error = radius_square_.standard_error();
    if (radius_error && radius > 0.0) *radius_error /= 2.0 * radius;
    add_quantity(realisation, "jacobian_radius", radius, radius_error);
  }
  add_average(realisation, "field_mean", &PopulationRecorder::field_mean);
  add_average(realisation, "field_variance", &PopulationRecorder::field_variance);
  add_average(realisation, "field_kurtosis", &PopulationRecorder::field_kurtosis);
  if (const auto rms = pairs_.rms()) add_quantity(realisation, "pair_correlation_rms", *rms, std::nullopt);
}

void Recorder::finish_exponents(system::Realisation& realisation) const {
  if (description_->simulation.exponents > 1) {
    spectrum_.finish(*description_, realisation);
  } else if (tangent_vanished_) {
    realisation.warnings.emplace_back("the tangent vector vanished: the exponent is -infinity and is left out");
  } else if (description_->simulation.exponents > 0) {
    if (const auto growth = growth_.mean()) {
      add_quantity(realisation, "lyapunov_exponent", *growth, growth_.standard_error());
    }
  }
}

void Recorder::finish_correlations(system::Realisation& realisation, compute::Threads& threads) {
  const double spacing =
      static_cast<double>(sample_stride(*description_)) * description_->simulation.step;  // >= lag_step
  const auto frequencies = spectrum_frequencies(description_->time);
  std::vector<std::vector<double>> covariances, errors, spectra;
  for (PopulationRecorder& population : populations_) {
    const auto covariance = population.autocovariance.finish(threads);
    const auto frozen = population.neurons.frozen_variance(population.autocovariance.neurons());
    spectra.push_back(power_spectrum(covariance.values, frozen.value, spacing, frequencies));
    covariances.push_back(covariance.values);
    errors.push_back(covariance.standard_errors);
  }
  system::Axis lag{"lag", std::string(time_unit(description_->time)), {}};
  for (std::size_t k = 0; k < covariances.front().size(); ++k) lag.values.push_back(static_cast<double>(k) * spacing);
  realisation.curves.push_back(measured_curve(*description_, "autocovariance", {lag}, covariances, errors));
  const system::Axis frequency{"frequency", "rad/" + std::string(time_unit(description_->time)), frequencies};
  realisation.curves.push_back(measured_curve(*description_, "power_spectrum", {frequency}, spectra));
}

void Recorder::finish_trajectories(system::Realisation& realisation) const {
  const double spacing = static_cast<double>(sample_stride(*description_)) * description_->simulation.step;
  system::Axis time{"time", std::string(time_unit(description_->time)), {}};
  for (std::size_t k = 0; k < populations_.front().mean_trajectory.size(); ++k) {
    time.values.push_back(static_cast<double>(k) * spacing);
  }
  const auto add = [&](const char* name, std::vector<double> PopulationRecorder::*series) {
    std::vector<std::vector<double>> values;
    for (const PopulationRecorder& population : populations_) values.push_back(population.*series);
    realisation.curves.push_back(measured_curve(*description_, name, {time}, values));
  };
  add("mean_trajectory", &PopulationRecorder::mean_trajectory);
  add("variance_trajectory", &PopulationRecorder::variance_trajectory);
  add("mean_output_trajectory", &PopulationRecorder::mean_output_trajectory);
}

double Recorder::temporal_share() const {
  double largest = 0.0;
  for (const PopulationRecorder& population : populations_) {
    largest = std::max(largest, population.temporal_share());
  }
  return largest;
}

void Recorder::finish_neurons(system::Realisation& realisation) const {
  system::Axis unit{"unit", "1", {}};
  for (std::size_t i = 0; i < description_->size(); ++i) unit.values.push_back(static_cast<double>(i));
  const auto add = [&](const char* name, auto read) {
    std::vector<double> all_values, all_errors, values, errors;
    for (const PopulationRecorder& population : populations_) {
      read(population.neurons, values, errors);
      all_values.insert(all_values.end(), values.begin(), values.end());
      all_errors.insert(all_errors.end(), errors.begin(), errors.end());
    }
    system::MeasuredCurve curve{name, {unit}, std::move(all_values), std::nullopt};
    if (std::all_of(all_errors.begin(), all_errors.end(), [](double error) { return std::isfinite(error); })) {
      curve.standard_error = system::Tensor(std::move(all_errors));
    }
    realisation.curves.push_back(std::move(curve));
  };
  add("neuron_mean",
      [](const NeuronStatistics& neurons, auto& values, auto& errors) { neurons.means(values, errors); });
  add("neuron_variance",
      [](const NeuronStatistics& neurons, auto& values, auto& errors) { neurons.variances(values, errors); });
}

}  // namespace limes::rate

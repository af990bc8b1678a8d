#include "limes/rate/simulation/recorder.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "limes/rate/result_shape.hpp"
#include "limes/rate/simulation/power_spectrum.hpp"

namespace limes::rate {

namespace {

double mean_of(std::span<const double> values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

struct CentralMoments {
  double second = 0.0;
  double fourth = 0.0;
};

CentralMoments central_moments(std::span<const double> values, double mean) {
  CentralMoments moments;
  for (const double value : values) {
    const double square = (value - mean) * (value - mean);
    moments.second += square;
    moments.fourth += square * square;
  }
  moments.second /= static_cast<double>(values.size());
  moments.fourth /= static_cast<double>(values.size());
  return moments;
}

/// Excess kurtosis of n values, unbiased for a Gaussian sample (Fisher's G2); none for n < 4 or values that agree.
std::optional<double> excess_kurtosis(const CentralMoments& moments, std::size_t count) {
  if (count < 4 || !(moments.second > 1e-140)) return std::nullopt;  // beneath, the fourth power underflows
  const auto n = static_cast<double>(count);
  const double raw = moments.fourth / (moments.second * moments.second) - 3.0;
  return (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * raw + 6.0);
}

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
  lags_ = std::min(static_cast<std::int64_t>(std::floor(description.simulation.lags / spacing + 1e-9)), samples() / 4);
}

Recorder::Recorder(const RateDescription& description, std::size_t memory)
    : description_(&description), plan_(description) {
  const std::int64_t samples = plan_.samples();
  for (auto* series :
       {&mean_, &variance_, &mean_output_, &radius_square_, &field_mean_, &field_variance_, &field_kurtosis_}) {
    *series = TimeBatches(samples);
  }
  growth_ = TimeBatches(plan_.total_steps() - plan_.first_growth());
  neurons_ = NeuronStatistics(description.size, samples);
  autocovariance_ = Autocovariance(description.size, samples, plan_.lags(), memory);
  pairs_ = PairCorrelation(description.size, samples);
}

void Recorder::record(std::int64_t step, const Snapshot& snapshot, std::span<const double> column_power,
                      compute::Threads& threads) {
  const bool on_trajectory = plan_.is_on_trajectory(step);
  const bool is_measured = plan_.is_measured(step);
  if (!on_trajectory && !is_measured) return;
  const double mean = mean_of(snapshot.state);
  const double variance = central_moments(snapshot.state, mean).second;
  const double mean_output = mean_of(snapshot.output);
  if (on_trajectory) {
    mean_trajectory_.push_back(mean);
    variance_trajectory_.push_back(variance);
    mean_output_trajectory_.push_back(mean_output);
  }
  if (is_measured) measure(plan_.sample(step), snapshot, mean, variance, mean_output, column_power, threads);
}

void Recorder::measure(std::int64_t sample, const Snapshot& snapshot, double mean, double variance, double mean_output,
                       std::span<const double> column_power, compute::Threads& threads) {
  mean_.add(sample, mean);
  variance_.add(sample, variance);
  mean_output_.add(sample, mean_output);
  double radius_square = 0.0;
  for (std::size_t j = 0; j < column_power.size(); ++j) {
    radius_square += column_power[j] * snapshot.slope[j] * snapshot.slope[j];
  }
  radius_square_.add(sample, radius_square / static_cast<double>(column_power.size()));
  const double field_mean = mean_of(snapshot.field);
  const auto field = central_moments(snapshot.field, field_mean);
  field_mean_.add(sample, field_mean);
  field_variance_.add(sample, field.second);
  if (const auto kurtosis = excess_kurtosis(field, snapshot.field.size())) field_kurtosis_.add(sample, *kurtosis);
  neurons_.add(sample, snapshot.state);
  autocovariance_.add(snapshot.state, threads);
  pairs_.add(sample, snapshot.state);
}

void Recorder::record_growth(std::int64_t step, double log_growth) {
  if (step < plan_.first_growth()) return;
  if (!std::isfinite(log_growth)) {
    tangent_vanished_ = true;
    return;
  }
  growth_.add(step - plan_.first_growth(), log_growth / description_->simulation.step);
}

void Recorder::add_quantity(system::Realisation& realisation, const char* name, double value,
                            std::optional<double> standard_error) const {
  if (!std::isfinite(value)) return;
  system::Measurement measurement{name, quantity_of_population(*description_, name, value), std::nullopt};
  if (standard_error && std::isfinite(*standard_error)) {
    measurement.standard_error = quantity_of_population(*description_, name, *standard_error);
  }
  realisation.quantities.push_back(std::move(measurement));
}

void Recorder::add_curve(system::Realisation& realisation, const char* name, std::vector<system::Axis> axes,
                         std::vector<double> values, std::vector<double> standard_errors) const {
  system::MeasuredCurve curve{name, std::move(axes), std::move(values), std::nullopt};
  if (!standard_errors.empty()) {
    auto same_axes = curve.axes;
    system::Tensor errors(std::move(standard_errors));
    put_population_axis(*description_, name, same_axes, errors);
    curve.standard_error = std::move(errors);
  }
  put_population_axis(*description_, name, curve.axes, curve.values);
  realisation.curves.push_back(std::move(curve));
}

void Recorder::finish(system::Realisation& realisation, compute::Threads& threads) {
  finish_scalars(realisation);
  finish_correlations(realisation, threads);
  finish_trajectories(realisation);
  if (has_fixed_matrix(*description_)) finish_neurons(realisation);
}

void Recorder::finish_scalars(system::Realisation& realisation) {
  const auto add = [&](const char* name, const TimeBatches& series) {
    if (const auto mean = series.mean()) add_quantity(realisation, name, *mean, series.standard_error());
  };
  add("mean", mean_);
  add("variance", variance_);
  const auto frozen = neurons_.frozen_variance();
  add_quantity(realisation, "frozen_variance", frozen.value, frozen.standard_error);
  add("mean_output", mean_output_);
  if (tangent_vanished_) {
    realisation.warnings.emplace_back("the tangent vector vanished: the exponent is -infinity and is left out");
  } else if (description_->simulation.exponents > 0) {
    add("lyapunov_exponent", growth_);
  }
  const double radius = std::sqrt(radius_square_.mean().value_or(0.0));
  auto radius_error = radius_square_.standard_error();
  if (radius_error && radius > 0.0) *radius_error /= 2.0 * radius;
  add_quantity(realisation, "jacobian_radius", radius, radius_error);
  add("field_mean", field_mean_);
  add("field_variance", field_variance_);
  add("field_kurtosis", field_kurtosis_);
  if (const auto rms = pairs_.rms()) add_quantity(realisation, "pair_correlation_rms", *rms, std::nullopt);
}

void Recorder::finish_correlations(system::Realisation& realisation, compute::Threads& threads) {
  const auto covariance = autocovariance_.finish(threads);
  const double spacing =
      static_cast<double>(sample_stride(*description_)) * description_->simulation.step;  // >= lag_step
  system::Axis lag{"lag", std::string(time_unit(description_->time)), {}};
  for (std::size_t k = 0; k < covariance.values.size(); ++k) lag.values.push_back(static_cast<double>(k) * spacing);
  add_curve(realisation, "autocovariance", {lag}, covariance.values, covariance.standard_errors);

  const auto frozen = neurons_.frozen_variance(autocovariance_.neurons());
  const auto frequencies = spectrum_frequencies(description_->time);
  const system::Axis frequency{"frequency", "rad/" + std::string(time_unit(description_->time)), frequencies};
  add_curve(realisation, "power_spectrum", {frequency},
            power_spectrum(covariance.values, frozen.value, spacing, frequencies), {});
}

void Recorder::finish_trajectories(system::Realisation& realisation) const {
  const double spacing = static_cast<double>(sample_stride(*description_)) * description_->simulation.step;
  system::Axis time{"time", std::string(time_unit(description_->time)), {}};
  for (std::size_t k = 0; k < mean_trajectory_.size(); ++k) time.values.push_back(static_cast<double>(k) * spacing);
  add_curve(realisation, "mean_trajectory", {time}, mean_trajectory_, {});
  add_curve(realisation, "variance_trajectory", {time}, variance_trajectory_, {});
  add_curve(realisation, "mean_output_trajectory", {time}, mean_output_trajectory_, {});
}

double Recorder::temporal_share() const {
  const double variance = variance_.mean().value_or(0.0);
  return variance > 0.0 ? std::abs(1.0 - neurons_.frozen_variance().value / variance) : 0.0;
}

void Recorder::finish_neurons(system::Realisation& realisation) const {
  system::Axis unit{"unit", "1", {}};
  for (std::size_t i = 0; i < description_->size; ++i) unit.values.push_back(static_cast<double>(i));
  std::vector<double> values;
  std::vector<double> errors;
  const auto finite_errors = [&] {
    return std::all_of(errors.begin(), errors.end(), [](double error) { return std::isfinite(error); })
               ? errors
               : std::vector<double>{};
  };
  neurons_.means(values, errors);
  add_curve(realisation, "neuron_mean", {unit}, values, finite_errors());
  neurons_.variances(values, errors);
  add_curve(realisation, "neuron_variance", {unit}, values, finite_errors());
}

}  // namespace limes::rate

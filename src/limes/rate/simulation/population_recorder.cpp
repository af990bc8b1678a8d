#include "limes/rate/simulation/population_recorder.hpp"

#include <cmath>
#include <optional>

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

}  // namespace

PopulationRecorder::PopulationRecorder(std::size_t count, std::int64_t samples, std::int64_t lags, std::size_t memory)
    : mean(samples),
      variance(samples),
      mean_output(samples),
      field_mean(samples),
      field_variance(samples),
      field_kurtosis(samples),
      neurons(count, samples),
      autocovariance(count, samples, lags, memory) {}

void PopulationRecorder::record(std::int64_t sample, bool on_trajectory, std::span<const double> state,
                                std::span<const double> output, std::span<const double> field,
                                compute::Threads& threads) {
  const double state_mean = mean_of(state);
  const double state_variance = central_moments(state, state_mean).second;
  const double output_mean = mean_of(output);
  if (on_trajectory) {
    mean_trajectory.push_back(state_mean);
    variance_trajectory.push_back(state_variance);
    mean_output_trajectory.push_back(output_mean);
  }
  if (sample < 0) return;
  mean.add(sample, state_mean);
  variance.add(sample, state_variance);
  mean_output.add(sample, output_mean);
  const double local_mean = mean_of(field);
  const CentralMoments local = central_moments(field, local_mean);
  field_mean.add(sample, local_mean);
  field_variance.add(sample, local.second);
  if (const auto kurtosis = excess_kurtosis(local, field.size())) field_kurtosis.add(sample, *kurtosis);
  neurons.add(sample, state);
  autocovariance.add(state, threads);
}

double PopulationRecorder::temporal_share() const {
  const double total = variance.mean().value_or(0.0);
  return total > 0.0 ? std::abs(1.0 - neurons.frozen_variance().value / total) : 0.0;
}

}  // namespace limes::rate

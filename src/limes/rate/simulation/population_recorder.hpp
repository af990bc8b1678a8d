#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "limes/compute/threads.hpp"
#include "limes/rate/simulation/autocovariance.hpp"
#include "limes/rate/simulation/neuron_statistics.hpp"
#include "limes/rate/simulation/time_batches.hpp"

namespace limes::rate {

/// Measures the neurons of one population in one trial while it runs.
class PopulationRecorder {
 public:
  /// `samples` will be recorded, with autocovariances up to `lags` samples; `memory` bytes at most for these.
  PopulationRecorder(std::size_t neurons, std::int64_t samples, std::int64_t lags, std::size_t memory);

  /// States, outputs and local fields of the population's neurons at one sample; `sample` negative: only the
  /// trajectory. `on_trajectory`: the sample belongs to the trajectories.
  void record(std::int64_t sample, bool on_trajectory, std::span<const double> state, std::span<const double> output,
              std::span<const double> field, compute::Threads& threads);

  /// The share of the variance over neurons that is not frozen: 0 for a static state.
  [[nodiscard]] double temporal_share() const;

  template <typename Archive>
  void archive(Archive& a) {
    a(mean, variance, mean_output, field_mean, field_variance, field_kurtosis, neurons, autocovariance, mean_trajectory,
      variance_trajectory, mean_output_trajectory);
  }

  TimeBatches mean, variance, mean_output, field_mean, field_variance, field_kurtosis;
  NeuronStatistics neurons;
  Autocovariance autocovariance;
  std::vector<double> mean_trajectory, variance_trajectory, mean_output_trajectory;
};

}  // namespace limes::rate

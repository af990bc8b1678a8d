#pragma once
// What is measured along the trajectories of one network, for one half of the batch (with gbar, or without).

#include <cstdint>
#include <span>
#include <vector>

#include "limes/rate/renormalized/renormalized_description.hpp"
#include "limes/system/outcome.hpp"

namespace limes::rate::renormalized {

/// When samples are taken: every `stride` steps after the transient.
struct SamplePlan {
  explicit SamplePlan(const RenormalizedDescription& description);
  std::int64_t transient;  ///< steps
  std::int64_t stride;     ///< steps
  std::int64_t samples;
  std::int64_t lags;     ///< the longest, in samples
  std::int64_t spacing;  ///< samples from one origin of lag products to the next
  double step;           ///< tau from sample to sample
  [[nodiscard]] std::int64_t total_steps() const { return transient + (samples - 1) * stride; }
  [[nodiscard]] bool is_sample(std::int64_t at) const {
    return at >= transient && (at - transient) % stride == 0 && (at - transient) / stride < samples;
  }
};

/// Averages over neurons, trajectories and time of one network.
struct NetworkAverages {
  std::vector<double> state_products, output_products;           ///< C_x, C_phi against the lag
  std::vector<double> population_products, mean_state_products;  ///< A, and that of the mean state
  double mean_gain = 0.0;
  double magnetised_fraction = 0.0;
  double mean = 0.0;         ///< mean state, each trajectory taken with the sign of its mean output
  double mean_output = 0.0;  ///< likewise
  std::vector<double> trajectory_power, trajectory_population_power;  ///< C_x(0), A(0) of each trajectory
};

/// Lag products are taken from origins a time constant (or more) apart, whose states are kept: neighbouring origins
/// would add little, and every pair of a run would cost more than the network itself. The population's products, which
/// are noisier, use every sample. No mean is subtracted: the theory has none.
template <typename Real>
class TrajectoryRecorder {
 public:
  TrajectoryRecorder(const RenormalizedDescription& description, const SamplePlan& plan);

  /// Sample number `sample` of this half: N x B states, element (i, b) at i * B + b.
  void record(std::int64_t sample, std::span<const Real> state);
  [[nodiscard]] NetworkAverages finish() const;

  template <typename Archive>
  void archive(Archive& a) {
    a(states_, outputs_, origins_, state_sums_, output_sums_, counts_, mean_outputs_, mean_states_, powers_, slope_sum_,
      slope_count_);
  }

 private:
  const RenormalizedDescription* description_;
  SamplePlan plan_;
  std::size_t trajectories_;
  std::vector<std::vector<Real>> states_, outputs_;  // of the origins that still have lags to come
  std::vector<std::int64_t> origins_;
  std::vector<double> state_sums_, output_sums_;
  std::vector<std::int64_t> counts_;
  std::vector<std::vector<double>> mean_outputs_, mean_states_;  // per trajectory, of every sample
  std::vector<double> powers_;                                   // per trajectory, summed over origins
  double slope_sum_ = 0.0;
  std::int64_t slope_count_ = 0;
  std::vector<Real> output_, slope_;
};

extern template class TrajectoryRecorder<double>;
extern template class TrajectoryRecorder<float>;

}  // namespace limes::rate::renormalized

#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "limes/compute/threads.hpp"
#include "limes/rate/rate_description.hpp"
#include "limes/rate/simulation/autocovariance.hpp"
#include "limes/rate/simulation/neuron_statistics.hpp"
#include "limes/rate/simulation/pair_correlation.hpp"
#include "limes/rate/simulation/time_batches.hpp"
#include "limes/system/outcome.hpp"

namespace limes::rate {

/// What a trial shows at one time: N values each.
struct Snapshot {
  std::span<const double> state;   ///< u
  std::span<const double> output;  ///< f(u)
  std::span<const double> slope;   ///< f'(u)
  std::span<const double> field;   ///< sum_j J_ij f(u_j) - theta_i (+ sigma B_i in discrete time)
};

/// Which steps of a run are looked at: every `stride`-th, for the trajectories from step 0 on, for everything else from
/// the end of the transient on.
class SamplingPlan {
 public:
  explicit SamplingPlan(const RateDescription& description);
  SamplingPlan() = default;

  [[nodiscard]] std::int64_t total_steps() const { return transient_ + measured_; }
  [[nodiscard]] std::int64_t samples() const { return (measured_ + stride_ - 1) / stride_; }
  [[nodiscard]] bool is_measured(std::int64_t step) const {
    return step >= transient_ && (step - transient_) % stride_ == 0;
  }
  [[nodiscard]] std::int64_t sample(std::int64_t step) const { return (step - transient_) / stride_; }
  /// The trajectories hold at most 1001 points.
  [[nodiscard]] bool is_on_trajectory(std::int64_t step) const { return step % stride_ == 0 && step / stride_ <= 1000; }
  /// The first step whose tangent growth counts: the tangent has turned to the leading direction (note 5.2).
  [[nodiscard]] std::int64_t first_growth() const { return first_growth_; }
  [[nodiscard]] std::int64_t transient() const { return transient_; }
  [[nodiscard]] std::int64_t measured() const { return measured_; }
  /// The longest measured lag, in samples: `simulation.lags`, at most a quarter of the run.
  [[nodiscard]] std::int64_t lags() const { return lags_; }

 private:
  std::int64_t transient_ = 0, measured_ = 1, stride_ = 1, first_growth_ = 0, lags_ = 0;
};

/// Measures one trial while it runs.
class Recorder {
 public:
  /// `memory`: bytes that the autocovariance may take.
  Recorder(const RateDescription& description, std::size_t memory);

  /// `column_power`: Network::column_power.
  void record(std::int64_t step, const Snapshot& snapshot, std::span<const double> column_power,
              compute::Threads& threads);
  /// Growth of ln |w| in `step`.
  void record_growth(std::int64_t step, double log_growth);

  /// All quantities and curves of the trial; `realisation` receives them.
  void finish(system::Realisation& realisation, compute::Threads& threads);
  /// The trajectories alone, as far as they go.
  void finish_trajectories(system::Realisation& realisation) const;
  /// The share of the variance over neurons that is not frozen: 0 for a static state.
  [[nodiscard]] double temporal_share() const;

  template <typename Archive>
  void archive(Archive& a) {
    a(mean_, variance_, mean_output_, radius_square_, field_mean_, field_variance_, field_kurtosis_, growth_,
      tangent_vanished_, neurons_, autocovariance_, pairs_, mean_trajectory_, variance_trajectory_,
      mean_output_trajectory_);
  }

 private:
  void measure(std::int64_t sample, const Snapshot& snapshot, double mean, double variance, double mean_output,
               std::span<const double> column_power, compute::Threads& threads);
  void add_quantity(system::Realisation& realisation, const char* name, double value,
                    std::optional<double> standard_error) const;
  void add_curve(system::Realisation& realisation, const char* name, std::vector<system::Axis> axes,
                 std::vector<double> values, std::vector<double> standard_errors) const;
  void finish_scalars(system::Realisation& realisation);
  void finish_correlations(system::Realisation& realisation, compute::Threads& threads);
  void finish_neurons(system::Realisation& realisation) const;

  const RateDescription* description_;
  SamplingPlan plan_;
  TimeBatches mean_, variance_, mean_output_, radius_square_, field_mean_, field_variance_, field_kurtosis_, growth_;
  bool tangent_vanished_ = false;
  NeuronStatistics neurons_;
  Autocovariance autocovariance_;
  PairCorrelation pairs_;
  std::vector<double> mean_trajectory_, variance_trajectory_, mean_output_trajectory_;
};

}  // namespace limes::rate

#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "limes/compute/threads.hpp"
#include "limes/rate/rate_description.hpp"
#include "limes/rate/simulation/attractor_recorder.hpp"
#include "limes/rate/simulation/frame_schedule.hpp"
#include "limes/rate/simulation/lyapunov_spectrum.hpp"
#include "limes/rate/simulation/pair_correlation.hpp"
#include "limes/rate/simulation/population_recorder.hpp"
#include "limes/rate/simulation/time_batches.hpp"
#include "limes/rate/simulation/two_time_recorder.hpp"
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
  /// The trajectories hold 1001 points, or as many as the horizon of a two-time theory has.
  [[nodiscard]] bool is_on_trajectory(std::int64_t step) const {
    return step % stride_ == 0 && step / stride_ <= trajectory_;
  }
  /// The first step whose tangent growth counts: the tangent has turned to the leading direction (note 5.2).
  [[nodiscard]] std::int64_t first_growth() const { return first_growth_; }
  /// A frame is to be orthonormal before this step: its growth starts to count, or a time batch of it begins or ends.
  [[nodiscard]] bool is_frame_border(std::int64_t step) const {
    const std::int64_t index = step - first_growth_, samples = total_steps() - first_growth_;
    return index >= 0 && (index == 0 || index == samples || batch_of(index, samples) != batch_of(index - 1, samples));
  }
  [[nodiscard]] std::int64_t transient() const { return transient_; }
  [[nodiscard]] std::int64_t measured() const { return measured_; }
  /// The longest measured lag, in samples: `simulation.lags`, at most a quarter of the run.
  [[nodiscard]] std::int64_t lags() const { return lags_; }

 private:
  std::int64_t transient_ = 0, measured_ = 1, stride_ = 1, first_growth_ = 0, lags_ = 0, trajectory_ = 1000;
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
  /// Growth of a frame that ended with `step`.
  void record_growth(std::int64_t step, const FrameGrowth& growth);

  /// All quantities and curves of the trial; `realisation` receives them.
  void finish(system::Realisation& realisation, compute::Threads& threads);
  /// The trajectories alone, as far as they go.
  void finish_trajectories(system::Realisation& realisation) const;
  /// The share of the variance over neurons that is not frozen: 0 for a static state.
  [[nodiscard]] double temporal_share() const;

  template <typename Archive>
  void archive(Archive& a) {
    for (auto& population : populations_) a(population);
    a(radius_square_, growth_, tangent_vanished_, spectrum_, pairs_, two_time_, attractor_);
  }

 private:
  void add_quantity(system::Realisation& realisation, const char* name, double value,
                    std::optional<double> standard_error) const;
  /// One value per population; left out where one of them is not finite.
  void add_per_population(system::Realisation& realisation, const char* name,
                          const std::vector<Estimate>& estimates) const;
  void add_average(system::Realisation& realisation, const char* name, TimeBatches PopulationRecorder::*series) const;
  void finish_scalars(system::Realisation& realisation);
  void finish_exponents(system::Realisation& realisation) const;
  void finish_correlations(system::Realisation& realisation, compute::Threads& threads);
  void finish_neurons(system::Realisation& realisation) const;

  const RateDescription* description_;
  SamplingPlan plan_;
  std::vector<std::size_t> borders_;
  std::vector<PopulationRecorder> populations_;
  TimeBatches radius_square_, growth_;
  bool tangent_vanished_ = false;
  SpectrumRecorder spectrum_;
  PairCorrelation pairs_;
  TwoTimeRecorder two_time_;
  AttractorRecorder attractor_;
};

}  // namespace limes::rate

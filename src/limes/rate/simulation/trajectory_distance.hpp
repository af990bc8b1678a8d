#pragma once
// Trajectories from different initial states on one matrix: do they merge?

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "limes/rate/rate_description.hpp"
#include "limes/system/outcome.hpp"

namespace limes::rate {

/// The factor by which the distance of any two trajectories of a noise-free network shrinks at least in one step, or
/// its logarithm's rate in one tau: max leak + c |J|_2, in continuous time exp(c |J|_2 - 1), c = max f' over all
/// populations (note 1.3; Cessac, slides).
[[nodiscard]] double contraction_factor(const RateDescription& description, double coupling_norm);

/// The distance |u^b(t) - u^0(t)|_2 of each trial of a batch from the first one, relative to that at t = 0, at the
/// times of the trajectories. Only where the trials are repeats on one matrix that differ in their initial states
/// alone.
class TrajectoryDistance {
 public:
  TrajectoryDistance(const RateDescription& description, std::size_t trials);

  /// `states`: N x B, element (i, b) at i * B + b.
  template <typename Real>
  void record(std::span<const Real> states) {
    if (!present_) return;
    std::vector<double> squares(trials_, 0.0);
    for (std::size_t element = 0; element < states.size(); element += trials_) {
      const double first = static_cast<double>(states[element]);
      for (std::size_t b = 1; b < trials_; ++b) {
        const double difference = static_cast<double>(states[element + b]) - first;
        squares[b] += difference * difference;
      }
    }
    add(squares);
  }

  /// The curves `trajectory_distance` and, where the norm of J is known, `trajectory_distance_bound` of a trial but the
  /// first. Both end at 1e-16: beyond is rounding.
  void finish(std::size_t trial, std::optional<double> coupling_norm, system::Realisation& realisation) const;

  template <typename Archive>
  void archive(Archive& a) {
    a(distances_);
  }

 private:
  void add(const std::vector<double>& squares);

  const RateDescription* description_;
  std::size_t trials_;
  bool present_;
  std::vector<double> distances_;  // time by time, each trial but the first
};

}  // namespace limes::rate

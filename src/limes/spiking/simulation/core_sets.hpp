#pragma once
// Core sets about given states: where a filtered rate counts as being in a state (theory note rmf, section 4).

#include <span>
#include <string>
#include <vector>

namespace limes::spiking {

/// A state that a network may hold for a while.
struct KnownState {
  std::string label;          ///< the branch of the theory
  std::vector<double> rates;  ///< per group
  bool stable = true;
};

/// Cores about the stable ones among `states`. A trace between the cores has left the one and not reached the other:
/// the state changes only on entering another core, so that recrossings of a threshold are no transitions.
///
/// One group: below (above) the geometric mean of the state's rate and that of the unstable state next above (below)
/// it; where none is given, of the two stable rates and their own geometric mean. Two stable states of several groups:
/// the projection D = 2 (s - (b_A + b_B)/2).(b_A - b_B)/|b_A - b_B|^2 is 1 in A and -1 in B; the cores are D > 1/2 and
/// D < -1/2 (for two competing groups D = (s_1 - s_2)/(b_high - b_low)). More states: the distance of the square roots
/// of the rates to the state is less than half that to any other.
class CoreSets {
 public:
  CoreSets() = default;
  explicit CoreSets(const std::vector<KnownState>& states);

  /// How many states can be told apart: 0, or at least 2.
  [[nodiscard]] std::size_t count() const { return stable_.size(); }
  [[nodiscard]] const KnownState& state(std::size_t k) const { return stable_[k]; }
  /// The core in which the rates `trace` (per group) lie, or -1.
  [[nodiscard]] int core_of(std::span<const double> trace) const;
  /// Of two states, the way of the trace from that of `from` to the other: at most 0 in the core of `from`, at least 1
  /// in the other. One group: linear in the logarithm of the rate; several: in D.
  [[nodiscard]] double progress(std::span<const double> trace, std::size_t from) const;

 private:
  [[nodiscard]] double difference_of(std::span<const double> trace) const;
  [[nodiscard]] int core_by_distance(std::span<const double> trace) const;

  std::vector<KnownState> stable_;  // ascending in the first group's rate
  std::vector<double> low_, high_;  // one group: the limits of each core
};

}  // namespace limes::spiking

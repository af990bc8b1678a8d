#pragma once
// Where the theory's states become named results, and what the simulation may know of them.

#include <optional>
#include <string>
#include <vector>

#include "limes/spiking/simulation/core_sets.hpp"
#include "limes/spiking/spiking_description.hpp"
#include "limes/spiking/theory/self_consistency.hpp"
#include "limes/spiking/theory/stability.hpp"
#include "limes/system/outcome.hpp"
#include "limes/system/system.hpp"

namespace limes::spiking {

/// The states of the limit with their stability, in ascending order of the first group's rate.
struct SolvedStates {
  ReplicaStates found;
  std::vector<Stability> stability;
  std::optional<std::string> failure;  ///< why there are none
};

/// Never throws ConvergenceError: what was not found is told in `failure`. Throws InterruptedError.
[[nodiscard]] SolvedStates solve_states(const SpikingDescription& description, const system::Context& context);

/// The states of the replica-mean-field limit as branches `state-0`, ... with their quantities.
[[nodiscard]] system::TheoryOutcome solve_theory(const SpikingDescription& description, const SolvedStates& states,
                                                 const system::Context& context);

/// The states about which the simulation lays its core sets: those of `detection.states` (named state-0, ... in
/// ascending order of the first group's rate), or of the theory.
[[nodiscard]] std::vector<KnownState> states_to_detect(const SpikingDescription& description,
                                                       const SolvedStates& states);

}  // namespace limes::spiking

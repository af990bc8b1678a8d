#include "limes/spiking/replica_theory.hpp"

#include <fmt/format.h>

namespace limes::spiking {

system::TheoryOutcome solve_theory(const SpikingDescription& description, const system::Context&) {
  system::TheoryOutcome outcome;
  outcome.warnings = description.warnings;
  outcome.warnings.emplace_back(
      "the replica-mean-field theory is not part of this version: the simulation is given alone, and theory.solver has "
      "no "
      "effect");
  return outcome;
}

std::vector<KnownState> states_to_detect(const SpikingDescription& description, const system::Context&) {
  std::vector<KnownState> states;
  for (std::size_t k = 0; k < description.detection.states.size(); ++k) {
    states.push_back({fmt::format("state-{}", k), description.detection.states[k], true});
  }
  return states;
}

}  // namespace limes::spiking

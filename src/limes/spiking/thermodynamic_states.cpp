#include "limes/spiking/thermodynamic_states.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "limes/base/errors.hpp"

namespace limes::spiking {

namespace {

double distance(const ReplicaState& a, const ReplicaState& b) {
  return (a.rates.array().log() - b.rates.array().log()).abs().maxCoeff();
}

/// All that the search finds, and what Newton reaches from the states of the replica limit.
std::vector<ReplicaState> thermodynamic_states(const SpikingNetwork& network, const ReplicaStates& states,
                                               const StopToken& stop) {
  constexpr double kSame = 1e-4;
  std::vector<ReplicaState> found;
  try {
    found = find_states(network, stop, InputLaw::kDrift).states;
  } catch (const ConvergenceError&) {  // no bound: excitation by drift runs away where jumps do not
  }
  for (const ReplicaState& state : states.states) {
    stop.check();
    try {
      ReplicaState refined = refine_state(network, state.rates, InputLaw::kDrift);
      const auto same = [&](const ReplicaState& other) { return distance(refined, other) < kSame; };
      if (std::none_of(found.begin(), found.end(), same)) found.push_back(std::move(refined));
    } catch (const ConvergenceError&) {
    }
  }
  return found;
}

}  // namespace

std::vector<std::optional<ReplicaState>> thermodynamic_partners(const SpikingNetwork& network,
                                                                const ReplicaStates& states, const StopToken& stop,
                                                                std::vector<std::string>& warnings) {
  std::vector<ReplicaState> solutions = thermodynamic_states(network, states, stop);
  std::vector<std::optional<ReplicaState>> partners(states.states.size());
  std::size_t paired = 0;
  while (!solutions.empty() && paired < partners.size()) {
    // The nearest pair of all that are left.
    std::size_t best_state = 0, best_solution = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < partners.size(); ++k) {
      for (std::size_t l = 0; l < solutions.size() && !partners[k]; ++l) {
        const double apart = distance(states.states[k], solutions[l]);
        if (!(apart < least)) continue;
        least = apart;
        best_state = k;
        best_solution = l;
      }
    }
    if (!std::isfinite(least)) break;
    partners[best_state] = std::move(solutions[best_solution]);
    solutions.erase(solutions.begin() + static_cast<std::ptrdiff_t>(best_solution));
    ++paired;
  }
  for (std::size_t k = 0; k < partners.size(); ++k) {
    if (!partners[k]) warnings.push_back(fmt::format("state-{}: the thermodynamic mean field has no such state", k));
  }
  for (const ReplicaState& solution : solutions) {
    warnings.push_back(fmt::format(
        "the thermodynamic mean field has a state that the replica limit has not: rate {:.6g} of the first group",
        solution.rates(0)));
  }
  return partners;
}

}  // namespace limes::spiking

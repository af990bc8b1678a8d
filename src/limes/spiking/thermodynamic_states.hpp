#pragma once
// The states of the thermodynamic mean field beside those of the replica limit.

#include <optional>
#include <string>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/spiking/theory/self_consistency.hpp"

namespace limes::spiking {

/// For each state of the replica limit the solution of the thermodynamic mean field that belongs to it: the nearest in
/// the logarithms of the rates, each to one state only. What finds no partner is told in `warnings`.
[[nodiscard]] std::vector<std::optional<ReplicaState>> thermodynamic_partners(const SpikingNetwork& network,
                                                                              const ReplicaStates& states,
                                                                              const StopToken& stop,
                                                                              std::vector<std::string>& warnings);

}  // namespace limes::spiking

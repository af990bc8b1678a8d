#pragma once
// What is known of every group at a state of the replica limit.

#include <Eigen/Core>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/spiking/theory/self_consistency.hpp"

namespace limes::spiking {

/// Statistics of every group at a state, by the solver asked for.
struct StateStatistics {
  Eigen::VectorXd rates;
  std::vector<OneNeuronStatistics> neurons;
  Eigen::VectorXd error;  // of the rates
  double residual = 0.0;
};

/// Statistics of every group at `state`, by the solver asked for. States are found by the backward solver; another one
/// then corrects them by chord steps with the same slope I - J, so that its rates are its own.
[[nodiscard]] StateStatistics statistics_at(const SpikingNetwork& network, const ReplicaState& state,
                                            TheorySolver solver, const StopToken& stop);

}  // namespace limes::spiking

#pragma once
// The self-consistent rates of the replica-mean-field limit (theory note rmf, eq. 4 and section 3).

#include <Eigen/Core>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/spiking/theory/neuron_solution.hpp"

namespace limes::spiking {

/// The one-neuron problem of group `target` where group c fires at rates(c): recurrent inputs (those with connections,
/// in the order of the groups), then the external ones.
[[nodiscard]] OneNeuron neuron_of_group(const SpikingNetwork& network, std::size_t target,
                                        const Eigen::VectorXd& rates);

/// F_a(rates) and its Jacobian J_ac = C_ac dF_a/dnu_c.
struct RateMap {
  Eigen::VectorXd rates;
  Eigen::MatrixXd gain;
};
/// Throws ConvergenceError where a group has no stationary rate.
[[nodiscard]] RateMap rate_map(const SpikingNetwork& network, const Eigen::VectorXd& rates,
                               InputLaw law = InputLaw::kJumps, std::size_t degree = kFullDegree);

struct ReplicaState {
  Eigen::VectorXd rates;
  RateMap map;
  double residual = 0.0;  ///< largest |F_a / beta_a - 1|
};

struct ReplicaStates {
  std::vector<ReplicaState> states;  ///< ascending in the first group's rate
  bool complete = false;             ///< one group: every root that a fine grid shows; several: as many as were found
  int starts = 0;
  int failures = 0;  ///< starts from which Newton did not arrive
};

/// All states that can be found. One group: roots of F(C beta) = beta on a logarithmic grid. Several: Newton in ln beta
/// from many starts (scattered, and every assignment of high and low rates to up to six groups); more than 64 groups:
/// from four, on a coarser solver, whose states the full one then refines. Throws
/// ConvergenceError where the rate exceeds every bound, InterruptedError.
[[nodiscard]] ReplicaStates find_states(const SpikingNetwork& network, const StopToken& stop = {},
                                        InputLaw law = InputLaw::kJumps);

/// Newton in ln beta from `start`, steps halved until the residual falls; residual 1e-8 at least, or ConvergenceError.
[[nodiscard]] ReplicaState refine_state(const SpikingNetwork& network, const Eigen::VectorXd& start,
                                        InputLaw law = InputLaw::kJumps, std::size_t degree = kFullDegree);

}  // namespace limes::spiking

#pragma once
// The stationary law of the log-intensity in the replica limit, in the bins of the simulation.

#include <vector>

#include "limes/spiking/theory/one_neuron.hpp"

namespace limes::spiking {

struct StateMasses {
  std::vector<double> value;  ///< by StateBins
  std::vector<double> error;  ///< change by the last refinement
};

/// Masses of the bins by the finite-volume chain on two grids, extrapolated (note 2.2). The neuron must be exponential
/// and relax. Throws InputError as solve_forward, ConvergenceError.
[[nodiscard]] StateMasses state_masses(const OneNeuron& neuron);

}  // namespace limes::spiking

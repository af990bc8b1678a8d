#pragma once
// The thermodynamic mean field for comparison: inputs act by their mean drift instead of by jumps (theory note rmf,
// section 2.5).

#include "limes/spiking/theory/neuron_solution.hpp"

namespace limes::spiking {

/// Rate of the neuron whose inputs are the drift sum_j nu_j w_j, and its derivatives by nu_j: between spikes the state
/// follows x' = -(x - rest)/tau + sum_j nu_j w_j, and 1/beta = int exp(-int_0^t intensity dz) dt. 0 where it may never
/// spike again. Throws InputError on a neuron that is not admissible, ConvergenceError.
[[nodiscard]] RateAndSlope thermodynamic_rate_and_slope(const OneNeuron& neuron);

[[nodiscard]] inline double thermodynamic_rate(const OneNeuron& neuron) {
  return thermodynamic_rate_and_slope(neuron).rate;
}

}  // namespace limes::spiking

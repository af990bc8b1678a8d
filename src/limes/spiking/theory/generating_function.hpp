#pragma once
// The exponential neuron under Poisson inputs by the generating function L(u) = E exp(u y) of its stationary state, a
// delayed differential equation (theory note rmf, section 2.3, equations 12-14): the third, independent witness.

#include "limes/spiking/theory/one_neuron.hpp"

namespace limes::spiking {

/// Above this largest excitatory weight the equation no longer tells the solution: a factor of period 1 in u remains
/// free, of relative size 2 exp(-2 pi^2/w).
inline constexpr double kLargestGeneratingWeight = 1.4;

/// Rate, CV, mean and variance of y, sensitivities. The rate is good to 1e-8
/// where 2 exp(-2 pi^2/w) is; `rate_error` contains that. Throws InputError without excitation, with a largest
/// excitatory weight above 1.4, on a neuron that is not exponential or whose parameters are out of range, and for tau =
/// infinity with sum nu w <= 0; ConvergenceError where excitation is so weak against Lam that the two parts of the
/// solution cancel.
[[nodiscard]] OneNeuronStatistics solve_generating_function(const OneNeuron& neuron);

}  // namespace limes::spiking

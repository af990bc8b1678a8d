#pragma once
// The law of the inter-spike interval of the one-neuron problem (theory note rmf, sections 2.1 and 2.5).

#include <vector>

#include "limes/spiking/theory/one_neuron.hpp"

namespace limes::spiking {

/// Probabilities of the intervals in each of the IntervalBins; their sum is 1. Linear intensity: the closed form.
/// Exponential: the survival S(t) = u(t, reset) of u_t = A0 u, u(0, .) = 1, by the collocation of the backward solver
/// and the exponential of its matrix, squared from octave to octave; 1e-9 absolute. Throws ConvergenceError as the
/// solvers do, or where the probabilities are not a law (1e-6).
[[nodiscard]] std::vector<double> interval_masses(const OneNeuron& neuron);

}  // namespace limes::spiking

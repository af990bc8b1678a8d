#pragma once
// How fast a neuron can fire at most, whatever else its inputs do: where a search for states may end.

#include "limes/spiking/theory/one_neuron.hpp"

namespace limes::spiking {

/// An upper bound of the rate in the replica limit (and in the thermodynamic one), from 1/beta = E T >= t P(T > t):
///
///     P(T > t) >= 1 - E int_0^t lambda,             where the mean intensity of a neuron that only gains is in closed
///     form; P(T > t) >= P(N_t <= n) exp(-t Lam e^{y_n}),  exponential: at most n inputs, each of the largest weight.
///
/// The larger over t (and n) counts. Leak and inhibition can only lower the intensity from max(reset, rest). The bound
/// over any common factor of all input rates falls with that factor.
[[nodiscard]] double rate_bound(const OneNeuron& neuron);

}  // namespace limes::spiking

#pragma once
// The one-neuron problem of either intensity, by the solver that is asked for.

#include "limes/spiking/theory/one_neuron.hpp"

namespace limes::spiking {

/// Statistics of the stationary neuron; a linear neuron has a closed form whatever the solver. Throws InputError where
/// the solver does not hold (generating function: strong or no excitation), ConvergenceError.
[[nodiscard]] OneNeuronStatistics solve_neuron(const OneNeuron& neuron, TheorySolver solver);

/// Rate and sensitivities alone, by the fastest solver and without an error estimate: for searches.
struct RateAndSlope {
  double rate;
  std::vector<double> sensitivity;
};
[[nodiscard]] RateAndSlope rate_and_slope(const OneNeuron& neuron);

/// The frequency response, prepared for many s.
[[nodiscard]] NeuronResponse response_of(const OneNeuron& neuron);

/// E exp(-s ISI), prepared for many s.
[[nodiscard]] std::function<std::complex<double>(std::complex<double>)> interval_transform_of(const OneNeuron& neuron);

}  // namespace limes::spiking

#pragma once
// The one-neuron problem of either intensity, by the solver that is asked for.

#include "limes/spiking/theory/one_neuron.hpp"

namespace limes::spiking {

/// Degrees of the backward solver's panels: for results, and for searches among very many neurons (1e-5).
inline constexpr std::size_t kFullDegree = 24, kSearchDegree = 14;

/// Statistics of the stationary neuron; a linear neuron has a closed form whatever the solver. Throws InputError where
/// the solver does not hold (generating function: strong or no excitation), ConvergenceError.
[[nodiscard]] OneNeuronStatistics solve_neuron(const OneNeuron& neuron, TheorySolver solver);

/// Rate and sensitivities alone, by the fastest solver and without an error estimate: for searches.
struct RateAndSlope {
  double rate;
  std::vector<double> sensitivity;
};
[[nodiscard]] RateAndSlope rate_and_slope(const OneNeuron& neuron, std::size_t degree = kFullDegree);

/// The frequency response, prepared for many s.
[[nodiscard]] NeuronResponse response_of(const OneNeuron& neuron, std::size_t degree = kFullDegree);

/// E exp(-s ISI), prepared for many s.
[[nodiscard]] std::function<std::complex<double>(std::complex<double>)> interval_transform_of(const OneNeuron& neuron);

}  // namespace limes::spiking

#pragma once
// The linear (Galves-Loecherbach) neuron under Poisson inputs: everything follows from the explicit survival function
// of the inter-spike interval (theory note rmf, section 2.5, equations 15-17).

#include <complex>
#include <span>
#include <vector>

#include "limes/spiking/theory/one_neuron.hpp"

namespace limes::spiking {

/// Rate, CV, mean and variance of the stationary intensity, d beta/d nu_j, to about 1e-12 relative. A neuron whose
/// hazard dies out (no input, and neither base rate nor, without relaxation, reset) has rate 0; its CV and
/// sensitivities are the limits of vanishing input. Throws InputError unless intensity is linear, b, r, nu, mu >= 0
/// and tau > 0.
[[nodiscard]] OneNeuronStatistics solve_linear(const OneNeuron& neuron);

/// -ln S at times t >= 0, S the share of intervals longer than t. Throws as solve_linear.
[[nodiscard]] std::vector<double> survival_exponents_linear(const OneNeuron& neuron, std::span<const double> times);

/// Density -S'(t) of the inter-spike interval at times t >= 0, in 1/time. Throws as solve_linear.
[[nodiscard]] std::vector<double> interval_density_linear(const OneNeuron& neuron, std::span<const double> times);

/// Jhat_j(s): the response of the rate to nu_j(t) = nu_j + e^{st}, per input; Jhat_j(0) = d beta/d nu_j. Re s must lie
/// right of minus the late hazard, where the intervals' Laplace transform ends (InputError).
[[nodiscard]] std::vector<std::complex<double>> linear_response(const OneNeuron& neuron, std::complex<double> s);

/// E exp(-s ISI) = 1 - s int e^{-st} S dt, for the same s.
[[nodiscard]] std::complex<double> interval_transform_linear(const OneNeuron& neuron, std::complex<double> s);

}  // namespace limes::spiking

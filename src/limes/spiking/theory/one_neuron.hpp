#pragma once
// The one-neuron problem of the replica-mean-field limit (theory note rmf, section 2): independent Poisson inputs,
// reset after every own spike, so that the spikes form a renewal process.

#include <complex>
#include <functional>
#include <vector>

#include "limes/spiking/spiking_network.hpp"

namespace limes::spiking {

/// How an input moves the state: by jumps (the replica limit) or by its mean drift (the thermodynamic limit).
enum class InputLaw { kJumps, kDrift };

struct OneNeuron {
  Intensity intensity = Intensity::kExponential;
  double base_rate = 1.0;             ///< Lam, or b of the linear model
  double time_constant = 1.0;         ///< tau; may be infinite
  double reset = 0.0;                 ///< rho, or r of the linear model
  std::vector<ExternalInput> inputs;  ///< recurrent and external ones alike; rates >= 0
};

struct OneNeuronStatistics {
  double rate = 0.0;        ///< beta
  double rate_error = 0.0;  ///< estimated numerical error of the rate
  double isi_cv = 0.0;
  double mean_state = 0.0;
  double state_variance = 0.0;
  std::vector<double> rate_sensitivity;  ///< d beta / d nu_j, in the order of the inputs
};

/// s -> Jhat_j(s), the response of the rate to a modulation exp(s t) of the rate of input j.
using NeuronResponse = std::function<std::vector<std::complex<double>>(std::complex<double>)>;

}  // namespace limes::spiking

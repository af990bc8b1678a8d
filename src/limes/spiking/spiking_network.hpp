#pragma once
// What a network of intensity-based spiking neurons is (theory note rmf, section 1), for theory and simulation alike.

#include <Eigen/Core>
#include <cstddef>
#include <vector>

namespace limes::spiking {

enum class Intensity {
  kExponential,  ///< lambda = Lam exp(y), dy = -y/tau dt + sum w dN, y <- reset on an own spike
  kLinear,       ///< lambda = the state, d lambda = (b - lambda)/tau dt + sum mu dN, lambda <- reset on an own spike
};

/// How the one-neuron problem of the limit is solved (exponential intensity; the linear one has a closed form).
enum class TheorySolver { kBackward, kForward, kGeneratingFunction };

/// `size` identical neurons.
struct Group {
  std::size_t size = 1;        ///< n_a
  double base_rate = 1.0;      ///< Lam_a > 0 (exponential), b_a >= 0 (linear), in 1/time
  double time_constant = 1.0;  ///< tau_a > 0; infinity: no relaxation (exponential: then y = x, intensity Lam e^y)
  double reset = 0.0;          ///< rho_a (exponential), r_a >= 0 (linear)
};

/// An independent Poisson input of rate `rate` whose events move the state by `weight`.
struct ExternalInput {
  double weight = 0.0;
  double rate = 0.0;
};

/// G groups; row = target, column = source. No neuron is connected to itself: a neuron of group a hears
/// C_ac = n_c - delta_ac neurons of group c, each with weights(a, c).
struct SpikingNetwork {
  Intensity intensity = Intensity::kExponential;
  std::vector<Group> groups;
  Eigen::MatrixXd weights;                         ///< G x G, per connection
  std::vector<std::vector<ExternalInput>> inputs;  ///< per group; empty: none

  [[nodiscard]] double connections(std::size_t target, std::size_t source) const {
    return static_cast<double>(groups[source].size) - (target == source ? 1.0 : 0.0);
  }
};

}  // namespace limes::spiking

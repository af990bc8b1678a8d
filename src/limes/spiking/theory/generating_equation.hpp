#pragma once
// The delayed equation (u/tau) l' = V(u) l - Lam l(u + 1) + f(u) of the generating function route, from large u
// downwards (theory note rmf, section 2.3). l = L/beta has f = e^{u rho}; M, with M(0) = E ISI^2/2, has f = l; dl/d
// nu_j has f = (e^{u w_j} - 1) l.

#include <vector>

#include "limes/spiking/theory/one_neuron.hpp"

namespace limes::spiking {

/// V(u) = sum nu_j (e^{u w_j} - 1) and the scale e^S, S = w u(u - 1)/2 + u ln(nu/Lam), of the growth that the largest
/// weight w (total rate nu) imposes.
struct GeneratingProblem {
  double base_rate, time_constant, reset;
  std::vector<ExternalInput> inputs;  ///< all of the neuron
  double largest = 0.0;               ///< w
  double largest_rate = 0.0;          ///< nu

  explicit GeneratingProblem(const OneNeuron& neuron);
  [[nodiscard]] double cumulant(double u, int derivative = 0) const;  ///< V and its derivatives
  [[nodiscard]] double scale(double u) const;                         ///< S
  [[nodiscard]] double scale_slope(double u) const;                   ///< S'
};

struct GeneratingMoments {
  double interval = 0.0;                     ///< l(0) = 1/beta
  double slope = 0.0;                        ///< l'(0) = E y/beta
  double curvature = 0.0;                    ///< l''(0) = E y^2/beta
  double square_interval = 0.0;              ///< M(0) = E ISI^2/2
  std::vector<double> interval_sensitivity;  ///< dl(0)/d nu_j
  double amplification = 1.0;                ///< how much larger the two cancelling parts of l(1) are than l(1)
};

struct GeneratingResolution {
  int panels_per_unit = 4;   ///< even
  double top_exponent = 24;  ///< the integration starts at u = max(10, top_exponent/w)
};

/// tau < infinity: collocation on panels, implicit, so that the stiff decay towards the slow branch is damped.
[[nodiscard]] GeneratingMoments relaxing_moments(const GeneratingProblem& problem, const GeneratingResolution& options);

/// tau = infinity: V(u) l(u) = Lam l(u + 1) - f(u), a recursion of Taylor polynomials at the integers.
[[nodiscard]] GeneratingMoments counting_moments(const GeneratingProblem& problem, const GeneratingResolution& options);

}  // namespace limes::spiking

#pragma once
// Stationary density of the exponential neuron under Poisson inputs by a finite-volume Markov chain (theory note rmf,
// section 2.2): first order, always positive, extrapolated in the cell size. The independent check of the backward
// solver.

#include <cstddef>
#include <vector>

#include "limes/spiking/theory/one_neuron.hpp"

namespace limes::spiking {

struct ForwardOptions {
  std::size_t cells = 2000;  ///< on the coarsest of three grids, each twice as fine as the one before; >= 16
};

struct ForwardSolution {
  OneNeuronStatistics statistics;
  /// The density of y at cell centres of the finest grid, not extrapolated, without the atom. Without relaxation the
  /// law is discrete: masses over the cell size.
  std::vector<double> state;
  std::vector<double> density;
  double atom = 0.0;  ///< mass at y = 0: beta/(Lam + sum nu) where the reset is to rest, else 0
};

/// Rate, CV, mean and variance of y, sensitivities and density; 1e-6 relative, `rate_error` is the change by the last
/// extrapolation. Throws InputError on a neuron that is not exponential, Lam <= 0, tau <= 0, nu < 0, fewer than 16
/// cells, or tau = infinity with sum nu w <= 0 under inhibition (no stationary state).
[[nodiscard]] ForwardSolution solve_forward(const OneNeuron& neuron, const ForwardOptions& options = {});

}  // namespace limes::spiking

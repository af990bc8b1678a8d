#pragma once
// The maximal exponent of generic perturbations of P populations (notes 5.1, 6.3). Internal.

#include <Eigen/Core>

#include "limes/rate/theory/populations/lag_problem.hpp"

namespace limes::rate::theory {

/// ln of the largest kappa >= max gamma_a for which
///   (kappa^2 + gamma_a^2) psi_a(k) - gamma_a kappa [psi_a(k+1) + psi_a(k-1)] = sum_b (S+X)_ab C_b'(D_b(k)) psi_b(k)
/// has an even bounded solution: for larger kappa left minus right is an M-matrix (its pivots, taken from the largest
/// lag inwards, are), at kappa it becomes singular. `gains`: one row per population, columns lag 0, 1, ..., the last
/// for all larger lags.
[[nodiscard]] double map_exponent(const PopulationEnsemble& ensemble, const Eigen::MatrixXd& gains);

/// lambda = kappa - 1 for the flow, kappa the largest value for which
///   -psi_a'' + kappa^2 psi_a = sum_b (S+X)_ab C_b'(Delta_b(tau)) psi_b
/// has an even bounded solution (note 6.3, E = 1 - kappa^2), by Numerov's formula on the grid of `step`. `kink_slope` =
/// d/dtau of C_b' at 0+.
[[nodiscard]] double flow_exponent(const PopulationEnsemble& ensemble, double step, const Eigen::MatrixXd& gains,
                                   const Eigen::VectorXd& kink_slope);

/// d/dtau C_b'(Delta_b(tau)) at 0+: -D C_b''(v_b). 0 where it is infinite, for a kink of f: that the grid resolves as
/// far as it can.
[[nodiscard]] Eigen::VectorXd gain_kinks(const PopulationEnsemble& flow, const PopulationLags& state);

}  // namespace limes::rate::theory

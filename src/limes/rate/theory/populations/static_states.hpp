#pragma once
#include <Eigen/Core>
#include <complex>
#include <optional>
#include <span>
#include <vector>

#include "limes/rate/theory/populations/one_time_states.hpp"

namespace limes::rate::theory {

/// A static branch of P populations: every u_i is constant in time (noise-free network).
struct PopulationStaticState {
  PopulationOneTimeState state;
  std::vector<double> mean_output;
  double bulk_radius = 0.0;  ///< R, radius of the bulk of J Lambda: R^2 = Perron root of [(S+X)_ab E f_b'^2]
  double bulk_edge = 0.0;    ///< largest |z| in the bulk of DF = gamma + J Lambda; gamma + R for equal leaks
  std::optional<std::complex<double>> outlier;  ///< leading eigenvalue of DF outside the bulk, see static_states()
  bool stable = false;
  double lyapunov_exponent = 0.0;  ///< per step, or per tau
};

/// The largest z > max gamma_b with Perron root of [(S+X)_ab E f_b'^2/(z - gamma_b)^2] = 1 (max gamma_b where there is
/// none). The bulk of DF is the set of z with Perron root of [(S+X)_ab E f_b'^2/|z - gamma_b|^2] >= 1: outside it the
/// expansion of (z - Gamma - J Lambda)^-1 in J Lambda (z - Gamma)^-1, a matrix with the variance profile
/// (S+X)_ab f'_j^2/(N_b |z - gamma_b|^2), converges. It extends farthest along the positive axis.
[[nodiscard]] double bulk_edge(const PopulationEnsemble& ensemble, std::span<const transfer::Moments> moments);

/// R: R^2 = Perron root of [(S+X)_ab E f_b'^2].
[[nodiscard]] double bulk_radius(const PopulationEnsemble& ensemble, std::span<const transfer::Moments> moments);

/// Eigenvalues of the linearised mean-field equations of a static state (note 4.5, for several populations and leaks).
/// An eigenvector delta u of DF with a mean, (z - gamma_a) delta u_i = sum_j J_ij f'(u_j) delta u_j, is jointly
/// Gaussian with u in each population; its mean delta mu_a and a_a = Cov(delta u, u) obey
///   (z - gamma_a) delta mu_a = sum_b Jbar_ab [E f_b' delta mu_b + E f_b'' a_b],
///   (z - gamma_a) (1-gamma_a) a_a = sum_b (S+X)_ab [E f_b f_b' delta mu_b + (E f_b'^2 + E f_b f_b'') a_b]
///                                   - X_ab m_b [E f_b' delta mu_b + E f_b'' a_b].
/// At gamma = 0 they are those of the Jacobian of the map (mu_a, v_a), a = delta v/2.
[[nodiscard]] std::vector<std::complex<double>> mean_field_eigenvalues(const PopulationEnsemble& ensemble,
                                                                       std::span<const transfer::Moments> moments);

/// Does z lie outside the bulk of DF, so that a mean-field eigenvalue there is an eigenvalue of the network?
[[nodiscard]] bool lies_outside_bulk(const PopulationEnsemble& ensemble, std::span<const transfer::Moments> moments,
                                     std::complex<double> z);

/// All static branches in ascending order of (mean, variance) of population 0, then 1, ... The outlier is the
/// eigenvalue of mean_field_eigenvalues() outside the bulk of largest modulus (continuous time: largest real part).
/// Stable iff bulk and outliers lie in the unit disc (continuous: Re < 1). The exponent is that of a perturbation of
/// the fixed point: ln of the spectral radius, or spectral abscissa - 1. Empty with noise (no state is static then).
/// In continuous time the leaks are taken as 0. Throws InputError as require_valid().
[[nodiscard]] std::vector<PopulationStaticState> static_states(const PopulationEnsemble& ensemble, bool continuous_time,
                                                               const StopToken& stop = {});

/// The same for one solution of the one-time equations.
[[nodiscard]] PopulationStaticState static_state(const PopulationEnsemble& ensemble,
                                                 const PopulationOneTimeState& solution, bool continuous_time);

}  // namespace limes::rate::theory

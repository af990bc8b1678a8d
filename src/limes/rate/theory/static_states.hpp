#pragma once
#include <complex>
#include <optional>
#include <vector>

#include "limes/rate/theory/one_time_states.hpp"

namespace limes::rate::theory {

/// A static branch: every u_i is constant in time (noise-free network).
struct StaticState {
  OneTimeState state;
  double mean_output = 0.0;
  double bulk_radius = 0.0;                     ///< R = J sqrt(E f'^2), radius of the bulk of J Lambda
  std::optional<std::complex<double>> outlier;  ///< gamma + eig(M), see static_states()
  bool stable = false;
  double lyapunov_exponent = 0.0;  ///< per step, or per tau
};

/// Eigenvalues of the linearised mean-field map (note 4.5)
///   M = [[Jbar E f', Jbar E f''], [J^2 E f f'/(1-gamma), J^2 (E f'^2 + E f f'')/(1-gamma)]].
[[nodiscard]] std::vector<std::complex<double>> mean_field_map_eigenvalues(const Ensemble& ensemble,
                                                                           const transfer::Moments& moments);

/// All static branches in ascending order of (mean, variance), note 4.4a and 4.5. The outlier is gamma + eig(M) among
/// the eigenvalues with |eig(M)| > R: the one of largest modulus in discrete time, of largest real part in continuous
/// time. Stable iff gamma + R < 1 and every outlier lies in the unit disc (continuous: R < 1 and Re < 1). The exponent
/// is that of a perturbation of the fixed point: ln of the spectral radius, or spectral abscissa - 1. Empty with noise
/// (no state is static then).
[[nodiscard]] std::vector<StaticState> static_states(const Ensemble& ensemble, bool continuous_time);

}  // namespace limes::rate::theory

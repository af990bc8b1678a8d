#pragma once
// The lag function of a fluctuating map as a boundary-value problem: residuals, Newton corrections, stability.
// Internal to map_fluctuations.

#include <array>
#include <vector>

#include "limes/rate/theory/ensemble.hpp"
#include "limes/transfer/moments.hpp"

namespace limes::rate::theory {

/// Unknowns: the connected part c(1..K) and the scalars; c(0) = v - q.
struct LagState {
  double mean = 0.0;
  double variance = 0.0;
  double frozen = 0.0;
  std::vector<double> connected;  ///< c(1), ..., c(K)
};

/// Everything that the equations need at one state. Partial derivatives of C with respect to mu and v are differences
/// of interpolants: they steer Newton's method and decide signs, they do not enter the solution.
struct LagEvaluation {
  transfer::Moments moments;
  std::vector<double> outputs;               ///< C(q + c(k)), k = 1..K
  std::vector<double> gains;                 ///< C'(q + c(k)), k = 1..K
  double output_frozen = 0.0;                ///< C(q)
  double gain_frozen = 0.0;                  ///< C'(q)
  double tail_ratio = 0.0;                   ///< c(K+1)/c(K) of the linearised tail
  std::vector<double> residuals;             ///< E_1..E_K
  std::array<double, 3> scalar_residuals{};  ///< of mu, v (lag 0) and q
  double size = 0.0;                         ///< largest residual relative to v
};

struct LagSensitivities {
  std::vector<double> by_mean;      ///< dC(D(k))/dmu, k = 1..K
  std::vector<double> by_variance;  ///< dC(D(k))/dv at fixed D
  double frozen_by_mean = 0.0;
  double frozen_by_variance = 0.0;
};

[[nodiscard]] LagEvaluation evaluate(const Ensemble& ensemble, const LagState& state);
[[nodiscard]] LagSensitivities sensitivities(const Ensemble& ensemble, const LagState& state, const LagEvaluation& at);

/// Newton correction of the bordered tridiagonal system; `determinant_sign` is that of the whole Jacobian, +1 in the
/// limit of no coupling: it changes at every fold.
struct LagCorrection {
  std::vector<double> connected;
  std::array<double, 3> scalars{};  ///< mu, v, q
  int determinant_sign = 0;
};
[[nodiscard]] LagCorrection newton_correction(const Ensemble& ensemble, const LagState& state, const LagEvaluation& at,
                                              const LagSensitivities& partials);

/// Sign of the determinant of the linearised two-time equations at a real growth factor z: perturbations
/// delta mu(t) = z^t delta mu, delta D(t,s) = z^min(t,s) d(|t-s|). It is +1 for large |z|, and changes where z is a
/// mode.
[[nodiscard]] int mode_determinant_sign(const Ensemble& ensemble, const LagState& state, const LagEvaluation& at,
                                        const LagSensitivities& partials, double z);

/// The largest z above `bulk` (e^lambda of the bulk of tangent directions) at which a collective perturbation of mean
/// and covariance is a mode; `bulk` where there is none. It dominates the exponent where couplings have a large mean
/// (note 5.1).
[[nodiscard]] double collective_growth_factor(const Ensemble& ensemble, const LagState& state, const LagEvaluation& at,
                                              const LagSensitivities& partials, double bulk);

}  // namespace limes::rate::theory

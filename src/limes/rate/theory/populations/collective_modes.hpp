#pragma once
// Collective perturbations of a stationary fluctuating state of a map: the modes of its linearised two-time equations.
// Internal.

#include <complex>
#include <optional>

#include "limes/rate/theory/populations/lag_problem.hpp"

namespace limes::rate::theory {

/// Perturbations delta mu_a(t) = z^t delta mu_a, delta D_a(t,s) = z^max(t,s) d_a(|t-s|) of a map obey, with
/// k = |t-s| >= 1,
///   (1 + gamma_a^2/z) d_a(k) - gamma_a d_a(k+1) - (gamma_a/z) d_a(k-1)
///     = (1/z) sum_b {T_ab C_b'(k) d_b(k) + (1 + z^-k)/2 [(T_ab C_b,mu(k) - 2 X_ab m_b E f_b') delta mu_b
///                                                         + (T_ab C_b,v(k) - X_ab m_b E f_b'') d_b(0)]},  T = S + X,
/// one equation for lag 0 and one for the mean. Their determinant F(z) is analytic outside the bulk of tangent
/// directions and tends to 1 at infinity: it vanishes at the modes, and its winding number counts them. The window of
/// lags ends where d_a(k) has reached its asymptote A_a (1 + z^-k).
class CollectiveModes {
 public:
  CollectiveModes(const PopulationEnsemble& map, const PopulationLagEvaluation& at,
                  const PopulationLagSensitivities& partials);

  /// F(z) = exp(log_modulus) phase.
  struct Determinant {
    double log_modulus;
    std::complex<double> phase;
  };
  [[nodiscard]] Determinant determinant(std::complex<double> z) const;

  /// How many modes have |z| > radius, with multiplicity: the winding number of F on the circle.
  [[nodiscard]] int count_outside(double radius) const;

  /// The mode of largest |z| > radius (of a conjugate pair the one above the real axis); empty where there is none.
  [[nodiscard]] std::optional<std::complex<double>> leading_outside(double radius) const;

 private:
  [[nodiscard]] std::optional<std::complex<double>> refined(std::complex<double> start) const;

  Eigen::VectorXd leak_;
  Eigen::MatrixXd total_, coupling_mean_;
  Eigen::MatrixXd gains_;                          ///< columns lag 0 .. K, infinity
  Eigen::MatrixXd by_mean_, by_variance_;          ///< of C, likewise
  Eigen::MatrixXd centre_mean_, centre_variance_;  ///< X_ab 2 m_b E f_b', X_ab m_b E f_b''
  Eigen::VectorXd slope_, curvature_;              ///< E f', E f''
};

}  // namespace limes::rate::theory

#pragma once
// Collective perturbations of a stationary fluctuating state: the modes of its linearised two-time equations. Internal.

#include <complex>
#include <optional>

#include "limes/rate/theory/populations/lag_problem.hpp"

namespace limes::rate::theory {

/// The modes exp(rate t) of a state are the zeros of a determinant F(rate), which is analytic to the right of the bulk
/// of tangent directions and real for real rates: its winding number counts them.
class CollectiveModes {
 public:
  virtual ~CollectiveModes() = default;

  /// F = exp(log_modulus) phase.
  struct Determinant {
    double log_modulus;
    std::complex<double> phase;
  };
  [[nodiscard]] virtual Determinant determinant(std::complex<double> rate) const = 0;

  /// How many modes have a real part larger than `rate`, with multiplicity.
  [[nodiscard]] int count_beyond(double rate) const;

  /// The mode of largest real part beyond `rate` (of a conjugate pair the one above the real axis); empty where there
  /// is none.
  [[nodiscard]] std::optional<std::complex<double>> leading_beyond(double rate) const;

  /// The mode that the secant method reaches from `start`.
  [[nodiscard]] std::optional<std::complex<double>> mode_near(std::complex<double> start) const;

 protected:
  CollectiveModes(const PopulationEnsemble& ensemble, const PopulationLagEvaluation& at,
                  const PopulationLagSensitivities& partials);

  /// Half of what delta mu and d(0) do to the field's covariance at a lag (columns: delta mu, d(0)), at fixed D:
  /// T_ab C_b,mu(k) - 2 X_ab m_b E f_b' and T_ab C_b,v(k) - X_ab m_b E f_b'', T = S + X. k = last + 1: infinity.
  [[nodiscard]] Eigen::MatrixXcd drive(Eigen::Index k) const;
  /// T C'(k).
  [[nodiscard]] Eigen::MatrixXcd gain(Eigen::Index k) const;
  /// Jbar E f' and Jbar E f''/2: what delta mu and d(0) do to the mean field.
  [[nodiscard]] Eigen::MatrixXcd mean_drive() const;
  [[nodiscard]] Eigen::Index count() const { return total_.rows(); }
  [[nodiscard]] Eigen::Index last() const { return gains_.cols() - 2; }

  /// Equations of lag k: middle d(k) + lower d(k-1) + upper d(k+1) = source (delta mu, d(0)).
  struct Row {
    Eigen::MatrixXcd lower, middle, upper, source;
  };
  /// Eliminates d(last) .. d(2), d(1) and closes with the equations of the mean and of lag 0:
  /// closing (d(1), delta mu, d(0)) = 0. Beyond the window d(k) - asymptote(k) (delta mu, d(0)) decays with the
  /// coefficients of `tail`. Every pivot is divided by the one that this tail alone would have: the ratio is 1 for most
  /// lags, and that divisor has no zero beyond the bulk.
  template <typename RowAt, typename AsymptoteAt>
  [[nodiscard]] Determinant eliminated(const RowAt& row, const Row& tail, const AsymptoteAt& asymptote,
                                       const Eigen::MatrixXcd& closing) const;

  double top_ = 0.0;      ///< no mode has a larger imaginary part
  bool periodic_ = true;  ///< F has the period 2 pi i (maps); else the contour is closed by an arc
  Eigen::MatrixXd total_, coupling_mean_;
  Eigen::MatrixXd gains_, by_mean_, by_variance_;  ///< columns lag 0 .. last, infinity
  Eigen::MatrixXd centre_mean_, centre_variance_;  ///< X_ab 2 m_b E f_b', X_ab m_b E f_b''
  Eigen::VectorXd slope_, curvature_;              ///< E f', E f''
};

/// Perturbations delta mu_a(t) = z^t delta mu_a, delta D_a(t,s) = z^max(t,s) d_a(|t-s|) of a map, z = exp(rate), obey
///   (1 + gamma_a^2/z) d_a(k) - gamma_a d_a(k+1) - (gamma_a/z) d_a(k-1)
///     = (1/z) sum_b {T_ab C_b'(k) d_b(k) + (1 + z^-k)/2 [drive_ab(k) (delta mu_b, d_b(0))]},   k = |t-s| >= 1,
/// one equation for lag 0 and one for the mean: (T_t - gamma)(T_s - gamma) D = Gam linearised. For large k d tends to
/// A (1 + z^-k) with [(z - gamma)(1 - gamma) - T C'(q)] A = drive/2.
class MapModes final : public CollectiveModes {
 public:
  MapModes(const PopulationEnsemble& map, const PopulationLagEvaluation& at,
           const PopulationLagSensitivities& partials);
  [[nodiscard]] Determinant determinant(std::complex<double> rate) const override;

 private:
  Eigen::VectorXcd leak_;
};

/// The same for the flow, delta D_a(t,s) = e^(rate max(t,s)) d_a(|t-s|) with d = e^(-rate tau/2) psi:
///   -psi'' + [(1 + rate/2)^2 - T C'] psi = cosh(rate tau/2) drive (delta mu, d(0)),   psi'(0+) = 0,
///   (1 + rate) delta mu = Jbar [E f' delta mu + E f'' d(0)/2],
/// from (d_t + 1)(d_s + 1) D = Gam, on the Numerov grid of the state.
class FlowModes final : public CollectiveModes {
 public:
  FlowModes(const PopulationEnsemble& flow, double step, const PopulationLagEvaluation& at,
            const PopulationLagSensitivities& partials);
  [[nodiscard]] Determinant determinant(std::complex<double> rate) const override;

 private:
  double step_;
};

}  // namespace limes::rate::theory

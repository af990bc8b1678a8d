#pragma once
// The lag functions of P populations as one boundary-value problem, for maps and for flows: residuals, sweeps of the
// filter, Newton corrections. Internal to map_fluctuations and flow_fluctuations.

#include <Eigen/Core>
#include <Eigen/LU>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "limes/rate/theory/population_ensemble.hpp"
#include "limes/rate/theory/series_moments.hpp"
#include "limes/transfer/moments.hpp"
#include "limes/transfer/pair_moments.hpp"

namespace limes::rate::theory {

/// The linear filter between field and membrane potential, on a grid of lags. With N_k = sum_b (S+X)_ab [C_b(D(k)) -
/// C_b(q)] the equations of the connected parts are
///   diagonal c_k + off (c_{k-1} + c_{k+1}) = near N_k + far (N_{k-1} + N_{k+1}) + delta_k0 source,  c_{-k} = c_k.
/// Map: diagonal 1 + gamma^2, off -gamma, near 1, far 0, source sigma^2. Flow with grid step h: Numerov's formula for
/// c'' = c - N, and at the kink c'(0+) = -D the one-sided formula of the same order.
struct LagFilter {
  Eigen::VectorXd diagonal, off;
  double near = 1.0, far = 0.0;
  Eigen::VectorXd kept;   ///< 1 - gamma_a; 1 for a flow
  Eigen::VectorXd noise;  ///< sigma_a^2, or D_a
  double step = 0.0;      ///< h; 0 for a map
};
[[nodiscard]] LagFilter map_filter(const PopulationEnsemble& ensemble);
[[nodiscard]] LagFilter flow_filter(const PopulationEnsemble& ensemble, double step);

/// One column per lag 0, 1, ..., K, one row per population; the variance is frozen + connected.col(0).
struct PopulationLags {
  Eigen::VectorXd mean, frozen;
  Eigen::MatrixXd connected;
  [[nodiscard]] Eigen::VectorXd variance() const { return frozen + connected.col(0); }
};

/// C(c) of one population: by the truncated series for searches, by PairMoments for results.
enum class Accuracy { kSeries, kExact };
class OutputCovariance {
 public:
  OutputCovariance(Accuracy accuracy, const transfer::Transfer& transfer, double mean, double variance);
  [[nodiscard]] double output(double c) const;
  [[nodiscard]] double gain(double c) const;
  void outputs(std::span<const double> c, std::span<double> result) const;
  void gains(std::span<const double> c, std::span<double> result) const;

 private:
  std::optional<transfer::PairMoments> exact_;
  std::optional<SeriesMoments> series_;
};

/// What the equations need of (mu_b, v_b) alone.
struct PopulationOutputs {
  std::vector<transfer::Moments> moments;
  std::vector<std::shared_ptr<const OutputCovariance>> covariances;
};
[[nodiscard]] PopulationOutputs outputs_of(const PopulationEnsemble& ensemble, const PopulationLags& state,
                                           Accuracy accuracy);

/// Everything that the equations need at one state. Columns: lags; the last column stands for infinity (D = q).
struct PopulationLagEvaluation {
  std::vector<transfer::Moments> moments;
  Eigen::MatrixXd outputs;          ///< C_b(D_b(k)), k = 0 .. K, then C_b(q_b)
  Eigen::MatrixXd gains;            ///< C_b'(D_b(k)), likewise
  Eigen::MatrixXd tail;             ///< c_{K+1} = tail c_K of the linearised decay
  Eigen::MatrixXd residuals;        ///< P x (K+1)
  Eigen::VectorXd mean_residual;    ///< (1-gamma) mu - Jbar m + thetabar
  Eigen::VectorXd frozen_residual;  ///< (1-gamma)^2 q - (S+X) C(q) + X m^2 - sigma_theta^2
  double size = 0.0;                ///< largest residual relative to the variances
};
[[nodiscard]] PopulationLagEvaluation evaluate(const PopulationEnsemble& ensemble, const LagFilter& filter,
                                               const PopulationLags& state, Accuracy accuracy);
/// The same with what is known of its means and variances.
[[nodiscard]] PopulationLagEvaluation evaluate(const PopulationEnsemble& ensemble, const LagFilter& filter,
                                               const PopulationLags& state, const PopulationOutputs& outputs);

/// Partial derivatives of C at fixed covariance, by differences, laid out as `gains`.
struct PopulationLagSensitivities {
  Eigen::MatrixXd by_mean, by_variance;
};
[[nodiscard]] PopulationLagSensitivities sensitivities(const PopulationEnsemble& ensemble, const PopulationLags& state,
                                                       const PopulationLagEvaluation& at, Accuracy accuracy);

/// Newton's correction: block-tridiagonal elimination from the largest lag inwards, the first two lags and the 3P
/// scalars (mu, v, q) in one pivoted system.
[[nodiscard]] PopulationLags newton_correction(const PopulationEnsemble& ensemble, const LagFilter& filter,
                                               const PopulationLags& state, const PopulationLagEvaluation& at,
                                               const PopulationLagSensitivities& partials);

/// Newton's correction of c_k at all lags but 0 and `anchor` (>= 1), where c, mu, v and q are prescribed: two
/// block-tridiagonal systems.
[[nodiscard]] Eigen::MatrixXd anchored_correction(const PopulationEnsemble& ensemble, const LagFilter& filter,
                                                  const PopulationLagEvaluation& at, Eigen::Index anchor);

/// Derivatives of the residuals by (mu, v, q, c_anchor), 4P columns, where the other lags follow from these: of the
/// mean, the frozen part, lag 0 and the anchor. That of the noise's source by C'(v), of the order of the step, is left
/// out.
struct AnchoredJacobian {
  Eigen::MatrixXd mean, frozen, start, anchor;
};
[[nodiscard]] AnchoredJacobian anchored_jacobian(const PopulationEnsemble& ensemble, const LagFilter& filter,
                                                 const PopulationLagEvaluation& at,
                                                 const PopulationLagSensitivities& partials, Eigen::Index anchor);

/// One sweep of the iteration of note 4.4b: the field of `state` through the filter.
[[nodiscard]] PopulationLags swept(const PopulationEnsemble& ensemble, const LagFilter& filter,
                                   const PopulationLags& state, const PopulationLagEvaluation& at);

/// The matrix G with c_{k+1} = G c_k for the decaying solutions of lower c_{k-1} + middle c_k + upper c_{k+1} = 0
/// (logarithmic reduction: Latouche & Ramaswami, J. Appl. Probab. 30 (1993) 650).
template <typename Scalar>
[[nodiscard]] Eigen::MatrixX<Scalar> decaying_solution(const Eigen::MatrixX<Scalar>& lower,
                                                       const Eigen::MatrixX<Scalar>& middle,
                                                       const Eigen::MatrixX<Scalar>& upper) {
  using Matrix = Eigen::MatrixX<Scalar>;
  const Eigen::Index count = middle.rows();
  const auto inverse = middle.partialPivLu();
  Matrix down = -inverse.solve(lower);
  Matrix up = -inverse.solve(upper);
  Matrix solution = down;
  Matrix carried = up;
  for (int i = 0; i < 50; ++i) {
    const Matrix both = Matrix::Identity(count, count) - up * down - down * up;
    const auto factor = both.partialPivLu();
    const Matrix next_down = factor.solve(down * down);
    const Matrix next_up = factor.solve(up * up);
    if (!next_down.allFinite() || !next_up.allFinite()) break;
    const Matrix addition = carried * next_down;
    solution += addition;
    carried = (carried * next_up).eval();
    down = next_down;
    up = next_up;
    if (addition.cwiseAbs().maxCoeff() < 1e-17) break;
  }
  return solution;
}

}  // namespace limes::rate::theory

#pragma once
// The lag functions of P populations as functions of a few numbers, for continuation.

#include <array>
#include <deque>

#include "limes/base/interruption.hpp"
#include "limes/rate/theory/populations/lag_problem.hpp"

namespace limes::rate::theory {

/// Means, variances, frozen parts and the connected parts at one lag, the anchor. They fix the lag functions between
/// lag 0 and the anchor and beyond it: boundary-value problems that stay regular where the whole one is not - with the
/// values at lag 0 prescribed it is singular without noise, whose states have the largest decaying lag function, and
/// without them where the exponent vanishes. What is left of the equations are those of the mean, of the frozen part,
/// of lag 0 and of the anchor.
struct ReducedLags {
  Eigen::VectorXd mean, variance, frozen, anchored;  ///< P each

  [[nodiscard]] Eigen::VectorXd packed() const;
  [[nodiscard]] static ReducedLags unpacked(const Eigen::VectorXd& x);
};

class LagReduction {
 public:
  struct Solution {
    Eigen::VectorXd residual;  ///< 4P
    PopulationLags lags;
    PopulationLagEvaluation at;
    bool found = false;
  };

  /// `step`: of a flow's lag grid; 0 for maps. `typical`: connected parts of some states; the anchor lies where the
  /// fastest of them have begun to fall.
  LagReduction(double step, const std::vector<Eigen::MatrixXd>& typical);

  [[nodiscard]] double step() const { return step_; }
  [[nodiscard]] Eigen::Index anchor() const { return anchor_; }
  [[nodiscard]] LagFilter filter(const PopulationEnsemble& ensemble) const;
  [[nodiscard]] ReducedLags reduced(const PopulationLags& state) const;

  /// Newton's method from the connected parts of a nearby state, stretched; not found where it does not converge or the
  /// lag functions do not decay within a reasonable window.
  [[nodiscard]] Solution solve(const PopulationEnsemble& ensemble, const ReducedLags& x, const Eigen::MatrixXd& nearby);

  /// dF/d(mu, v, q, c_anchor) at a solution.
  [[nodiscard]] Eigen::MatrixXd jacobian(const PopulationEnsemble& ensemble, const Solution& solution) const;

 private:
  /// Moments and C of one population, which the last few solutions asked for.
  struct Known {
    transfer::Transfer transfer;
    double mean, variance;
    transfer::Moments moments;
    std::shared_ptr<const OutputCovariance> covariance;
  };
  [[nodiscard]] PopulationOutputs outputs(const PopulationEnsemble& ensemble, const ReducedLags& x);

  double step_;
  Eigen::Index anchor_;
  std::deque<Known> known_;
};

}  // namespace limes::rate::theory

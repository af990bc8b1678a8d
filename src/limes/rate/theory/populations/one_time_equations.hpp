#pragma once
// The one-time equations of several populations: residuals, Newton, the box of solutions. Internal to one_time_states.

#include <Eigen/Core>
#include <optional>
#include <span>
#include <vector>

#include "limes/rate/theory/population_ensemble.hpp"
#include "limes/rate/theory/populations/one_time_states.hpp"

namespace limes::rate::theory {

/// Where solutions can lie. Bounded transfers: exact bounds. Unbounded: several decades of the natural scale.
struct PopulationBox {
  Eigen::VectorXd mean_low, mean_high, variance_low, variance_high;
  bool bounded = true;
};

/// x = (mu_1 .. mu_P, v_1 .. v_P).
class PopulationEquations {
 public:
  PopulationEquations(const PopulationEnsemble& ensemble, std::span<const double> extra_variance);

  [[nodiscard]] Eigen::Index count() const { return count_; }
  [[nodiscard]] const PopulationBox& box() const { return box_; }
  [[nodiscard]] const Eigen::VectorXd& source() const { return source_; }

  /// The equations at x, continued linearly to v < 0 (so that curves can be followed through v = 0), and their
  /// Jacobian.
  struct Linearisation {
    Eigen::VectorXd residual;
    Eigen::MatrixXd jacobian;
  };
  [[nodiscard]] Linearisation linearised(const Eigen::VectorXd& x) const;

  /// The solution at x, with its moments and residual; negative rounding of v is taken as 0.
  [[nodiscard]] PopulationOneTimeState state_near(Eigen::VectorXd x) const;

  /// Newton from x. With `known` solutions every step is that of the deflated equations
  /// M(x) F(x) = 0, M = prod_i (1 + 1/|x - x_i|^2) (Farrell, Birkisson & Funke, SIAM J. Sci. Comput. 37 (2015) A2026),
  /// which do not vanish there. Empty where it does not reach the accepted residual.
  [[nodiscard]] std::optional<PopulationOneTimeState> polish(
      Eigen::VectorXd x, const std::vector<PopulationOneTimeState>* known = nullptr) const;

  /// One sweep of the map whose fixed points are sought, mixed half and half with x.
  [[nodiscard]] Eigen::VectorXd relaxed(const Eigen::VectorXd& x) const;

  /// The linear network: closed form; empty without a solution of non-negative variances.
  [[nodiscard]] std::vector<PopulationOneTimeState> linear_states() const;

  /// The state where nothing drives the fluctuations and f vanishes at every mean (v = 0); empty unless it exists.
  [[nodiscard]] std::optional<PopulationOneTimeState> silent_state() const;

  [[nodiscard]] bool is_linear() const;

 private:
  struct Evaluation {
    std::vector<transfer::Moments> moments;
    Eigen::VectorXd residual;  ///< 2P
    Eigen::VectorXd scale;     ///< sizes of the terms
    [[nodiscard]] double size() const { return (residual.array().abs() / scale.array()).maxCoeff(); }
  };
  [[nodiscard]] Evaluation evaluate(const Eigen::VectorXd& x) const;
  [[nodiscard]] Eigen::MatrixXd jacobian(const std::vector<transfer::Moments>& moments) const;
  [[nodiscard]] double deflation(const Eigen::VectorXd& x, const Eigen::VectorXd& step,
                                 const std::vector<PopulationOneTimeState>& known) const;
  [[nodiscard]] Eigen::VectorXd inside(Eigen::VectorXd x, const Eigen::VectorXd& previous) const;
  [[nodiscard]] PopulationOneTimeState state_at(const Eigen::VectorXd& x, const Evaluation& at) const;

  const PopulationEnsemble& ensemble_;
  Eigen::Index count_;
  Eigen::VectorXd kept_;       ///< 1 - gamma_a
  Eigen::VectorXd threshold_;  ///< thetabar_a
  Eigen::VectorXd source_;     ///< sigma_theta,a^2 + extra variance
  Eigen::MatrixXd total_;      ///< S + X
  PopulationBox box_;
};

}  // namespace limes::rate::theory

#pragma once
// The equations of the quenched mean field as one map, for the solvers of this folder only.

#include <Eigen/Core>
#include <memory>
#include <vector>

#include "limes/rate/given_matrix/coupling_products.hpp"
#include "limes/rate/given_matrix/krylov.hpp"
#include "limes/rate/given_matrix/lag_filter.hpp"
#include "limes/rate/given_matrix/lag_grid.hpp"
#include "limes/rate/given_matrix/neuron_moments.hpp"
#include "limes/rate/given_matrix/quenched.hpp"

namespace limes::rate::given_matrix {

/// sum_j J_ij x_j.
[[nodiscard]] Eigen::VectorXd coupled(const coupling::Matrix& matrix, const Eigen::VectorXd& x);

/// mu_i and D_i at the lags of the grid (N x L).
struct QuenchedPoint {
  Eigen::VectorXd mean;
  RowMajorMatrix covariance;
};

/// One vector of both, and back; `lags` columns.
[[nodiscard]] std::vector<double> packed(const QuenchedPoint& point);
[[nodiscard]] QuenchedPoint unpacked(const std::vector<double>& x, Eigen::Index size, Eigen::Index lags);

class QuenchedEquations {
 public:
  /// `horizon`: the longest lag that the grid must reach (nothing at gamma = 0).
  QuenchedEquations(const QuenchedProblem& problem, double horizon);

  [[nodiscard]] const QuenchedProblem& problem() const { return *problem_; }
  [[nodiscard]] Eigen::Index size() const { return size_; }
  [[nodiscard]] const LagGrid& grid() const { return grid_; }
  [[nodiscard]] bool one_lag() const { return grid_.size() == 1; }
  [[nodiscard]] NeuronMoments& moments() { return moments_; }
  [[nodiscard]] const CouplingSquares& squares() const { return *squares_; }
  [[nodiscard]] compute::Threads& threads() const { return squares_->threads(); }
  [[nodiscard]] bool noisy() const { return noise_ > 0.0; }

  /// The right-hand side: the point that the equations give for the fields of `point`. Entries of the result are not
  /// finite where u left every bound.
  [[nodiscard]] QuenchedPoint map(const QuenchedPoint& point);

  /// Multiplies every D_i that `map` gives by factor_i: how the size of the neglected covariances is carried to every
  /// result (quenched_error.hpp). Empty: 1.
  void set_variance_factor(Eigen::VectorXd factor) { variance_factor_ = std::move(factor); }

  /// The derivative of `map` at the point, with one lag (gamma = 0), on stacked vectors (d mu, d v).
  [[nodiscard]] Product derivative(const QuenchedPoint& point);

 private:
  const QuenchedProblem* problem_;
  Eigen::Index size_;
  LagGrid grid_;
  LagFilter filter_;
  Eigen::RowVectorXd noise_response_;
  double noise_;
  Eigen::VectorXd variance_factor_;
  std::shared_ptr<const CouplingSquares> squares_;
  NeuronMoments moments_;
};

}  // namespace limes::rate::given_matrix

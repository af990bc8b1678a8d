#pragma once
// The network linearised about a state of the quenched mean field: what correlations between neurons do to it. For this
// folder only.

#include <optional>

#include "limes/rate/given_matrix/quenched_solver.hpp"

namespace limes::rate::given_matrix {

/// Around the state deviations obey u' = A u + private noise, A = gamma + W, W = J diag(E f') (continuous time:
/// du/ds = -u + W u + noise). Of white noise with variances S_i the network makes the covariance C = sum_k A^k S A^kT;
/// the mean field keeps only what passes through the variances. At gamma = 0 that is v_i = sum_j W_ij^2 v_j + S_i,
/// which says what S is; otherwise S is taken from the same balance at zero frequency.
struct LinearResponse {
  /// f_i with which D = f (F (W o W) D + drive), the mean field's linear form, has the variances C_ii. diag C is exact
  /// up to 128 neurons and comes from random probes beyond (64, or 16 for more than 20000 neurons).
  Eigen::VectorXd factor;
  /// tr C^2 / (tr C)^2, from pairs of random probes: the mean of the squared correlation over all pairs of neurons,
  /// each with itself included. A Gaussian network's V = (1/N) sum_i u_i^2 fluctuates in time by the relative variance
  /// 2 tr C^2/(tr C)^2.
  double correlation_share = 0.0;
};

/// Nothing where the linear response does not exist (A unstable, or no private noise).
[[nodiscard]] std::optional<LinearResponse> linear_response(QuenchedSolution& solution);

}  // namespace limes::rate::given_matrix

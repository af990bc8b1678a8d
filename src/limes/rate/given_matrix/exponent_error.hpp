#pragma once
// What the estimates of the quenched mean field's exponent leave out. For this folder only.

#include "limes/rate/given_matrix/quenched_solver.hpp"

namespace limes::rate::given_matrix {

/// The neglected terms of the incoherent exponent (1/2) ln Perron[J_ij^2 E f_j'^2], as shifts of it.
struct IncoherentTerms {
  /// Tangent vector and field of a neuron come through the same few inputs: a source that is near its threshold passes
  /// on much of the one and little of the other. To first order E[w_i^2 g(u_i)], g = f'^2, gains
  ///   sum_k w_k^2 (J_ik^3 E g_i' Cov(g_k, f_k) + J_ik^4 E g_i'' Cov(g_k, (f_k - m_k)^2)/2).
  double shared_inputs = 0.0;
  /// The field of few inputs is not Gaussian: E g_i gains c3_i E g_i'''/6 + c4_i E g_i''''/24 from its cumulants
  /// c_i = sum_j J_ij^n cum_n(f_j).
  double non_gaussian = 0.0;
  /// One vector grows as the average of a logarithm, and not of a square, and its components are correlated: the growth
  /// of a vector under J diag(f'_j), slopes drawn at each step from each neuron's own Gaussian, less the estimate.
  double one_vector = 0.0;
  double one_vector_error = 0.0;  ///< standard error of the last
};

/// At a solution. gamma = 0 exactly as above; with a leak or in continuous time the first two are taken from the same
/// expressions (fields averaged over time are nearer to Gaussian: they are then too large), the last is left out; it is
/// left out too unless asked for `with_vector`.
[[nodiscard]] IncoherentTerms incoherent_terms(QuenchedEquations& equations, const QuenchedPoint& point,
                                               double incoherent, bool with_vector, const StopToken& stop);

}  // namespace limes::rate::given_matrix

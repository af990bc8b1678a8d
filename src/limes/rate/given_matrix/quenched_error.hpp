#pragma once
// How far the quenched mean field may be from the network: the size of what it neglects, carried to every result.

#include <string_view>

#include "limes/rate/given_matrix/quenched.hpp"

namespace limes::rate::given_matrix {

inline constexpr std::string_view kQuenchedErrorRule =
    "error of approximation: the shift of the solution when each neuron's variance is changed by what the correlations "
    "between neurons add to it in linear response";

struct QuenchedErrors {
  double mean = 0.0;
  double variance = 0.0;
  double frozen_variance = 0.0;
  double mean_output = 0.0;
  double lyapunov_exponent = 0.0;
  /// Mean over neurons of the change of v_i, relative to the mean of v_i.
  double relative_variance = 0.0;
};

/// The next order in the covariances between neurons. Around the state deviations obey delta u' = A delta u + private
/// noise, A = gamma + W, W = J diag(E f'). At gamma = 0 the full covariance is C = W C W^T + S; the mean field keeps
/// the diagonal v_i = sum_j W_ij^2 v_j + S_i, which says what S is. For gamma > 0 and in continuous time the same
/// comparison is made at zero frequency, C = (1 - W')^-1 S (1 - W')^-T with W' = W/(1 - gamma), where a low-pass filter
/// is most correlated. diag C comes from random probes (32, fixed seed: 18 % per neuron, less in averages). Each D_i of
/// the equations is then multiplied by C_ii/v_i and the equations are solved again: the errors are the shifts of the
/// averages over neurons, plus the residual. Where the linear response does not exist (its radius is 1 or more) or the
/// changed equations have no solution nearby, the error is the value's own scale.
[[nodiscard]] QuenchedErrors quenched_errors(const QuenchedProblem& problem, const QuenchedState& state,
                                             const QuenchedOptions& options = {});

}  // namespace limes::rate::given_matrix

#pragma once
// How far the quenched mean field may be from the network: the size of what it neglects, carried to every result.

#include <string_view>
#include <vector>

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
  // Twice the shifts of every neuron: each an order of magnitude (it may pass through zero), right as a whole only.
  std::vector<double> neuron_mean;
  std::vector<double> neuron_variance;
};

/// The next order in the covariances between neurons. Around the state deviations obey u' = A u + private noise,
/// A = gamma + W, W = J diag(E f') (continuous time: du/ds = -u + W u + noise). Of white noise with variances S_i the
/// network makes the covariance C = sum_k A^k S A^kT, the mean field keeps only what passes through the variances. At
/// gamma = 0 that is v_i = sum_j W_ij^2 v_j + S_i, which says what S is; otherwise S is taken from the same balance at
/// zero frequency. diag C is exact up to 128 neurons and comes from random probes beyond (64, or 16 for more than 20000
/// neurons). Each D_i of the equations is then multiplied by the factor that would give their linear form the variances
/// C_ii, and the equations are solved again: the errors are the shifts of the averages over neurons, plus the residual.
/// The exponent's error is twice its shift and, if it is the coherent one at gamma = 0, twice what the fluctuations of
/// the slopes add to second order (scattered into incoherent growth and back); the terms of exponent_error.hpp come to
/// that of the incoherent one, and in the proportion of both growths to that of the coherent one. Where the linear
/// response does not exist (a coherent exponent >= 0) or the changed equations have no solution nearby, the error is
/// the value's own scale (of a neuron's mean: the population's deviation). Covariances at a lag have no error here:
/// what neurons feed back onto themselves through others changes their shape, not only their height.
[[nodiscard]] QuenchedErrors quenched_errors(const QuenchedProblem& problem, const QuenchedState& state,
                                             const QuenchedOptions& options = {});

}  // namespace limes::rate::given_matrix

#pragma once
// How far the quenched mean field may be from the network: the size of what it neglects, carried to every result.

#include <string_view>
#include <vector>

#include "limes/rate/given_matrix/quenched.hpp"

namespace limes::rate::given_matrix {

inline constexpr std::string_view kQuenchedErrorRule =
    "error of approximation: the shift of the solution when each neuron's variance is changed by what the correlations "
    "between neurons add to it in linear response, and by what the fluctuations that they cause add to second order";

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

/// What linear_response.hpp says that the mean field leaves out, to two orders. (1) Each D_i of the equations is
/// multiplied by the factor that would give their linear form the variances of the correlated network, and the
/// equations are solved again. (2) Correlated neurons make the population's activity fluctuate in time, and the mean of
/// a bent function is not the function of the mean: all D_i are scaled by twice what that adds to second order. The
/// errors are the sums of both shifts of the averages over neurons, plus the residual. The exponent's error is twice
/// its shift and, if it is the coherent one at gamma = 0, twice what the fluctuations of the slopes add to second order
/// (scattered into incoherent growth and back); the terms of exponent_error.hpp come to that of the incoherent one, and
/// in the proportion of both growths to that of the coherent one. Where the linear response does not exist (a coherent
/// exponent >= 0) or the changed equations have no solution nearby, the error is the value's own scale (of a neuron's
/// mean: the population's deviation). Covariances at a lag have no error here: what neurons feed back onto themselves
/// through others changes their shape, not only their height.
[[nodiscard]] QuenchedErrors quenched_errors(const QuenchedProblem& problem, const QuenchedState& state,
                                             const QuenchedOptions& options = {});

}  // namespace limes::rate::given_matrix

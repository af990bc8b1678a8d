#pragma once
// What can be said exactly of one coupling matrix (theory note 1.3 and 7).

#include <complex>
#include <optional>
#include <string>
#include <vector>

#include "limes/rate/given_matrix/quenched.hpp"

namespace limes::rate::given_matrix {

struct Bound {
  double value = 0.0;
  double error = 0.0;  ///< numerical
};

/// |J|_2, the largest singular value (coupling::operator_norm). Throws ConvergenceError.
[[nodiscard]] Bound coupling_norm(const coupling::Matrix& matrix);

/// g_as = (1 - gamma)/(c |J|_2) (continuous time: 1/(c |J|_2)), c = max f'/g: below this gain the network has one
/// globally attracting fixed point (note 1.3). Empty for a matrix of zeros.
[[nodiscard]] std::optional<Bound> contraction_gain(const QuenchedProblem& problem, const Bound& norm);

struct CriticalGain {
  std::optional<double> value;
  double error = 0.0;  ///< numerical; beyond N = 3000 from the residual of the eigenvalue
  std::string reason;  ///< why there is none
};

/// The smallest gain g > 0 at which u = 0 loses stability: max_i |gamma + g s lambda_i(J)| = 1, or
/// max_i Re(g s lambda_i) = 1 in continuous time, s = f'(0)/g. The gain of `problem.transfer` does not enter. There is
/// none with thresholds, with f(0) != 0, with a kink at 0, or where no eigenvalue crosses. From all eigenvalues up to
/// N = 3000, from the leading one beyond.
[[nodiscard]] CriticalGain critical_gain(const QuenchedProblem& problem);

/// All eigenvalues of J, by descending modulus: 10 N^3 operations, N^2 memory.
[[nodiscard]] std::vector<std::complex<double>> eigenvalues(const coupling::Matrix& matrix);

}  // namespace limes::rate::given_matrix

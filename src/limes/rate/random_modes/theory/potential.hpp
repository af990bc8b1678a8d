#pragma once
// The potential method of the noise-free single unit: C'^2 = W(C) along the solution that starts at rest and decays,
//   W(c) = c^2 - 2 g^2 <r^2> < int_0^{l^2 c} f(u; l^2 C0) du / l^2 >_l .

#include <Eigen/Core>
#include <optional>

#include "limes/rate/random_modes/theory/two_point.hpp"

namespace limes::rate::random_modes {

/// C0 with W(C0) = 0, the largest root; none where x = 0 is the only solution. Throws ConvergenceError for a network
/// without a bound (a linear one beyond its edge).
[[nodiscard]] std::optional<double> chaotic_variance(const TwoPointProblem& problem);

/// C at ascending lags (0 first) from C' = -sqrt(W), to a few digits: where Newton starts.
[[nodiscard]] Eigen::VectorXd descend(const TwoPointProblem& problem, double variance, double decay,
                                      const Eigen::VectorXd& lags);

/// An upper bound of C_y(0), or for a function without bound the solution of the linear network of its slope: where the
/// iteration of a noisy network starts. Throws ConvergenceError for a linear network beyond its edge.
[[nodiscard]] double noisy_start(const TwoPointProblem& problem);

}  // namespace limes::rate::random_modes

#pragma once
// Where the search for quenched states starts. For this folder only.

#include <vector>

#include "limes/rate/given_matrix/quenched_solver.hpp"

namespace limes::rate::given_matrix {

/// f(-u) = -f(u) and no threshold: with every state its mirror image is one.
[[nodiscard]] bool is_mirror_symmetric(const QuenchedProblem& problem);

/// Every start of `quenched_states`: see there. Without mirror images where the states have them anyway.
[[nodiscard]] std::vector<QuenchedStart> quenched_starts(const QuenchedProblem& problem, const QuenchedOptions& options,
                                                         const std::vector<std::vector<double>>& extra);

/// Independent directions in which a network with this matrix is likely to settle: all ones, and the real and imaginary
/// parts of the eigenvectors of J of largest modulus and of largest real part; each scaled to root mean square 1.
[[nodiscard]] std::vector<Eigen::VectorXd> leading_directions(const coupling::Matrix& matrix);

/// How strongly a neuron is driven when all its inputs are at 1 in the same sense: 1 + the mean of sum_j |J_ij|.
[[nodiscard]] double largest_drive(const coupling::Matrix& matrix);

}  // namespace limes::rate::given_matrix

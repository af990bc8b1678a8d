#pragma once
#include "limes/base/journal.hpp"
#include "limes/math/continuation.hpp"

namespace limes::math {

/// The problem with its tests and eigenvalues in a journal, and F and its Jacobian if `equations`, for those that are
/// dear. The journal must outlive it; null: the problem itself.
[[nodiscard]] ContinuationProblem journaled(ContinuationProblem problem, Journal* journal, bool equations);

/// Seeds at one value of the parameter, by journal.
[[nodiscard]] std::vector<CurveSeed> journaled_seeds(Journal* journal, double p,
                                                     const std::function<std::vector<Eigen::VectorXd>()>& search);

}  // namespace limes::math

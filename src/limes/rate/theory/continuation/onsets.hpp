#pragma once
// Where noise-free chaos begins: the end of a fluctuating branch and the `chaos` point of a static one. Internal.

#include <Eigen/Core>
#include <vector>

#include "limes/rate/theory/continuation/branches.hpp"

namespace limes::rate::theory {

/// Joins the ends of a branch that stop short of their onset (`curve` ended in its domain) to the nearest `chaos` point
/// of a static branch; false where an end has none near by. `mean`, `variance`, `range`: natural sizes of the
/// coordinates in which it is the nearest.
[[nodiscard]] bool attach_onsets(StateBranch& branch, const math::SolutionCurve& curve,
                                 const std::vector<StateBranch>& static_ones, double mean, double variance,
                                 double range);

}  // namespace limes::rate::theory

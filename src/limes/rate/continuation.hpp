#pragma once
// The branches of either rate system in one parameter: from the curves of rate/theory to named results.

#include "limes/rate/rate_description.hpp"
#include "limes/system/system.hpp"

namespace limes::rate {

/// All branches of the stationary theory between two values of one parameter, with their special points. Branches
/// `static-0`, ..., `fluctuating-0`, ... in ascending order of their (mean, variance), averaged along the branch; they
/// run from the end of the range where `start` lies. Curves: `mean`, `variance`, `frozen_variance`, `mean_output`,
/// `lyapunov_exponent`, `jacobian_radius`, `jacobian_outlier` (not a number where there is none), `stable`, `residual`.
/// Status kNotConverged where no state was found at all.
/// Throws InputError where the parameter does not enter the theory, or the theory has no single stationary form
/// (theory.kind = "two_time", a common threshold offset); InterruptedError.
[[nodiscard]] system::BranchDiagram continue_branches(const system::ContinuationRequest& request,
                                                      const system::Context& context, TimeKind time);

}  // namespace limes::rate

#pragma once
#include "limes/rate/rate_description.hpp"
#include "limes/system/outcome.hpp"
#include "limes/system/system.hpp"

namespace limes::rate {

/// The two-time theory of partially symmetric couplings in discrete time, by Monte Carlo: means over independent
/// repeats of theory.samples paths each, with their standard errors (branch `two_time`): the trajectories,
/// `two_time_covariance`, `correlation` and `response`.
[[nodiscard]] system::TheoryOutcome symmetric_theory(const RateDescription& description,
                                                     const system::Context& context);

}  // namespace limes::rate

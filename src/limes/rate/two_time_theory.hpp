#pragma once
#include "limes/rate/rate_description.hpp"
#include "limes/system/outcome.hpp"
#include "limes/system/system.hpp"

namespace limes::rate {

/// theory.kind = "two_time": mean, variance, mean output and covariance at all times up to theory.horizon from the
/// initial law, as trajectories and `two_time_covariance` (branch `two_time`). Stimuli that are the same for all
/// neurons of a population enter the mean; common noise is averaged over drawn paths, a common threshold offset by
/// quadrature.
[[nodiscard]] system::TheoryOutcome two_time_theory(const RateDescription& description, const system::Context& context);

}  // namespace limes::rate

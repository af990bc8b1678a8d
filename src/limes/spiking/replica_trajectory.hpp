#pragma once
// The time-dependent replica limit as named results.

#include "limes/spiking/spiking_description.hpp"
#include "limes/system/outcome.hpp"
#include "limes/system/system.hpp"

namespace limes::spiking {

/// The branch `time_dependent`: `rate_trajectory` until `theory.horizon` from the state in which all neurons start.
/// Never throws ConvergenceError: status kNotConverged and a warning. Throws InterruptedError.
[[nodiscard]] system::TheoryOutcome solve_trajectory(const SpikingDescription& description,
                                                     const system::Context& context);

}  // namespace limes::spiking

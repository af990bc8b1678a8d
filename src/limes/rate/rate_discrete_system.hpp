#pragma once
#include "limes/system/system.hpp"

namespace limes::rate {

/// `rate.discrete`: the random rate network in discrete time, simulated and solved.
[[nodiscard]] system::System discrete_system();

}  // namespace limes::rate

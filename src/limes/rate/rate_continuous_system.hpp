#pragma once
#include "limes/system/system.hpp"

namespace limes::rate {

/// `rate.continuous`: the random rate network in continuous time, simulated and solved.
[[nodiscard]] system::System continuous_system();

}  // namespace limes::rate

#pragma once
#include "limes/system/system.hpp"

namespace limes::rate::random_modes {

/// `rate.random_modes`.
[[nodiscard]] system::System modes_system();

}  // namespace limes::rate::random_modes

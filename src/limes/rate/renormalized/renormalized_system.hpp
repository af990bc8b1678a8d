#pragma once
#include "limes/system/system.hpp"

namespace limes::rate::renormalized {

/// `rate.renormalized`.
[[nodiscard]] system::System renormalized_system();

}  // namespace limes::rate::renormalized

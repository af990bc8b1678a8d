#pragma once
#include "limes/system/schema.hpp"

namespace limes::rate::random_modes {

/// Parameters, quantities and curves of `rate.random_modes`.
[[nodiscard]] system::Schema modes_schema();

}  // namespace limes::rate::random_modes

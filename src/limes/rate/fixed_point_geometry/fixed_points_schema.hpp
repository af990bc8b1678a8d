#pragma once
#include "limes/system/schema.hpp"

namespace limes::rate::fixed_points {

/// Parameters, quantities and curves of `rate.fixed_points`.
[[nodiscard]] system::Schema fixed_points_schema();

}  // namespace limes::rate::fixed_points

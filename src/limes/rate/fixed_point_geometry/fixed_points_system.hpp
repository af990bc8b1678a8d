#pragma once
#include "limes/system/system.hpp"

namespace limes::rate::fixed_points {

/// `rate.fixed_points`: number, place, spectra and influence of the fixed points behind chaos.
[[nodiscard]] system::System fixed_points_system();

}  // namespace limes::rate::fixed_points

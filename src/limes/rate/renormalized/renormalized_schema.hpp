#pragma once
#include "limes/system/schema.hpp"

namespace limes::rate::renormalized {

/// Every key, quantity and curve of `rate.renormalized`. Keys that it shares with `rate.continuous` are those of that
/// system.
[[nodiscard]] system::Schema renormalized_schema();

}  // namespace limes::rate::renormalized

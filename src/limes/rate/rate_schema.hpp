#pragma once
#include "limes/rate/rate_description.hpp"
#include "limes/system/schema.hpp"

namespace limes::rate {

/// Every key, quantity and curve of `rate.discrete` or `rate.continuous` (names: the contract's shared tables).
/// Keys whose default depends on other keys have none here; describe() completes them.
[[nodiscard]] system::Schema rate_schema(TimeKind time);

}  // namespace limes::rate

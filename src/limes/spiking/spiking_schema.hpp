#pragma once
#include "limes/system/schema.hpp"

namespace limes::spiking {

/// Every key, quantity and curve of `spiking.replica`.
[[nodiscard]] system::Schema replica_schema();

}  // namespace limes::spiking

#pragma once
#include "limes/system/system.hpp"

namespace limes::spiking {

/// `spiking.replica`: networks of intensity-based spiking neurons, their replicas and the replica-mean-field limit.
[[nodiscard]] system::System replica_system();

}  // namespace limes::spiking

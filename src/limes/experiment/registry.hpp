#pragma once
// The one place that names every system of limes.

#include <string>
#include <vector>

#include "limes/base/errors.hpp"
#include "limes/system/system.hpp"

namespace limes::experiment {

/// All systems, in the order in which `limes list` prints them.
[[nodiscard]] const std::vector<system::System>& systems();

/// The system of this id. Throws InputError at `place` with the nearest id, or the list of all.
[[nodiscard]] const system::System& find_system(const std::string& id, const Place& place = {});

}  // namespace limes::experiment

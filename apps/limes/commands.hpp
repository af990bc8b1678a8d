#pragma once
#include "arguments.hpp"
#include "limes/base/interruption.hpp"

namespace limes::app {

/// Does what was asked; the exit status of DESIGN section 4 if nothing is thrown.
[[nodiscard]] int execute(const Arguments& arguments, const StopToken& stop);

}  // namespace limes::app

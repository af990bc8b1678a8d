#pragma once
#include "arguments.hpp"
#include "limes/base/interruption.hpp"

namespace limes::app {

/// `limes sweep`; the exit status.
[[nodiscard]] int sweep(const Arguments& arguments, const StopToken& stop);

/// `limes converge`; the exit status.
[[nodiscard]] int converge(const Arguments& arguments, const StopToken& stop);

/// `limes continue`; the exit status.
[[nodiscard]] int follow_branches(const Arguments& arguments, const StopToken& stop);

}  // namespace limes::app

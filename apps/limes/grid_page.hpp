#pragma once
#include <string>

#include "limes/system/schema.hpp"

namespace limes::app {

/// A sweep for a terminal or a pipe: per quantity and branch the range of both sides and how many points agree; then
/// warnings and how it ended. The values stand in the files.
[[nodiscard]] std::string sweep_page(const system::Json& result);

/// A finite-size study: per quantity and branch the limit of simulation - theory, its slope, the law of the spread.
[[nodiscard]] std::string convergence_page(const system::Json& result);

}  // namespace limes::app

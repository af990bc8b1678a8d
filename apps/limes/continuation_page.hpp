#pragma once
#include <string>

#include "limes/system/schema.hpp"

namespace limes::app {

/// A continuation for a terminal or a pipe: its special points, then the branches with the range that they cover and
/// where they are stable; then warnings and how it ended.
[[nodiscard]] std::string continuation_page(const system::Json& result);

}  // namespace limes::app

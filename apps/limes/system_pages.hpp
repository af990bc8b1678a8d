#pragma once
#include <string>
#include <vector>

#include "limes/system/system.hpp"

namespace limes::app {

/// `limes list`: one system a line, with its title and paper.
[[nodiscard]] std::string list_page(const std::vector<system::System>& systems);

/// `limes show SYSTEM`: equations, conventions, every parameter, quantities, curves, limits and references.
[[nodiscard]] std::string show_page(const system::System& system);

/// `limes show SYSTEM --markdown`: the same as a page of the documentation (docs/systems/).
[[nodiscard]] std::string markdown_page(const system::System& system);

}  // namespace limes::app

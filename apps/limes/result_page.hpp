#pragma once
#include <string>

#include "limes/system/schema.hpp"

namespace limes::app {

/// The table of a result (the JSON of DESIGN section 6) for a terminal or a pipe: per entry the theory, the simulation
/// with its standard error, z and the verdict; then the curves, remarks, warnings and how it ended.
[[nodiscard]] std::string result_page(const system::Json& result);

/// Its first lines (system, title, seed, how it ended) and its last (warnings), for other pages.
[[nodiscard]] std::string heading_of(const system::Json& result);
[[nodiscard]] std::string warnings_of(const system::Json& result);

/// A number with the digits that its error leaves: `1.210 ± 0.010`; without an error six significant digits.
[[nodiscard]] std::string measured_text(double value, double error);

}  // namespace limes::app

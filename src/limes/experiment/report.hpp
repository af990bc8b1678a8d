#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "limes/system/system.hpp"

namespace limes::experiment {

/// The report of a result (`result.json`, DESIGN section 6): one HTML page that needs nothing else, opens offline and
/// prints. Headline and verdict, a card per quantity, figures, the table, equations, parameters, warnings, provenance.
///
/// \param result  what `limes run --json` prints. Parts that are missing or malformed leave their place empty; all text
///                in it is escaped.
/// \param system  where known, adds the equations, conventions, limits and references of the system, and the units and
///                meanings of its parameters. The members `equations`, `conventions`, `when_not_to_believe`,
///                `references` of `result` (arrays of lines) take precedence.
[[nodiscard]] std::string report_html(const nlohmann::ordered_json& result, const system::System* system = nullptr);

}  // namespace limes::experiment

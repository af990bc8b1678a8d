#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace limes::experiment {

/// The figures of a result (`result.json`, DESIGN section 6) as files: name without folder (`autocovariance.svg`) and
/// text. One per curve name with all its branches; curves over `unit` also give theory against simulation, one point
/// per unit; complex curves a plane.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> figures_svg(const nlohmann::ordered_json& result);

}  // namespace limes::experiment

#pragma once
#include <string>

namespace limes::experiment {

/// Makes report.html and the figures of a run's folder anew from its result.json; the path of the report.
/// Throws InputError if the folder holds no result of limes, OutputError if it can't be written.
[[nodiscard]] std::string rebuild_report(const std::string& folder);

}  // namespace limes::experiment

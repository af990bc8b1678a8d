#pragma once
#include "limes/experiment/continuation.hpp"
#include "limes/experiment/result_json.hpp"
#include "limes/system/branch_diagram.hpp"

namespace limes::experiment {

/// The result of a continuation (continuation.hpp says what is in it).
[[nodiscard]] system::Json continuation_json(const ResultHead& head, const ContinuationRange& range,
                                             const system::BranchDiagram& diagram, double seconds);

}  // namespace limes::experiment

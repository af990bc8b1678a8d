#pragma once
// Networks simulated along a continuation, to be shown beside the branches of the theory.

#include "limes/experiment/continuation.hpp"
#include "limes/experiment/directory.hpp"
#include "limes/experiment/result_json.hpp"

namespace limes::experiment {

/// Runs the experiments of `range.simulated` and appends to `result` what networks show of the quantities that its
/// curves have, and of those that are drawn beside them: curves `simulation`, `simulation/BRANCH` over these values of
/// the parameter, with `simulation` and `standard_error`; warnings and seconds too. `directory` (may be null) keeps
/// finished points. Gives the worst status of the points.
[[nodiscard]] system::Status simulate_along(const system::System& system, const ContinuationRange& range,
                                            const RunOptions& options, ResultDirectory* directory,
                                            const ResultHead& head, system::Json& result);

}  // namespace limes::experiment

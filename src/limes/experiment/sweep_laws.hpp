#pragma once
#include "limes/experiment/grid.hpp"
#include "limes/experiment/point_runs.hpp"
#include "limes/experiment/result_json.hpp"

namespace limes::experiment {

/// The laws in size that the system names (System::laws), fitted along every swept axis of sizes, for each branch, and
/// for each value of another axis: `name`, `branch`, `law` (`exponential`: value = exp(intercept + slope size)), `key`,
/// (`at`: the other key and its value), `sizes`, `values`, `standard_error`, `slope`, `slope_error`, `intercept`,
/// `intercept_error`, `p_value` of the law, `first_size` (smaller sizes are left out, stats/finite_size.hpp), `note`.
/// Only simulated values with an error count; a single run's own error counts as one of 30 samples. Empty where
/// fewer than two sizes have such values. Arrays are no matter of a law.
[[nodiscard]] system::Json laws_json(const ResultHead& head, const Grid& grid, const PointRuns& runs);

}  // namespace limes::experiment

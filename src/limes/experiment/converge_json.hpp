#pragma once
#include "limes/experiment/grid.hpp"
#include "limes/experiment/point_runs.hpp"
#include "limes/experiment/result_json.hpp"

namespace limes::experiment {

/// The entries of `convergence` (converge.hpp says what is in them), in schema order.
[[nodiscard]] system::Json convergence_entries(const system::Schema& schema, const Grid& sizes, const PointRuns& runs);

/// The result of `converge`.
[[nodiscard]] system::Json convergence_json(const ResultHead& head, const Grid& sizes, const PointRuns& runs);

}  // namespace limes::experiment

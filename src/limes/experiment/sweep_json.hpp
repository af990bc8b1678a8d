#pragma once
#include <string>
#include <utility>
#include <vector>

#include "limes/experiment/grid.hpp"
#include "limes/experiment/point_runs.hpp"
#include "limes/experiment/result_json.hpp"

namespace limes::experiment {

/// The result of a sweep (sweep.hpp says what is in it).
[[nodiscard]] system::Json sweep_json(const ResultHead& head, const Grid& grid, const PointRuns& runs);

/// The names and branches of all quantities: names in schema order, the branches of each in the order in which the
/// points name them.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> entries_in_order(const system::Schema& schema,
                                                                                const PointRuns& runs);

/// A swept key as an axis of a curve; values that are no numbers stand in `labels`.
[[nodiscard]] system::Json axis_json(const GridAxis& axis, const system::Schema& schema);

/// What every result over several points begins with: limes, system, title, seed, parameters (without those that are
/// swept as a whole), status.
[[nodiscard]] system::Json result_over_points(const ResultHead& head, const Grid& grid);

/// `warnings` (each once, with the points that gave it), `seconds` (of all points together) and `provenance`.
void put_ends(system::Json& result, const ResultHead& head, const Grid& grid, const PointRuns& runs);

/// `sweep`: what was swept, and how the points ended.
[[nodiscard]] system::Json grid_json(const Grid& grid, const PointRuns& runs);

}  // namespace limes::experiment

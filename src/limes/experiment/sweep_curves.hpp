#pragma once
#include <string>
#include <vector>

#include "limes/experiment/grid.hpp"
#include "limes/experiment/point_runs.hpp"

namespace limes::experiment {

/// The curves that the points have kept, each over the swept keys first and its own axes then: as long as the longest
/// among the points, with null where a point has no such curve, did not converge or diverged, or has fewer values. A
/// curve that only simulations know is put together from the branches that the points are on. A curve whose grids at
/// two points differ otherwise than in length (a spectrum against i/N in networks of different size) can't stand in one
/// array: where it is real and over one ascending axis all are interpolated onto the coarsest grid, else it is left
/// out; either with a warning that is added to `warnings`.
[[nodiscard]] std::vector<system::Json> curves_over_points(const system::Schema& schema, const Grid& grid,
                                                           const PointRuns& runs, std::vector<std::string>& warnings);

}  // namespace limes::experiment

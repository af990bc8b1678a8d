#pragma once
// A sweep: an experiment over a grid of one or two of its keys.

#include "limes/experiment/grid.hpp"
#include "limes/experiment/run.hpp"

namespace limes::experiment {

/// Runs every point of the grid and leaves the result in its folder; finished points are kept there, so that the same
/// call goes on after a kill at any moment and ends with the same bits (but `seconds`, `provenance`).
///
/// The result is that of a run (result_json.hpp) in which each quantity and branch is a curve over the swept keys, in
/// the order of the grid's axes (after `population` for arrays), with `theory`, `theory_error`, `simulation`,
/// `standard_error`, and `verdicts` nested alike; null where a point has no such branch, or did not converge or
/// diverged. `sweep` holds `over` (key and values as given), `points`, `finished`, `failed` (name and status),
/// `verdicts` (how many entries of all points agree, ...) and `point_verdicts` (how many points, by their worst entry).
/// `parameters` are those of the first point without the swept keys. Curves of single points are left out,
/// but for those that the file names in `curves` below [sweep]: they come with the swept keys as first axes, filled up
/// with null where a point has fewer values than another. The figures of the quantities that it names in `figures` come
/// first in the report; these names stand in `sweep` too.
///
/// `laws` holds the laws in size that the system knows, where a size is swept (sweep_laws.hpp).
///
/// A point that did not converge or diverged makes the status that; the others are computed.
/// Throws InputError, naming the point, before anything is computed; OutputError.
[[nodiscard]] RunOutcome sweep(const system::System& system, const Grid& grid, const RunOptions& options);

}  // namespace limes::experiment

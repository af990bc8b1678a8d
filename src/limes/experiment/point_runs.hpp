#pragma once
// Many experiments of one system, run side by side, each kept as it finishes (sweep, converge).

#include <optional>
#include <string>
#include <vector>

#include "limes/experiment/checkpoint_files.hpp"
#include "limes/experiment/grid.hpp"
#include "limes/experiment/run.hpp"

namespace limes::experiment {

/// What is kept of a run: the quantities as its result.json has them, the verdicts of its curves, and the curves that
/// were asked for.
struct PointResult {
  system::Status status = system::Status::kOk;
  system::Json quantities = system::Json::array();
  system::Json curves = system::Json::array();  ///< name, branch, verdict
  std::vector<std::string> warnings;
  system::Json seconds = system::Json::object();
  system::Json kept = system::Json::array();  ///< whole curves, as in result.json
};

/// The system with `prepare` behind a lock, since files are read there (the HDF5 library may be used by one thread at a
/// time), and with sizes that --quick leaves as they are for the keys that `axes` sweep.
[[nodiscard]] system::System for_points(const system::System& system, const std::vector<GridAxis>& axes);

/// Prepares every point and throws its InputError, naming the point, before anything runs. Gives the notices of all,
/// each once, and the fingerprint of each point.
[[nodiscard]] std::vector<std::string> check_points(const system::System& system, const std::vector<GridPoint>& points,
                                                    const RunOptions& options);

struct PointRuns {
  std::vector<std::optional<PointResult>> points;  ///< none: not finished (interrupted)
  std::size_t found = 0;                           ///< finished by an earlier call
};

/// Runs every point that `store` does not hold yet, as many side by side as there are threads. Each is an ordinary run
/// with the bits that `run` gives to its experiment. A point is kept the moment it is finished; what it kept of its own
/// state is then removed. `store` may be null: nothing is kept. `curves`: names of the curves that are kept whole.
[[nodiscard]] PointRuns run_points(const system::System& system, const std::vector<GridPoint>& points,
                                   const RunOptions& options, CheckpointFiles* store, int side_by_side,
                                   const std::vector<std::string>& curves = {});

}  // namespace limes::experiment

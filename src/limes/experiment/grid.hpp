#pragma once
// The grid of experiments that `--over KEY=START:STOP:STEP` and `--over KEY=a,b,c` span (sweep, converge).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "limes/experiment/experiment_file.hpp"

namespace limes::experiment {

/// One swept key and its values.
struct GridAxis {
  std::string path;   ///< as given: `coupling.mean[0][1]`, `coupling.mean[0][1],coupling.mean[1][0]`
  std::string key;    ///< `coupling.mean`
  bool whole = true;  ///< false: the path names elements of an array
  std::vector<system::Json> values;
  std::vector<std::string> texts;  ///< the values as `--set` takes them

  /// The values as numbers; the positions 0, 1, ... where they are none (names, lists, files).
  [[nodiscard]] std::vector<double> numbers() const;
  [[nodiscard]] bool is_numeric() const;
};

/// One experiment of the grid.
struct GridPoint {
  std::string name;  ///< `network.gain = 1.5, noise.deviation = 0`
  Experiment experiment;
};

struct Grid {
  std::vector<GridAxis> axes;
  std::vector<GridPoint> points;  ///< row-major: the last axis runs fastest
  ManyRuns said;                  ///< what the file says about the command
};

/// A path that names several elements of one array which all have the same value, parted by commas.
struct ElementPaths {
  std::string key;
  std::vector<std::string> paths;                  ///< one for each element
  std::vector<std::vector<std::size_t>> elements;  ///< their indices; none for a whole key
};

/// Throws InputError with the text of the option: no key, several keys, an element named twice.
[[nodiscard]] ElementPaths read_paths(const std::string& path, const std::string& option_text);

/// Reads `KEY=START:STOP:STEP` (STOP included if it lies on the grid; a falling grid has a negative STEP) or
/// `KEY=a,b,c`, with the key paths of `--set`. Decimal steps give the numbers that one would write: 0.1:0.5:0.2 is 0.1,
/// 0.3, 0.5 to the last bit. A grid of integers stays one. Throws InputError with the mend.
[[nodiscard]] GridAxis read_over(const std::string& text);

/// Reads the experiment (once) and makes the experiment of each grid point: what `limes run` makes of the same file
/// with
/// `--set` for each swept key. Without `over` the grid is that of the file's table `command` (`sweep`). Throws
/// InputError, naming the point where one is to blame: more than two axes or a key that is swept twice, set and swept,
/// or no key of a system; more than a million points.
[[nodiscard]] Grid read_grid(const std::string& file, const std::vector<std::string>& overrides,
                             std::optional<std::uint64_t> seed, const std::vector<std::string>& over,
                             const std::string& command = "sweep");

/// The error with the point's name before its message: `my.toml: at network.gain = -1: ...`.
[[nodiscard]] InputError at_point(const InputError& error, const std::string& point);

}  // namespace limes::experiment

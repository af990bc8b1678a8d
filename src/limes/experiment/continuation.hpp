#pragma once
// `limes continue`: all branches of a theory between two values of one parameter, with their special points.

#include <optional>
#include <string>
#include <vector>

#include "limes/experiment/grid.hpp"
#include "limes/experiment/run.hpp"

namespace limes::experiment {

/// `--over KEY=START:STOP`, with the experiments at both ends.
struct ContinuationRange {
  std::string path;                                ///< as given: `coupling.mean[0][1]`
  std::string key;                                 ///< `coupling.mean`
  std::vector<std::vector<std::size_t>> elements;  ///< of an array; one without indices: the whole key
  double start = 0.0;
  double stop = 1.0;
  Experiment first, middle, last;
  std::optional<Grid> simulated;  ///< where networks are simulated too

  [[nodiscard]] bool is_whole() const { return elements.front().empty(); }
};

/// Reads the range - of `given_over`, else of the file's table [continue] - and makes the experiments at its ends: what
/// `limes run` makes of the same file with `--set` for the key; likewise the values `given_simulate` (as `--over` of a
/// sweep has them) at which networks are simulated, empty: as the file says. Throws InputError with the mend: not
/// exactly one
/// --over, no START:STOP of two different finite numbers, a key that is also set, and what `read_experiment` refuses.
[[nodiscard]] ContinuationRange read_range(const std::string& file, const std::vector<std::string>& overrides,
                                           std::optional<std::uint64_t> seed,
                                           const std::vector<std::string>& given_over,
                                           const std::string& given_simulate = {});

/// Follows the branches and leaves the result in its folder, by the rules of `run`.
///
/// The result is that of a run without quantities, with one curve per branch and quantity (`theory` against the
/// parameter along the branch, which is not monotone), `branches`, and `special_points`: `type`, `parameter`, `value`,
/// `branch`, `state` (`mean`, `variance`), `eigenvalue`. `continuation` holds the key, `start` and `stop`. `parameters`
/// are those at START without the key. An interruption leaves no branch.
/// Where networks are simulated, what they and the branches have in common (and what is drawn beside it) comes as
/// curves with `simulation` and `standard_error` against those values of the parameter. Throws InputError for a key
/// that is no real number of the theory, a system without continuation, values out of the parameter's range;
/// OutputError.
[[nodiscard]] RunOutcome continue_branches(const system::System& system, const ContinuationRange& range,
                                           const RunOptions& options);

}  // namespace limes::experiment

#pragma once
// What `run` and the commands that make many runs have in common.

#include <string>

#include "arguments.hpp"
#include "limes/experiment/run.hpp"
#include "streams.hpp"

namespace limes::app {

/// The options of a run as the command line gives them, with `progress` for its bar.
[[nodiscard]] experiment::RunOptions run_options(const Arguments& arguments, const StopToken& stop,
                                                 ProgressLine& progress);

/// Prints the JSON, or `page` with the place of the results; the exit status. Throws what kept the results from being
/// written.
[[nodiscard]] int print_outcome(const Arguments& arguments, const experiment::RunOutcome& outcome,
                                const std::string& page);

}  // namespace limes::app

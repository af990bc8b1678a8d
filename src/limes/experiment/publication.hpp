#pragma once
// From a result to its folder: what run, sweep, converge and continue do alike.

#include <memory>
#include <string>

#include "limes/experiment/directory.hpp"
#include "limes/experiment/run.hpp"

namespace limes::experiment {

/// Takes the place of the results: `options.directory`, `output.directory`, or `runs/STEM-FINGERPRINT`; null where none
/// of them is to be used. A notice says so where an interrupted `what` (a run, a sweep) goes on. Throws InputError and
/// OutputError.
[[nodiscard]] std::unique_ptr<ResultDirectory> open_results(const Experiment& experiment, const RunOptions& options,
                                                            const std::string& identity, const std::string& what);

/// Writes outcome.result as JSON, HDF5, report and figures, and `experiment_text` (TOML), whole or not at all; notes
/// the folder, or why it could not be written, in `outcome`. Does nothing without a directory.
void publish_results(ResultDirectory* directory, const RunOptions& options, const system::System& system,
                     const std::string& experiment_text, RunOutcome& outcome);

}  // namespace limes::experiment

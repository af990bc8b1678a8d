#pragma once
// One run of an experiment, from the parameters to the result and its folder.

#include <exception>
#include <functional>
#include <optional>
#include <string>

#include "limes/base/interruption.hpp"
#include "limes/experiment/experiment_file.hpp"
#include "limes/system/system.hpp"

namespace limes::experiment {

enum class Only { kBoth, kTheory, kSimulation };

struct RunOptions {
  Only only = Only::kBoth;
  bool quick = false;                    ///< numbers above their Parameter::quick_maximum are lowered to it
  int threads = 0;                       ///< 0: all that the machine has. Never changes a result
  std::optional<std::string> directory;  ///< where the results go; before `output.directory` of the experiment
  /// Where neither says: `runs/STEM-FINGERPRINT` (true), or nothing is written (false).
  bool default_directory = true;
  /// A theory that took longer is kept with the checkpoints, so that a run that goes on need not solve it again.
  double keep_theory_after_seconds = 1.0;
  /// Where the state of a run without a place of its own is kept (one point of a sweep); null: nowhere.
  system::CheckpointStore* checkpoints = nullptr;
  StopToken stop;
  std::function<void(const std::string& phase, double fraction, const std::string& activity)> progress =
      [](const std::string&, double, const std::string&) {};
  std::function<void(const std::string& text)> notice = [](const std::string&) {};  ///< what a user should know
};

struct RunOutcome {
  system::Json result;  ///< the JSON of DESIGN section 6
  system::Status status = system::Status::kOk;
  std::string directory;            ///< where the results are; empty if nothing was (or could be) written
  std::exception_ptr output_error;  ///< why the results could not be written, though they were computed
};

/// Prepares the model, solves its theory, simulates it, compares the two - at a second size too, and among surrogates,
/// where the comparison needs that - and leaves the result in its folder. An interruption gives what was done, with
/// status kInterrupted; the same call goes on from there and ends with the same bits as an uninterrupted one.
/// Throws InputError and OutputError before anything is computed.
[[nodiscard]] RunOutcome run(const system::System& system, const Experiment& experiment, const RunOptions& options);

/// The graver of two: interrupted, diverged, not converged, ok, in this order.
[[nodiscard]] system::Status worse(system::Status a, system::Status b);

/// `--only theory --quick`: the options that change a result, as its provenance names them.
[[nodiscard]] std::string option_text(const RunOptions& options);

/// Options.threads, or all that the machine has.
[[nodiscard]] int threads_of(const RunOptions& options);

}  // namespace limes::experiment

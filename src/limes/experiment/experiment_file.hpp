#pragma once
// An experiment: which system, with which values. Read from a TOML file and from `--set KEY=VALUE` (DESIGN section 5).

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "limes/system/parameters.hpp"
#include "limes/system/system.hpp"

namespace limes::experiment {

/// What an experiment file says about a command that makes many runs: a table [sweep], [converge] or [continue]. `run`
/// passes over it.
struct ManyRuns {
  std::vector<std::string> over;  ///< as `--over` takes them, which has precedence
  Place over_place;
  std::vector<std::string> curves;  ///< [sweep]: the curves of single points that are kept
  Place curves_place;
  std::vector<std::string> figures;  ///< [sweep]: the quantities whose figures come first
  Place figures_place;
  std::string simulate;  ///< [continue]: the values of the parameter at which networks are simulated too
};

struct Experiment {
  std::string file;    ///< as the user wrote it; empty if everything was given by `--set`
  std::string folder;  ///< the absolute folder of `file`: files that it names are relative to it
  std::string system;
  Place system_place;
  std::string title;
  std::uint64_t seed = 1;
  std::optional<std::string> output_directory;
  std::map<std::string, system::GivenValue> given;   ///< what belongs to the system's schema, not yet checked
  std::set<std::string> overridden;                  ///< keys given by `--set`
  std::map<std::string, ManyRuns> many_runs;         ///< by the name of the table
  std::map<std::string, system::GivenValue> before;  ///< `given` without what `--set` changed; empty without `--set`
};

/// Reads `file` (empty: only the overrides) and applies `--set` texts and `--seed` in turn.
/// Throws InputError with the place and the mend: missing file, folder, TOML syntax, wrong type of system, title, seed
/// or output.directory, a key that is given twice, an index outside the array that it changes, a table [sweep],
/// [converge] or [continue] with other keys than `over` (a text or several) and, for [sweep], `curves` and `figures`,
/// for [continue], `simulate`.
[[nodiscard]] Experiment read_experiment(const std::string& file, const std::vector<std::string>& overrides = {},
                                         std::optional<std::uint64_t> seed = std::nullopt);

/// The same from text already read, which `file` names in messages.
[[nodiscard]] Experiment read_experiment_text(const std::string& text, const std::string& file,
                                              const std::vector<std::string>& overrides = {},
                                              std::optional<std::uint64_t> seed = std::nullopt);

/// The text of an experiment file. Throws InputError: missing file, folder, unreadable, larger than 64 MiB.
[[nodiscard]] std::string experiment_file_text(const std::string& file);

/// Checks the experiment's values against the schema and fills in the defaults. File names become absolute: relative to
/// the experiment's folder, or to the current folder if given by `--set`. An error without a place names the file.
[[nodiscard]] system::Parameters resolve(const Experiment& experiment, const system::System& system);

/// The error with the experiment's file as its place where it has no other.
[[nodiscard]] InputError with_file(const InputError& error, const Experiment& experiment);

}  // namespace limes::experiment

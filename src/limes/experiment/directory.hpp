#pragma once
// The folder that a run leaves behind, and the folder beside it in which it is made (DESIGN sections 4 and 6).

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "limes/experiment/checkpoint_files.hpp"

namespace limes::experiment {

/// Files of a result: name within the folder (`figures/variance.svg`) and contents.
using ResultFiles = std::vector<std::pair<std::string, std::string>>;

/// A place NAME for results. While the run lasts, NAME.partial holds its checkpoints; `publish` makes the files whole
/// there and then exchanges them with NAME in one step, so that NAME is the old result or the new one, never a mixture.
class ResultDirectory {
 public:
  /// Takes the place. `identity` is the fingerprint of the experiment, `build` the version of the program: checkpoints
  /// of another build are thrown away, since they need not give the same bits.
  /// Throws InputError if NAME or NAME.partial holds another experiment or anything that limes did not write, or if
  /// another process works there; OutputError if it can't be written.
  ResultDirectory(const std::string& name, std::string identity, std::string build,
                  std::function<void(const std::string&)> report);
  /// Gives the place up: NAME.partial stays only if it holds checkpoints.
  ~ResultDirectory();
  ResultDirectory(const ResultDirectory&) = delete;
  ResultDirectory& operator=(const ResultDirectory&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] CheckpointFiles& checkpoints() { return *checkpoints_; }
  /// True if checkpoints of an earlier, interrupted run of the same experiment are there.
  [[nodiscard]] bool continues() const { return continues_; }

  /// Puts the files under the final name and removes NAME.partial, except its checkpoints if `keep_checkpoints`.
  /// Throws OutputError; then NAME is as it was.
  void publish(const ResultFiles& files, bool keep_checkpoints);

 private:
  void take_partial(const std::string& identity, const std::string& build);
  void abandon();

  std::string path_;
  std::string partial_;
  int lock_ = -1;
  bool continues_ = false;
  std::unique_ptr<CheckpointFiles> checkpoints_;
};

}  // namespace limes::experiment

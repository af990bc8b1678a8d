#pragma once
#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "limes/system/system.hpp"

namespace limes::experiment {

/// Checkpoints as files of one folder, each replaced whole. A checkpoint that can't be written is reported once and
/// then given up: a full disk must not end a computation whose result may still fit. Safe to use from several threads.
class CheckpointFiles : public system::CheckpointStore {
 public:
  CheckpointFiles(std::string folder, std::function<void(const std::string&)> report)
      : folder_(std::move(folder)), report_(std::move(report)) {}
  void save(const std::string& name, const std::string& bytes) override;
  [[nodiscard]] std::optional<std::string> load(const std::string& name) const override;
  /// Removes a checkpoint that nobody will ask for again.
  void remove(const std::string& name);
  /// The file of a checkpoint: every byte of the name that is no letter, digit, `_` or `-` is written as %XX.
  [[nodiscard]] std::string path_of(const std::string& name) const;

 private:
  std::string folder_;
  std::function<void(const std::string&)> report_;
  std::atomic<bool> given_up_{false};
};

/// The checkpoints of one part of a run: names get a prefix, so that parts don't meet.
class CheckpointPart : public system::CheckpointStore {
 public:
  CheckpointPart(system::CheckpointStore& store, std::string prefix) : store_(store), prefix_(std::move(prefix)) {}
  void save(const std::string& name, const std::string& bytes) override { store_.save(prefix_ + name, bytes); }
  [[nodiscard]] std::optional<std::string> load(const std::string& name) const override {
    return store_.load(prefix_ + name);
  }

 private:
  system::CheckpointStore& store_;
  std::string prefix_;
};

}  // namespace limes::experiment

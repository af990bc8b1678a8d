#pragma once
#include <chrono>
#include <cstddef>
#include <string>

#include "limes/base/journal.hpp"
#include "limes/system/system.hpp"

namespace limes::system {

/// The journal of a computation in checkpoints `journal 0`, `journal 1`, ..., one every half second and one at the end:
/// what a kill may lose is half a second.
class JournalFiles {
 public:
  /// Reads what is there. Null: nothing is kept.
  explicit JournalFiles(CheckpointStore* store);
  ~JournalFiles() { save(); }
  JournalFiles(const JournalFiles&) = delete;
  JournalFiles& operator=(const JournalFiles&) = delete;

  [[nodiscard]] Journal* journal() { return store_ == nullptr ? nullptr : &journal_; }

 private:
  [[nodiscard]] std::string name() const;
  void add(const std::string& bytes);
  void save();

  CheckpointStore* store_;
  std::size_t count_ = 0;
  std::string waiting_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  Journal journal_;
};

}  // namespace limes::system

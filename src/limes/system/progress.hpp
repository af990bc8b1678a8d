#pragma once
// What the runs of a simulation share: progress and saved states, safe to use from any thread.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "limes/system/system.hpp"

namespace limes::system {

class Progress {
 public:
  Progress(const Context& context, std::int64_t total) : context_(context), total_(total) {}
  /// Work done: reported every tenth of a second, and at every hundredth of the whole.
  void add(std::int64_t amount);

 private:
  const Context& context_;
  const std::int64_t total_;
  std::atomic<std::int64_t> done_{0};
  std::mutex reporting_;
  std::chrono::steady_clock::time_point last_{};
  std::int64_t reported_ = 0;
};

/// FNV-1a, 64 bits: names files and recognises vectors; no defence against forgery.
[[nodiscard]] std::uint64_t fnv1a(const void* data, std::size_t bytes, std::uint64_t hash = 0xCBF29CE484222325ULL);

/// Saved states of one simulation. A state that belongs to another `identity` (everything that the numbers depend on,
/// as text) is not taken.
class SavedStates {
 public:
  /// `prefix`: of the names in the store, the family's.
  SavedStates(CheckpointStore* store, std::string prefix, std::string identity)
      : store_(store), prefix_(std::move(prefix)), identity_(std::move(identity)) {}

  [[nodiscard]] bool kept() const { return store_ != nullptr; }
  void save(const std::string& name, const std::string& bytes);
  [[nodiscard]] std::optional<std::string> load(const std::string& name) const;

 private:
  [[nodiscard]] std::string full_name(const std::string& name) const;

  CheckpointStore* store_;
  std::string prefix_;
  std::string identity_;
  mutable std::mutex access_;
};

}  // namespace limes::system

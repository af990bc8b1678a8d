#pragma once
// What the trials of a simulation share: progress, checkpoints and finished realisations, safe to use from any thread.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "limes/rate/rate_description.hpp"
#include "limes/system/outcome.hpp"
#include "limes/system/system.hpp"

namespace limes::rate {

class Progress {
 public:
  Progress(const system::Context& context, std::int64_t total) : context_(context), total_(total) {}
  /// Work done: reported every tenth of a second, and at every hundredth of the whole.
  void add(std::int64_t amount);

 private:
  const system::Context& context_;
  const std::int64_t total_;
  std::atomic<std::int64_t> done_{0};
  std::mutex reporting_;
  std::chrono::steady_clock::time_point last_{};
  std::int64_t reported_ = 0;
};

/// Saved states of one simulation. A state that belongs to another network (size, seeds, lengths, ...) is not taken.
class Checkpoints {
 public:
  Checkpoints(const RateDescription& description, system::CheckpointStore* store);

  [[nodiscard]] bool kept() const { return store_ != nullptr; }
  void save(const std::string& name, const std::string& bytes);
  [[nodiscard]] std::optional<std::string> load(const std::string& name) const;

 private:
  [[nodiscard]] std::string full_name(const std::string& name) const;

  std::string identity_;  // everything that the numbers depend on, as text
  system::CheckpointStore* store_;
  mutable std::mutex access_;
};

}  // namespace limes::rate

#pragma once
#include <atomic>

#include "limes/base/errors.hpp"

namespace limes {

/// A request to stop, set by a signal handler or another thread and polled by long computations.
/// A default-made token is never set.
class StopToken {
 public:
  StopToken() = default;
  explicit StopToken(const std::atomic<bool>* flag) : flag_(flag) {}
  [[nodiscard]] bool stop_requested() const { return flag_ != nullptr && flag_->load(std::memory_order_relaxed); }
  /// Throws InterruptedError if a stop was requested.
  void check() const {
    if (stop_requested()) throw InterruptedError();
  }

 private:
  const std::atomic<bool>* flag_ = nullptr;
};

}  // namespace limes

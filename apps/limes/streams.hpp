#pragma once
#include <chrono>
#include <mutex>
#include <string>

namespace limes::app {

/// Writes results to standard output and sees to it that they arrive. Throws OutputError, device_full, if they don't.
void print_result(const std::string& text);

/// A message on standard error: `limes: TEXT`.
void print_message(const std::string& text);

/// A line on standard error that shows how far a run is and how long it will take; silent where that is no terminal.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// May be called from any thread.
  void show(const std::string& phase, double fraction, const std::string& activity);
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  std::mutex mutex_;
  bool terminal_;
  bool drawn_ = false;
  std::string phase_;
  double first_fraction_ = 0.0;
  Clock::time_point phase_start_, last_drawn_;
};

}  // namespace limes::app

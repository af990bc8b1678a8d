#pragma once
// When a frame of tangent vectors is made orthonormal again, and what its growth then is.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

namespace limes::rate {

/// ln |R_jj| of k vectors, grown over `steps` steps.
struct FrameGrowth {
  std::int64_t steps = 0;
  std::span<const double> logs;
};

/// The schedule of one frame. Between two factorisations W = Q R the vectors turn to the leading direction, and |R_jj|
/// loses digits as it falls below the length of vector j. The next interval is such that at the pace of the last one
///   - the lengths |W_j| exceed |R_jj|, and the |R_jj| each other, by a factor of at most 1e6 (of 1e16 digits, so that
///   a
///     stretch that grows apart twice as fast does no harm),
///   - no vector grows or shrinks by more than e^200,
/// at least one step, at most twice the last interval and at most 100 steps.
class FrameSchedule {
 public:
  /// Counts one more step of growth; true if the frame is to be factorised now.
  bool is_due(bool now) {
    const bool due = ++steps_ >= interval_ || now;
    grown_ = due ? steps_ : 0;
    return due;
  }

  /// Takes |R_jj| (replaced by their logarithms; -infinity where they are rounding) and the |W_j|.
  void take(std::span<double> diagonal, std::span<const double> lengths) {
    constexpr double kRounding = 1e-13;
    double largest = -std::numeric_limits<double>::infinity(), smallest = -largest, turned = 0.0;
    for (std::size_t j = 0; j < diagonal.size(); ++j) {
      const bool resolved = diagonal[j] > kRounding * lengths[j];
      const double log = resolved ? std::log(diagonal[j]) : -std::numeric_limits<double>::infinity();
      if (resolved) {
        largest = std::max(largest, log);
        smallest = std::min(smallest, log);
        turned = std::max(turned, std::log(lengths[j]) - log);
      }
      diagonal[j] = log;
    }
    const double pace = static_cast<double>(steps_);
    const double apart = std::max({largest - smallest, turned, 1e-3}) / pace;
    const double growth = std::max({std::abs(largest), std::abs(smallest), 1e-3}) / pace;
    const double room = std::min(kLargestApart / apart, kLargestGrowth / growth);
    // Nothing resolved gives no finite number: then every step.
    interval_ = room >= 1.0
                    ? static_cast<std::int64_t>(std::min({room, 2.0 * pace, static_cast<double>(kLongestInterval)}))
                    : 1;
    steps_ = 0;
  }

  /// The steps that the last factorisation closed; 0 if the last step had none.
  [[nodiscard]] std::int64_t grown_steps() const { return grown_; }

 private:
  static constexpr double kLargestApart = 13.8;  // ln 1e6
  static constexpr double kLargestGrowth = 200.0;
  static constexpr std::int64_t kLongestInterval = 100;

  std::int64_t interval_ = 1, steps_ = 0, grown_ = 0;
};

}  // namespace limes::rate

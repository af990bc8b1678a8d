#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "limes/rate/rate_description.hpp"

namespace limes::rate {

/// The time-dependent input of a batch of trials. Within the step from t_n to t_{n+1} it is on if t_n has reached the
/// onset, so that no stage of a Runge-Kutta step sees a jump.
class Stimulus {
 public:
  /// One column per trial; trials differ in common noise only (stationary from t = 0: deviation = amplitude).
  Stimulus(const RateDescription& description, std::vector<std::uint32_t> trials);

  [[nodiscard]] bool present() const { return kind_ != StimulusDescription::Kind::kNone; }

  /// field(i, b) += stimulus of unit i, trial b, at t = (n + fraction) step with fraction in {0, 1/2, 1} and n the step
  /// in progress. A table holds row n during step n; common noise is interpolated between its values at t_n and
  /// t_{n+1}.
  template <typename Real>
  void add(double fraction, std::span<Real> field) const;

  /// Goes on to the next step.
  void advance();

  template <typename Archive>
  void archive(Archive& a) {
    a(step_, noise_now_, noise_next_);
  }

 private:
  [[nodiscard]] double common(std::size_t trial, double fraction) const;
  [[nodiscard]] double noise_number(std::size_t trial, std::int64_t step) const;

  StimulusDescription::Kind kind_;
  const RateDescription* description_;
  std::vector<std::uint32_t> trials_;
  double decay_ = 0.0;  // of the common noise in one step
  std::int64_t step_ = 0;
  std::vector<double> noise_now_;   // per trial, at t_n
  std::vector<double> noise_next_;  // at t_{n+1}
};

extern template void Stimulus::add<double>(double, std::span<double>) const;
extern template void Stimulus::add<float>(double, std::span<float>) const;

}  // namespace limes::rate

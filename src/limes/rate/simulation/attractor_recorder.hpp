#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "limes/rate/rate_description.hpp"
#include "limes/rate/simulation/attractor_class.hpp"
#include "limes/rate/simulation/birkhoff_average.hpp"
#include "limes/rate/simulation/frame_schedule.hpp"
#include "limes/rate/simulation/spectral_lines.hpp"
#include "limes/system/outcome.hpp"

namespace limes::rate {

/// Keeps what classifies the attractor of one trial (simulation.attractor): m(t) = mean f(u) at the last 2^17 samples,
/// the last states (at most 4096, and 10^6 numbers), and weighted averages of the leading exponents. Without that flag
/// it keeps nothing.
class AttractorRecorder {
 public:
  /// `samples` will be recorded; tangents grow over `growth_steps` steps.
  AttractorRecorder(const RateDescription& description, std::int64_t samples, std::int64_t growth_steps);

  /// States and outputs (N each) of sample 0, 1, ...
  void record(std::int64_t sample, std::span<const double> state, std::span<const double> output);
  /// Growth of the tangents that ended with step `index` of the growth steps.
  void record_growth(std::int64_t index, const FrameGrowth& growth);

  /// `leading_exponents`, the fractions (0 or 1), `attractor_period`, `base_frequency`, `second_frequency`; for a
  /// single realisation the curves too.
  void finish(system::Realisation& realisation) const;

  [[nodiscard]] Attractor attractor() const;

  template <typename Archive>
  void archive(Archive& a) {
    a(mean_output_, states_, exponents_, lost_);
  }

 private:
  [[nodiscard]] LeadingExponents exponents() const;
  [[nodiscard]] OrbitEnd orbit() const { return {states_, description_->size()}; }
  [[nodiscard]] double spacing() const;
  void finish_spectrum(const Attractor& attractor, system::Realisation& realisation) const;
  void finish_orbit(system::Realisation& realisation) const;

  const RateDescription* description_;
  std::int64_t samples_ = 0;
  std::int64_t kept_states_ = 0;
  std::vector<double> mean_output_;
  std::vector<double> states_;  // state by state
  BirkhoffAverage exponents_;
  std::vector<std::uint8_t> lost_;  // per exponent: -infinity at some time
};

}  // namespace limes::rate

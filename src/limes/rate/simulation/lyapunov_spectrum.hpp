#pragma once
// The k leading Lyapunov exponents of one trial, and what follows from them.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "limes/rate/rate_description.hpp"
#include "limes/rate/simulation/frame_schedule.hpp"
#include "limes/system/outcome.hpp"

namespace limes::rate {

/// What a spectrum of k exponents of an N-dimensional system says about the whole (note 5.2). `weights[i]` is the
/// derivative by lambda_i, from which the error follows.
struct SpectrumFunction {
  double value = 0.0;
  std::vector<double> weights;
};

/// The sum of the positive exponents, in their order; none where all k < N are positive: more may be.
[[nodiscard]] std::optional<SpectrumFunction> entropy_rate(const std::vector<double>& exponents, std::size_t size);

/// Kaplan-Yorke dimension j + (lambda_1 + ... + lambda_j)/|lambda_{j+1}|, j the last index with a partial sum that is
/// not negative (exponents counted from 1); 0 where lambda_1 < 0; N where the sum of all N is not negative; none where
/// the partial sums of k < N exponents do not turn negative.
[[nodiscard]] std::optional<SpectrumFunction> kaplan_yorke_dimension(const std::vector<double>& exponents,
                                                                     std::size_t size);

/// The axis `index` of `lyapunov_spectrum`: exponent i = 0, 1, ... of N stands at (i + 1/2)/N, the middle of the share
/// of the spectrum that it represents; there the limit theory has its value for it.
[[nodiscard]] system::Axis spectrum_axis(std::size_t count, std::size_t size);

/// Averages the growth of a frame over time, with errors from time batches.
class SpectrumRecorder {
 public:
  /// Of `vectors` vectors over `samples` steps. Without vectors it records nothing.
  SpectrumRecorder(std::size_t vectors, std::int64_t samples);

  /// Growth that ended with step `index` of the samples and lies in one time batch (SamplingPlan::is_frame_border).
  void add(std::int64_t index, const FrameGrowth& growth);

  /// `lyapunov_exponent` (the first), the curve `lyapunov_spectrum`, and, where the exponents reach far enough,
  /// `entropy_rate` and `kaplan_yorke_dimension` per neuron. Exponents from the first one that is -infinity on (its
  /// growth was lost in rounding at some time: a singular Jacobian) are left out, with a warning.
  void finish(const RateDescription& description, system::Realisation& realisation) const;

  template <typename Archive>
  void archive(Archive& a) {
    a(sums_, counts_, lost_);
  }

 private:
  std::size_t vectors_;
  std::int64_t samples_;
  std::vector<double> sums_;        // of ln |R_jj|, batch by batch
  std::vector<double> counts_;      // steps of each batch
  std::vector<std::uint8_t> lost_;  // per vector
};

/// Cuts the curves `lyapunov_spectrum` of all realisations to the length of the shortest: some may have lost more
/// exponents than others, and an average needs one grid.
void keep_common_exponents(std::vector<system::Realisation>& realisations);

}  // namespace limes::rate

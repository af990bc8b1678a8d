#pragma once
// Bins of the histograms that a run keeps; the same for every run, so that runs can be averaged.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "limes/spiking/interval_bins.hpp"
#include "limes/spiking/state_bins.hpp"

namespace limes::spiking {

/// The bins of intervals.
struct OctaveBins : IntervalBins {
  /// By the leading bits of the floating-point number: its exponent and an eighth of an octave.
  [[nodiscard]] static std::size_t index(double value) {
    static_assert(kPerOctave == 8);
    const auto lead =
        static_cast<std::int64_t>(std::bit_cast<std::uint64_t>(value) >> 49) - (std::int64_t{1023 + kFirstOctave} << 3);
    if (lead < 0) return 0;
    return lead < static_cast<std::int64_t>(kCount) ? static_cast<std::size_t>(lead) : kCount - 1;
  }
  [[nodiscard]] static double lower(std::size_t bin) { return centre(bin) - 0.5 * width(bin); }
};

/// The counts of one group among those of all, in `Bins`; empty if there are none.
template <typename Bins>
[[nodiscard]] std::span<const double> counts_of_group(const std::vector<double>& counts, std::size_t group) {
  return counts.empty() ? std::span<const double>() : std::span(counts).subspan(group * Bins::kCount, Bins::kCount);
}

/// Bins of equal width in the logarithm, from 2^-12 to 2^14, for filtered rates.
template <std::size_t kPerOctave>
struct LogarithmicBins {
  static constexpr int kFirstOctave = -12;
  static constexpr std::size_t kCount = 26 * kPerOctave;

  [[nodiscard]] static std::size_t index(double value) {
    const double place = (std::log2(value) - kFirstOctave) * static_cast<double>(kPerOctave);
    return static_cast<std::size_t>(std::clamp(std::floor(place), 0.0, static_cast<double>(kCount - 1)));
  }
  [[nodiscard]] static double lower(double bin) {
    return std::exp2(bin / static_cast<double>(kPerOctave) + kFirstOctave);
  }
  [[nodiscard]] static double width(std::size_t bin) {
    return lower(static_cast<double>(bin) + 1.0) - lower(static_cast<double>(bin));
  }
  [[nodiscard]] static double centre(std::size_t bin) { return lower(static_cast<double>(bin) + 0.5); }
};

using RateBins = LogarithmicBins<64>;       // as they are counted
using CoarseRateBins = LogarithmicBins<8>;  // as a figure shows them

/// Where the density of the logarithm of values counted in RateBins is largest. (Of their own density a trace of few
/// spikes has its maximum at zero, where it decays to between them.) The counts are smoothed by a Gaussian of a quarter
/// of their interquartile range. None without counts.
[[nodiscard]] std::optional<double> mode_of(std::span<const double> counts);

/// Counts in RateBins as counts in CoarseRateBins.
[[nodiscard]] std::vector<double> coarse(std::span<const double> counts);

}  // namespace limes::spiking

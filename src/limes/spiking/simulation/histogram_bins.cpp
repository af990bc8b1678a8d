#include "limes/spiking/simulation/histogram_bins.hpp"

#include <numeric>

namespace limes::spiking {

namespace {

/// The bin below which this share of the counts lies.
double quantile(std::span<const double> counts, double total, double share) {
  double below = 0.0;
  for (std::size_t b = 0; b < counts.size(); ++b) {
    if (below + counts[b] >= share * total) return static_cast<double>(b) + (share * total - below) / counts[b];
    below += counts[b];
  }
  return static_cast<double>(counts.size());
}

}  // namespace

std::optional<double> mode_of(std::span<const double> counts) {
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  if (!(total > 0.0)) return std::nullopt;
  const double spread = quantile(counts, total, 0.75) - quantile(counts, total, 0.25);
  const double bandwidth = std::max(1.0, 0.25 * spread);
  const auto reach = static_cast<std::ptrdiff_t>(4.0 * bandwidth);
  const auto size = static_cast<std::ptrdiff_t>(counts.size());
  const auto smoothed = [&](std::ptrdiff_t at) {
    double sum = 0.0;
    for (std::ptrdiff_t b = std::max<std::ptrdiff_t>(0, at - reach); b <= std::min(size - 1, at + reach); ++b) {
      const double z = static_cast<double>(b - at) / bandwidth;
      sum += counts[static_cast<std::size_t>(b)] * std::exp(-0.5 * z * z);
    }
    return sum;
  };
  std::vector<double> density;
  for (std::ptrdiff_t b = 0; b < size; ++b) density.push_back(smoothed(b));
  const auto peak = std::max_element(density.begin(), density.end()) - density.begin();
  const double before = smoothed(peak - 1), top = density[static_cast<std::size_t>(peak)], after = smoothed(peak + 1);
  const double curvature = before - 2.0 * top + after;
  const double shift = curvature < 0.0 ? std::clamp(0.5 * (before - after) / curvature, -0.5, 0.5) : 0.0;
  return RateBins::lower(static_cast<double>(peak) + 0.5 + shift);
}

std::vector<double> coarse(std::span<const double> counts) {
  std::vector<double> result(counts.empty() ? 0 : CoarseRateBins::kCount, 0.0);
  const std::size_t ratio = RateBins::kCount / CoarseRateBins::kCount;
  for (std::size_t b = 0; b < counts.size(); ++b) result[b / ratio] += counts[b];
  return result;
}

}  // namespace limes::spiking

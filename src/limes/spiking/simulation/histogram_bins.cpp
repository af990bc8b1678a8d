#include "limes/spiking/simulation/histogram_bins.hpp"

namespace limes::spiking {

std::optional<double> mode_of(std::span<const double> counts) {
  if (counts.empty()) return std::nullopt;
  std::vector<double> density(counts.size(), 0.0);
  double total = 0.0;
  for (std::size_t b = 1; b + 1 < counts.size(); ++b) {
    const double width = OctaveBins::width(b - 1) + OctaveBins::width(b) + OctaveBins::width(b + 1);
    density[b] = (counts[b - 1] + counts[b] + counts[b + 1]) / (width / OctaveBins::centre(b));
    total += counts[b];
  }
  if (!(total > 0.0)) return std::nullopt;
  const auto peak = static_cast<std::size_t>(std::max_element(density.begin(), density.end()) - density.begin());
  const double curvature = density[peak - 1] - 2.0 * density[peak] + density[peak + 1];
  const double shift = curvature < 0.0 ? 0.5 * (density[peak - 1] - density[peak + 1]) / curvature : 0.0;
  return OctaveBins::centre(peak) + std::clamp(shift, -0.5, 0.5) * OctaveBins::width(peak);
}

}  // namespace limes::spiking

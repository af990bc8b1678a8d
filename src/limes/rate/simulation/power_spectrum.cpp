#include "limes/rate/simulation/power_spectrum.hpp"

#include <cmath>
#include <numbers>

namespace limes::rate {

std::vector<double> power_spectrum(std::span<const double> autocovariance, double frozen_variance, double spacing,
                                   std::span<const double> frequencies) {
  const std::size_t points = autocovariance.size();
  const double half = 0.5 * static_cast<double>(points);
  std::vector<double> weighted(points);
  for (std::size_t k = 0; k < points; ++k) {
    const double beyond = static_cast<double>(k) / half - 1.0;
    const double taper = beyond > 0.0 ? 0.5 * (1.0 + std::cos(std::numbers::pi * beyond)) : 1.0;
    weighted[k] = (k == 0 ? 1.0 : 2.0) * spacing * taper * (autocovariance[k] - frozen_variance);
  }
  std::vector<double> spectrum;
  for (const double frequency : frequencies) {
    double sum = 0.0;
    for (std::size_t k = 0; k < points; ++k) {
      sum += weighted[k] * std::cos(frequency * spacing * static_cast<double>(k));
    }
    spectrum.push_back(sum);
  }
  return spectrum;
}

}  // namespace limes::rate

#pragma once
// The bins in which log-intensities above rest are counted, by the simulation and by the theory.

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace limes::spiking {

/// Bins of one eighth from -16 to 16; what lies outside goes into the first or the last.
struct StateBins {
  static constexpr std::size_t kCount = 256;

  [[nodiscard]] static std::size_t index(double y) {
    return static_cast<std::size_t>(std::clamp(std::floor(8.0 * y) + 128.0, 0.0, static_cast<double>(kCount - 1)));
  }
  [[nodiscard]] static double width(std::size_t /*bin*/) { return 0.125; }
  [[nodiscard]] static double lower(std::size_t bin) { return (static_cast<double>(bin) - 128.0) / 8.0; }
  [[nodiscard]] static double centre(std::size_t bin) { return lower(bin) + 0.0625; }
};

}  // namespace limes::spiking

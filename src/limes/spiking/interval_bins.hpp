#pragma once
// The bins in which interspike intervals are counted, by the simulation and by the theory.

#include <cmath>
#include <cstddef>
#include <vector>

namespace limes::spiking {

/// Eight bins per octave, from 2^-14 to 2^14 time units. The first also holds what is shorter, the last what is longer.
struct IntervalBins {
  static constexpr int kFirstOctave = -14;
  static constexpr int kLastOctave = 14;
  static constexpr std::size_t kPerOctave = 8;
  static constexpr std::size_t kCount = static_cast<std::size_t>(kLastOctave - kFirstOctave) * kPerOctave;

  [[nodiscard]] static double octave(std::size_t bin) {
    return std::ldexp(1.0, static_cast<int>(bin / kPerOctave) + kFirstOctave);
  }
  [[nodiscard]] static double width(std::size_t bin) { return octave(bin) / kPerOctave; }
  [[nodiscard]] static double centre(std::size_t bin) {
    return octave(bin) * (1.0 + (static_cast<double>(bin % kPerOctave) + 0.5) / kPerOctave);
  }
  [[nodiscard]] static double density(double mass, std::size_t bin) { return mass / width(bin); }
};

}  // namespace limes::spiking

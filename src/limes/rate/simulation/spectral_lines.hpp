#pragma once
// The line spectrum of a quasi-periodic signal: lines at n1 omega_1 + n2 omega_2, folded by the sampling.

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace limes::rate {

/// A line a cos(omega t + phase) of a record.
struct SpectralLine {
  double frequency = 0.0;  ///< omega, radians per unit of time, in (0, pi/spacing]
  double amplitude = 0.0;  ///< a
  /// Once labelled: frequency = |n1 omega_1 + n2 omega_2| up to a multiple of the sampling frequency.
  int first = 0;   ///< n1
  int second = 0;  ///< n2
  [[nodiscard]] bool is_labelled() const { return first != 0 || second != 0; }
};

/// The spectrum of a record under a periodic Hann window, its mean subtracted; of an odd length the last is left out.
struct HannSpectrum {
  double spacing = 1.0;            ///< of the samples
  double resolution = 0.0;         ///< 2 pi / (n spacing): the distance of two bins
  std::vector<double> amplitudes;  ///< of bin 0, ..., n/2: of a line in its middle; at 0 and n/2 twice that

  /// The mean square a^2/2 of a line at each bin; of several bins together the largest where there would be more than
  /// `most` numbers.
  struct Power {
    std::vector<double> frequencies, values;
  };
  [[nodiscard]] Power power(std::size_t most) const;
};

/// Throws std::invalid_argument for fewer than 16 samples.
[[nodiscard]] HannSpectrum hann_spectrum(std::span<const double> record, double spacing);

/// The strongest lines, at most `most`, in descending amplitude: local maxima above `least` of the largest that are no
/// side lobes of stronger ones. Frequencies are interpolated between bins by the law of the Hann window (exact for one
/// line; a neighbour d bins away disturbs it by about 1/d^3 of the ratio of their amplitudes).
[[nodiscard]] std::vector<SpectralLine> find_lines(const HannSpectrum& spectrum, std::size_t most, double least = 1e-4);

/// The base frequencies of labelled lines, in (0, pi/spacing].
struct BaseFrequencies {
  double first = 0.0;
  double second = 0.0;       ///< 0: there is one only
  std::size_t labelled = 0;  ///< how many lines they explain
};

/// Chooses `count` (1 or 2) of the strongest lines as base frequencies such that as many lines as possible are integer
/// combinations n1 omega_1 + n2 omega_2 of low order |n1| + |n2|, and labels these; the base frequencies are then
/// fitted to all of them by least squares. A line that fits none keeps the label (0, 0). None without lines, or with
/// fewer than `count`.
[[nodiscard]] std::optional<BaseFrequencies> label_lines(std::vector<SpectralLine>& lines, std::size_t count,
                                                         double spacing, double resolution);

/// Labels the lines of a signal of known base frequency (a periodic orbit of a map: 2 pi / period).
[[nodiscard]] BaseFrequencies label_harmonics(std::vector<SpectralLine>& lines, double base, double spacing,
                                              double resolution);

}  // namespace limes::rate

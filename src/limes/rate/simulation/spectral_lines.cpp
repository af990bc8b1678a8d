#include "limes/rate/simulation/spectral_lines.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <stdexcept>
#include <utility>

#include "limes/math/fft.hpp"

namespace limes::rate {

namespace {

constexpr double kPi = std::numbers::pi;
// Orders |n1| + |n2| that a label may have. With two base frequencies the smaller of |n1|, |n2| is at most
// kMostSmaller: some 270 combinations, which among thousands of bins meet a foreign line by chance once in twenty.
constexpr int kMostOrder = 30;
constexpr int kMostSmaller = 4;
constexpr int kMostHarmonic = 60;
// Lines among which the base frequencies are sought.
constexpr std::size_t kCandidates = 8;

/// The response of the Hann window at `d` bins from a line, relative to that on the line: sin(pi d)/(pi d (1 - d^2)).
double hann_response(double d) {
  if (std::abs(d) < 1e-9) return 1.0;
  if (std::abs(std::abs(d) - 1.0) < 1e-9) return 0.5;
  return std::abs(std::sin(kPi * d) / (kPi * d * (1.0 - d * d)));
}

/// The height that side lobes of a line reach at `d` bins from it.
double side_lobe(double d) { return d < 1.6 ? 1.0 : 1.0 / (kPi * d * (d * d - 1.0)); }

/// The angular frequency in [0, pi/spacing] at which samples show `omega`.
double folded(double omega, double spacing) {
  const double turn = 2.0 * kPi / spacing;
  return std::abs(omega - turn * std::round(omega / turn));
}

struct Base {
  double first, second;
};

/// The label of lowest order that fits; false where none does.
bool fit_label(SpectralLine& line, const Base& base, double spacing, double resolution) {
  const bool two = base.second > 0.0;
  const int most = two ? kMostOrder : kMostHarmonic;
  for (int order = 1; order <= most; ++order) {
    for (int n2 = two ? -order : 0; n2 <= (two ? order : 0); ++n2) {
      const int n1 = order - std::abs(n2);  // (n1, n2) and its negative are one line
      if ((n1 == 0 && n2 < 0) || std::min(n1, std::abs(n2)) > kMostSmaller) continue;
      const double predicted = folded(n1 * base.first + n2 * base.second, spacing);
      // The errors of the base frequencies, less than a hundredth of a bin, come in n times.
      if (std::abs(predicted - line.frequency) > resolution * (0.05 + 0.01 * order)) continue;
      line.first = n1;
      line.second = n2;
      return true;
    }
  }
  line.first = line.second = 0;
  return false;
}

struct Labelling {
  std::size_t labelled = 0;
  double worth = 0.0;  // a line of low order says more for the base frequencies: high orders fit anything
};

Labelling label(std::vector<SpectralLine>& lines, const Base& base, double spacing, double resolution) {
  Labelling result;
  for (SpectralLine& line : lines) {
    if (!fit_label(line, base, spacing, resolution)) continue;
    ++result.labelled;
    result.worth += 1.0 - (std::abs(line.first) + std::abs(line.second)) / (kMostHarmonic + 1.0);
  }
  return result;
}

/// Least squares of the base frequencies over all labelled lines, weighted by amplitude; the folds stay as they are.
Base refined(const std::vector<SpectralLine>& lines, const Base& base, double spacing) {
  double a = 0.0, b = 0.0, c = 0.0, x = 0.0, y = 0.0;
  for (const SpectralLine& line : lines) {
    if (!line.is_labelled()) continue;
    const double n1 = line.first, n2 = line.second, turn = 2.0 * kPi / spacing;
    const double raw = n1 * base.first + n2 * base.second, rest = raw - turn * std::round(raw / turn);
    const double deviation = (rest >= 0.0 ? line.frequency : -line.frequency) - rest;
    a += line.amplitude * n1 * n1;
    b += line.amplitude * n1 * n2;
    c += line.amplitude * n2 * n2;
    x += line.amplitude * n1 * deviation;
    y += line.amplitude * n2 * deviation;
  }
  if (base.second == 0.0) return a > 0.0 ? Base{base.first + x / a, 0.0} : base;
  const double determinant = a * c - b * b;
  if (!(determinant > 1e-12 * a * c)) return base;
  return {base.first + (c * x - b * y) / determinant, base.second + (a * y - b * x) / determinant};
}

}  // namespace

HannSpectrum hann_spectrum(std::span<const double> record, double spacing) {
  if (record.size() < 16) throw std::invalid_argument("a spectrum needs at least 16 samples");
  record = record.first(record.size() / 2 * 2);  // even: the last bin is pi/spacing
  const std::size_t n = record.size();
  double mean = 0.0;
  for (const double value : record) mean += value / static_cast<double>(n);
  std::vector<double> weighted(n);
  for (std::size_t t = 0; t < n; ++t) {
    const double window = 0.5 - 0.5 * std::cos(2.0 * kPi * static_cast<double>(t) / static_cast<double>(n));
    weighted[t] = window * (record[t] - mean);
  }
  HannSpectrum spectrum{spacing, 2.0 * kPi / (static_cast<double>(n) * spacing), {}};
  const auto transform = math::real_fft(weighted);
  // The window sums to n/2, and half of a line stands at the negative frequency.
  for (const auto& value : transform) spectrum.amplitudes.push_back(4.0 * std::abs(value) / static_cast<double>(n));
  return spectrum;
}

HannSpectrum::Power HannSpectrum::power(std::size_t most) const {
  Power result;
  const std::size_t group = (amplitudes.size() + most - 1) / most;
  for (std::size_t k = 0; k < amplitudes.size(); k += group) {
    const std::size_t last = std::min(k + group, amplitudes.size());
    double largest = *std::max_element(amplitudes.begin() + static_cast<std::ptrdiff_t>(k),
                                       amplitudes.begin() + static_cast<std::ptrdiff_t>(last));
    if (last == amplitudes.size())
      largest = std::max(0.5 * amplitudes.back(), k + 1 < last ? amplitudes[last - 2] : 0.0);
    result.frequencies.push_back(resolution * 0.5 * static_cast<double>(k + last - 1));
    result.values.push_back(0.5 * largest * largest);
  }
  return result;
}

std::vector<SpectralLine> find_lines(const HannSpectrum& spectrum, std::size_t most, double least) {
  const std::vector<double>& a = spectrum.amplitudes;
  const std::size_t last = a.size() - 1;
  const auto at = [&](std::ptrdiff_t k) {  // even about both ends
    const auto end = static_cast<std::ptrdiff_t>(last);
    return a[static_cast<std::size_t>(k < 0 ? -k : k > end ? 2 * end - k : k)];
  };
  std::vector<std::size_t> peaks;
  for (std::size_t k = 2; k <= last; ++k) {  // bins 0 and 1 hold what the subtracted mean leaves
    const auto i = static_cast<std::ptrdiff_t>(k);
    if (a[k] > at(i - 1) && a[k] >= at(i + 1) && a[k] > at(i - 2) && a[k] > at(i + 2)) peaks.push_back(k);
  }
  std::sort(peaks.begin(), peaks.end(), [&](std::size_t j, std::size_t k) { return a[j] > a[k]; });
  std::vector<SpectralLine> lines;
  std::vector<double> bins;
  for (const std::size_t k : peaks) {
    if (lines.size() == most || !(a[k] > least * a[peaks.front()])) break;
    const auto i = static_cast<std::ptrdiff_t>(k);
    const bool right = at(i + 1) > at(i - 1);
    const double ratio = std::max(at(i + 1), at(i - 1)) / a[k];
    double shift = std::clamp((2.0 * ratio - 1.0) / (ratio + 1.0), 0.0, 0.5) * (right ? 1.0 : -1.0);
    if (k == last) shift = 0.0;  // at pi both neighbours are one
    double lobes = 0.0;
    for (std::size_t j = 0; j < lines.size(); ++j) {
      lobes += lines[j].amplitude * side_lobe(std::abs(bins[j] - static_cast<double>(k)));
    }
    if (a[k] < 3.0 * lobes) continue;
    bins.push_back(static_cast<double>(k) + shift);
    // At pi the line and its negative frequency are one.
    const double height = k == last ? 0.5 * a[k] : a[k] / hann_response(shift);
    lines.push_back({spectrum.resolution * bins.back(), height, 0, 0});
  }
  return lines;
}

std::optional<BaseFrequencies> label_lines(std::vector<SpectralLine>& lines, std::size_t count, double spacing,
                                           double resolution) {
  const std::size_t candidates = std::min(lines.size(), kCandidates);
  if (candidates < count || count == 0) return std::nullopt;
  std::vector<SpectralLine> trial = lines;
  std::optional<Labelling> best;
  Base chosen{0.0, 0.0};
  const auto consider = [&](const Base& base) {
    const Labelling labelling = label(trial, base, spacing, resolution);
    if (best && labelling.worth <= best->worth) return;
    best = labelling;
    chosen = base;
  };
  for (std::size_t i = 0; i < candidates; ++i) {
    if (count == 1) consider({lines[i].frequency, 0.0});
    for (std::size_t j = i + 1; count == 2 && j < candidates; ++j) consider({lines[i].frequency, lines[j].frequency});
  }
  label(lines, chosen, spacing, resolution);
  chosen = refined(lines, chosen, spacing);
  const Labelling final_labelling = label(lines, chosen, spacing, resolution);
  return BaseFrequencies{chosen.first, chosen.second, final_labelling.labelled};
}

BaseFrequencies label_harmonics(std::vector<SpectralLine>& lines, double base, double spacing, double resolution) {
  const Labelling labelling = label(lines, {base, 0.0}, spacing, resolution);
  return {base, 0.0, labelling.labelled};
}

}  // namespace limes::rate

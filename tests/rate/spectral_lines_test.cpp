// The line spectrum: lines of known frequency and amplitude, side lobes, folds, labels.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <vector>

#include "limes/rate/simulation/spectral_lines.hpp"

namespace limes::rate {
namespace {

constexpr double kPi = std::numbers::pi;

struct Tone {
  double frequency, amplitude, phase;
};

std::vector<double> record_of(const std::vector<Tone>& tones, std::size_t samples, double spacing = 1.0) {
  std::vector<double> record(samples, 0.3);
  for (std::size_t t = 0; t < samples; ++t) {
    for (const Tone& tone : tones) {
      record[t] += tone.amplitude * std::cos(tone.frequency * spacing * static_cast<double>(t) + tone.phase);
    }
  }
  return record;
}

TEST(SpectralLines, HaveTheFrequencyAndAmplitudeOfTheirTones) {
  const double spacing = 0.1;
  const auto spectrum = hann_spectrum(record_of({{3.0, 0.5, 0.2}, {7.7, 0.01, 1.0}}, 4000, spacing), spacing);
  const auto lines = find_lines(spectrum, 10);
  ASSERT_EQ(lines.size(), 2U);  // side lobes are no lines
  // The other tone's negative frequency, some 400 bins away, disturbs the interpolation by 1/400^2 of its amplitude.
  EXPECT_NEAR(lines[0].frequency, 3.0, 1e-5 * spectrum.resolution);
  EXPECT_NEAR(lines[0].amplitude, 0.5, 1e-5);
  EXPECT_NEAR(lines[1].frequency, 7.7, 1e-3 * spectrum.resolution);
  EXPECT_NEAR(lines[1].amplitude, 0.01, 1e-5);
}

TEST(SpectralLines, IncludeTheOneAtTheEndOfTheBand) {
  std::vector<double> record(1000);
  for (std::size_t t = 0; t < record.size(); ++t) record[t] = t % 2 == 0 ? 0.7 : 0.3;
  const auto lines = find_lines(hann_spectrum(record, 1.0), 4);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NEAR(lines[0].frequency, kPi, 1e-12);
  EXPECT_NEAR(lines[0].amplitude, 0.2, 1e-12);
}

TEST(SpectralLines, OfACircleAreHarmonicsFoldedBySampling) {
  // n omega for n = 1, 2, 3, 5 with omega = 2: 4, 6, 10 fold to 2 pi - 4, 2 pi - 6, 4 pi - 10; the strongest is not n
  // = 1.
  const double omega = 2.0;
  auto lines = find_lines(
      hann_spectrum(
          record_of({{omega, 0.3, 0.0}, {2 * omega, 0.5, 1.0}, {3 * omega, 0.1, 0.4}, {5 * omega, 0.02, 2.0}}, 6000),
          1.0),
      16);
  ASSERT_EQ(lines.size(), 4U);
  const auto base = label_lines(lines, 1, 1.0, 2.0 * kPi / 6000);
  ASSERT_TRUE(base.has_value());
  EXPECT_EQ(base->labelled, 4U);
  EXPECT_NEAR(base->first, omega, 1e-6);
  EXPECT_EQ(base->second, 0.0);
  EXPECT_EQ(lines[0].first, 2);
  EXPECT_NEAR(lines[0].frequency, 2.0 * kPi - 4.0, 1e-5);
  EXPECT_EQ(lines[1].first, 1);
  EXPECT_EQ(lines[2].first, 3);
  EXPECT_EQ(lines[3].first, 5);
}

TEST(SpectralLines, OfATorusAreCombinationsOfTwoBaseFrequencies) {
  const double a = 1.8477, b = 0.3521;
  std::vector<SpectralLine> lines = find_lines(hann_spectrum(record_of({{a, 0.4, 0.0},
                                                                        {b, 0.1, 0.0},
                                                                        {a + b, 0.2, 1.0},
                                                                        {2 * a - b, 0.05, 2.0},
                                                                        {3 * a, 0.02, 0.1},
                                                                        {a - 3 * b, 0.01, 0.7},
                                                                        {2.7, 0.005, 0.0}},
                                                                       6000),
                                                             1.0),
                                               16);
  ASSERT_EQ(lines.size(), 7U);
  const auto base = label_lines(lines, 2, 1.0, 2.0 * kPi / 6000);
  ASSERT_TRUE(base.has_value());
  EXPECT_EQ(base->labelled, 6U);  // 2.7 is none of them
  EXPECT_FALSE(lines[6].is_labelled());
  // Whatever basis of the lattice was chosen, each label says where its line is.
  for (const SpectralLine& line : lines) {
    if (!line.is_labelled()) continue;
    const double sum = line.first * base->first + line.second * base->second;
    EXPECT_NEAR(std::abs(sum - 2.0 * kPi * std::round(sum / (2.0 * kPi))), line.frequency, 1e-5);
  }
  EXPECT_NEAR(base->first, a, 1e-6);  // the strongest line
}

TEST(SpectralLines, OfAPeriodicOrbitAreItsHarmonics) {
  std::vector<SpectralLine> lines =
      find_lines(hann_spectrum(record_of({{2.0 * kPi / 6.0, 0.4, 0.0}, {4.0 * kPi / 6.0, 0.1, 0.3}}, 600), 1.0), 8);
  ASSERT_EQ(lines.size(), 2U);
  const auto base = label_harmonics(lines, 2.0 * kPi / 6.0, 1.0, 2.0 * kPi / 600);
  EXPECT_EQ(base.labelled, 2U);
  EXPECT_EQ(lines[0].first, 1);
  EXPECT_EQ(lines[1].first, 2);
}

TEST(SpectralLines, ShrinkToFewNumbersWithTheirHeights) {
  const auto power = hann_spectrum(record_of({{2.0 * kPi * 100 / 1000, 0.4, 0.0}}, 1000), 1.0).power(50);
  ASSERT_LE(power.values.size(), 50U);
  EXPECT_NEAR(*std::max_element(power.values.begin(), power.values.end()), 0.08, 1e-12);  // a^2/2
}

TEST(SpectralLines, NeedARecord) {
  EXPECT_THROW((void)hann_spectrum(std::vector<double>(10), 1.0), std::invalid_argument);
}

}  // namespace
}  // namespace limes::rate

#include "limes/math/fft.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <random>
#include <stdexcept>

namespace limes::math {
namespace {

using Complex = std::complex<double>;

std::vector<double> noise(std::size_t n, unsigned seed) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> normal;
  std::vector<double> x(n);
  for (double& value : x) value = normal(engine);
  return x;
}

Complex direct_sum(const std::vector<Complex>& x, std::size_t k) {
  Complex sum;
  const std::size_t n = x.size();
  for (std::size_t t = 0; t < n; ++t) {
    sum += x[t] * std::polar(1.0, -2.0 * std::numbers::pi * static_cast<double>((k * t) % n) / static_cast<double>(n));
  }
  return sum;
}

class FourierLengths : public testing::TestWithParam<std::size_t> {};

TEST_P(FourierLengths, AgreesWithTheDefiningSum) {
  const std::size_t n = GetParam();
  const auto re = noise(n, 1);
  const auto im = noise(n, 2);
  std::vector<Complex> x(n);
  for (std::size_t t = 0; t < n; ++t) x[t] = {re[t], im[t]};
  const auto spectrum = fft(x);
  const auto real_spectrum = real_fft(re);
  const std::vector<Complex> as_complex(re.begin(), re.end());
  ASSERT_EQ(spectrum.size(), n);
  ASSERT_EQ(real_spectrum.size(), n / 2 + 1);
  // Values are of size sqrt(n); the rounding of n summands and of the chirp stays below 1e-13 n.
  const double tolerance = 1e-13 * static_cast<double>(n);
  for (std::size_t k = 0; k < n; ++k) EXPECT_LT(std::abs(spectrum[k] - direct_sum(x, k)), tolerance) << k;
  for (std::size_t k = 0; k <= n / 2; ++k) {
    EXPECT_LT(std::abs(real_spectrum[k] - direct_sum(as_complex, k)), tolerance) << k;
  }
  const auto back = inverse_fft(spectrum);
  const auto real_back = inverse_real_fft(real_spectrum, n);
  for (std::size_t t = 0; t < n; ++t) {
    EXPECT_LT(std::abs(back[t] - x[t]), 1e-13);  // a round trip loses log2(n) roundings of numbers of size 1
    EXPECT_NEAR(real_back[t], re[t], 1e-13);
  }
}

// Powers of two, products of small primes, odd lengths, primes (chirp), products with a large prime.
INSTANTIATE_TEST_SUITE_P(Lengths, FourierLengths,
                         testing::Values(1, 2, 3, 4, 5, 8, 12, 15, 30, 31, 37, 64, 74, 97, 101, 128, 210, 247, 404,
                                         509));

TEST(FourierTransform, EmptyRecordHasEmptySpectrum) {
  EXPECT_TRUE(fft({}).empty());
  EXPECT_TRUE(real_fft({}).empty());
}

TEST(FourierTransform, RefusesAHalfSpectrumOfTheWrongLength) {
  EXPECT_THROW((void)inverse_real_fft(std::vector<Complex>(4), 8), std::invalid_argument);
}

TEST(FastLength, IsSmoothAndNotBelow) {
  EXPECT_EQ(fast_fourier_length(0), 4U);
  EXPECT_EQ(fast_fourier_length(7), 8U);
  for (std::size_t n : {17U, 101U, 1009U, 4999U}) {
    std::size_t length = fast_fourier_length(n);
    EXPECT_GE(length, n);
    EXPECT_EQ(length % 4, 0U);
    for (std::size_t p : {2U, 3U, 5U}) {
      while (length % p == 0) length /= p;
    }
    EXPECT_EQ(length, 1U);
  }
}

TEST(LinearAutocorrelation, AgreesWithDirectSumsAndDoesNotWrap) {
  for (std::size_t n : {1U, 2U, 17U, 100U, 257U}) {
    auto x = noise(n, 3);
    for (double& value : x) value += 0.7;
    const auto r = linear_autocorrelation(x, n - 1);
    ASSERT_EQ(r.size(), n);
    for (std::size_t k = 0; k < n; ++k) {
      double sum = 0.0;
      for (std::size_t t = 0; t + k < n; ++t) sum += x[t] * x[t + k];
      // Absolute rounding of the transform, 1e-16 log2(2n) n r_0, is divided by n - k.
      EXPECT_NEAR(r[k], sum / static_cast<double>(n - k), 1e-14 * static_cast<double>(n)) << n << " " << k;
    }
  }
}

TEST(LinearCrosscorrelation, HasTheSecondRecordLater) {
  // y is x delayed by three: the product x_t y_{t+3} is x_t^2.
  const auto x = noise(200, 4);
  std::vector<double> y(200, 0.0);
  for (std::size_t t = 3; t < 200; ++t) y[t] = x[t - 3];
  const auto r = FourierTransform().linear_crosscorrelation(x, y, 5);
  double square = 0.0;
  for (std::size_t t = 0; t < 197; ++t) square += x[t] * x[t];
  EXPECT_NEAR(r[3], square / 197.0, 1e-13);
}

TEST(LinearCrosscorrelation, RefusesBadInput) {
  const std::vector<double> x(10, 1.0);
  const std::vector<double> y(9, 1.0);
  EXPECT_THROW((void)FourierTransform().linear_crosscorrelation(x, y, 2), std::invalid_argument);
  EXPECT_THROW((void)linear_autocorrelation(x, 10), std::invalid_argument);
}

TEST(PowerSpectrum, OfWhiteNoiseIsFlatAndIntegratesToTheVariance) {
  const auto x = noise(1 << 16, 5);
  const double step = 0.1;
  const auto spectrum = power_spectrum(x, step, 256);
  EXPECT_EQ(spectrum.segments, 511U);
  ASSERT_EQ(spectrum.density.size(), 129U);
  EXPECT_NEAR(spectrum.frequencies[1], 2.0 * std::numbers::pi / 25.6, 1e-12);
  // White noise of variance 1: S = step. 511 half-overlapping Hann segments are worth about 0.9 * 511 independent ones,
  // so one bin has a relative deviation of 4.7 %: none of 127 leaves 5 deviations.
  for (std::size_t k = 1; k + 1 < 129; ++k) EXPECT_NEAR(spectrum.density[k] / step, 1.0, 0.24);
  const double mean = std::accumulate(spectrum.density.begin() + 1, spectrum.density.end() - 1, 0.0) / 127.0;
  EXPECT_NEAR(mean / step, 1.0, 0.02);  // deviation of the variance of 65536 numbers: sqrt(2/65536) = 0.0055
}

TEST(PowerSpectrum, FindsASineAtItsFrequency) {
  std::vector<double> x(4096);
  const double omega = 2.0 * std::numbers::pi * 16.0 / 256.0;
  for (std::size_t t = 0; t < x.size(); ++t) x[t] = 3.0 + std::sin(omega * static_cast<double>(t));
  const auto spectrum = power_spectrum(x, 1.0, 256, 3.0);
  const auto peak = std::max_element(spectrum.density.begin(), spectrum.density.end());
  EXPECT_NEAR(spectrum.frequencies[static_cast<std::size_t>(peak - spectrum.density.begin())], omega, 1e-12);
  // The line's power 1/2, spread over both signs of omega: the bins around it, times the bin width, sum to 1/4.
  double power = 0.0;
  for (std::size_t k = 10; k < 22; ++k) power += spectrum.density[k] / 256.0;
  EXPECT_NEAR(power, 0.25, 1e-10);
}

TEST(PowerSpectrum, RefusesBadInput) {
  const std::vector<double> x(10, 1.0);
  EXPECT_THROW((void)power_spectrum(x, 1.0, 11), std::invalid_argument);
  EXPECT_THROW((void)power_spectrum(x, 1.0, 3), std::invalid_argument);
  EXPECT_THROW((void)power_spectrum(x, 0.0, 8), std::invalid_argument);
}

}  // namespace
}  // namespace limes::math

// The estimators by themselves, on made-up records whose answers are known.

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "limes/math/random.hpp"
#include "limes/rate/simulation/archive.hpp"
#include "limes/rate/simulation/autocovariance.hpp"
#include "limes/rate/simulation/neuron_statistics.hpp"
#include "limes/rate/simulation/pair_correlation.hpp"
#include "limes/rate/simulation/power_spectrum.hpp"
#include "limes/rate/simulation/time_batches.hpp"

namespace limes::rate {
namespace {

constexpr std::size_t kAllMemory = 1u << 30;

/// samples x neurons of normals, made from stream `index`.
std::vector<std::vector<double>> record(std::size_t samples, std::size_t neurons, std::uint64_t index) {
  math::RandomStream stream(21, 0, math::Purpose::kUser, index);
  std::vector<std::vector<double>> rows(samples, std::vector<double>(neurons));
  for (auto& row : rows) stream.fill_normal(row);
  return rows;
}

double direct_autocovariance(const std::vector<std::vector<double>>& rows, std::size_t lag) {
  const std::size_t neurons = rows[0].size();
  double total = 0.0;
  for (std::size_t t = 0; t + lag < rows.size(); ++t) {
    double product = 0.0;
    double here = 0.0;
    double there = 0.0;
    for (std::size_t i = 0; i < neurons; ++i) {
      product += rows[t][i] * rows[t + lag][i];
      here += rows[t][i];
      there += rows[t + lag][i];
    }
    const auto n = static_cast<double>(neurons);
    total += product / n - here * there / (n * n);
  }
  return total / static_cast<double>(rows.size() - lag);
}

TEST(SimulationAutocovariance, EqualsTheDirectSumForEveryLengthOfRun) {
  compute::Threads threads(2);
  // Below one block, exactly one, a rest of one sample, several blocks; lags that do and do not fill a block.
  for (const std::size_t samples : {40UL, 64UL, 65UL, 500UL}) {
    for (const std::int64_t lags : {0L, 9L, 39L}) {
      const auto rows = record(samples, 70, samples);
      Autocovariance estimator(70, static_cast<std::int64_t>(samples), lags, kAllMemory);
      for (const auto& row : rows) estimator.add(row, threads);
      const auto result = estimator.finish(threads);
      ASSERT_EQ(result.values.size(), static_cast<std::size_t>(lags) + 1);
      for (std::size_t k = 0; k < result.values.size(); ++k) {
        // Rounding of transforms of length 128.
        EXPECT_NEAR(result.values[k], direct_autocovariance(rows, k), 1e-13) << samples << " samples, lag " << k;
      }
    }
  }
}

TEST(SimulationAutocovariance, KeepsEvenlySpacedNeuronsWhereMemoryIsShort) {
  compute::Threads threads(1);
  const auto rows = record(200, 40, 5);
  Autocovariance estimator(40, 200, 10, 10 * (64 * 24 + 16));
  ASSERT_EQ(estimator.neurons(), (std::vector<std::size_t>{0, 4, 8, 12, 16, 20, 24, 28, 32, 36}));
  std::vector<std::vector<double>> some;
  for (const auto& row : rows) {
    estimator.add(row, threads);
    some.emplace_back();
    for (std::size_t i = 0; i < 40; i += 4) some.back().push_back(row[i]);
  }
  EXPECT_NEAR(estimator.finish(threads).values[3], direct_autocovariance(some, 3), 1e-13);
}

TEST(SimulationAutocovariance, StandardErrorIsThatOfWhiteNoise) {
  compute::Threads threads(1);
  const std::size_t samples = 64 * 64;
  const auto rows = record(samples, 20, 9);
  Autocovariance estimator(20, static_cast<std::int64_t>(samples), 5, kAllMemory);
  for (const auto& row : rows) estimator.add(row, threads);
  const auto result = estimator.finish(threads);
  ASSERT_EQ(result.standard_errors.size(), 6u);
  // White noise: Var D(k) = 1/(n T) for k > 0. An error from 32 batches is itself off by 1/sqrt(62) = 13 %.
  EXPECT_NEAR(result.standard_errors[3] * std::sqrt(20.0 * static_cast<double>(samples)), 1.0, 0.5);
}

TEST(SimulationNeuronStatistics, FrozenVarianceIsFreeOfSamplingNoise) {
  // u_i(t) = a_i + noise of variance 4: the square of the averages would be too large by 4/T = 0.04.
  const std::size_t neurons = 2000;
  const std::int64_t samples = 100;
  const auto offsets = record(1, neurons, 1)[0];
  double variance = 0.0;
  double mean = 0.0;
  for (const double a : offsets) mean += a / static_cast<double>(neurons);
  for (const double a : offsets) variance += (a - mean) * (a - mean) / static_cast<double>(neurons);
  NeuronStatistics statistics(neurons, samples);
  auto rows = record(static_cast<std::size_t>(samples), neurons, 2);
  for (std::size_t t = 0; t < rows.size(); ++t) {
    for (std::size_t i = 0; i < neurons; ++i) rows[t][i] = offsets[i] + 2.0 * rows[t][i];
    statistics.add(static_cast<std::int64_t>(t), rows[t]);
  }
  const auto frozen = statistics.frozen_variance();
  // Each half averages 43 samples: noise of the product 2 * 2/sqrt(43)/sqrt(N) = 0.0137; three of these, below 0.04.
  EXPECT_NEAR(frozen.value, variance, 0.038);
  ASSERT_TRUE(frozen.standard_error.has_value());
  EXPECT_GT(*frozen.standard_error, 0.005);
  EXPECT_LT(*frozen.standard_error, 0.03);

  std::vector<double> values;
  std::vector<double> errors;
  statistics.variances(values, errors);
  double average = 0.0;
  for (const double value : values) average += value / static_cast<double>(neurons);
  EXPECT_NEAR(average, 4.0 * 0.99, 0.02);  // a variance about the sample mean: (1 - 1/T) 4, +- 4 sqrt(2/(N T))
}

TEST(SimulationNeuronStatistics, StaticNeuronsAreWhollyFrozen) {
  NeuronStatistics statistics(3, 20);
  for (std::int64_t t = 0; t < 20; ++t) statistics.add(t, std::vector<double>{1.0, -2.0, 4.0});
  EXPECT_NEAR(statistics.frozen_variance().value, 6.0, 1e-14);
  std::vector<double> values;
  std::vector<double> errors;
  statistics.variances(values, errors);
  for (const double value : values) EXPECT_NEAR(value, 0.0, 1e-14);
}

TEST(SimulationPairCorrelation, SeesACommonSignalAndNoSamplingNoise) {
  // x_i = a s + sqrt(1 - a^2) n_i: every pair has correlation a^2.
  const std::int64_t samples = 1000;
  const auto own = record(static_cast<std::size_t>(samples), 100, 3);
  const auto common = record(static_cast<std::size_t>(samples), 1, 4);
  const double a = 0.5;
  PairCorrelation with(100, samples);
  PairCorrelation without(100, samples);
  for (std::int64_t t = 0; t < samples; ++t) {
    const auto& row = own[static_cast<std::size_t>(t)];
    std::vector<double> mixed;
    for (const double n : row) mixed.push_back(3.0 + a * common[static_cast<std::size_t>(t)][0] + std::sqrt(0.75) * n);
    with.add(t, mixed);
    without.add(t, row);
  }
  // The coefficient from 437 samples is off by (1 - r^2)/sqrt(437) = 0.045, shared by the pairs through s.
  EXPECT_NEAR(with.rms().value(), 0.25, 0.1);
  // Independent neurons: r ~ 1/sqrt(437) each would show as 0.048; the product of two halves leaves the fourth root of
  // the number of pairs below it, 0.048/(4950)^(1/4) = 0.006.
  EXPECT_LT(without.rms().value(), 0.012);
}

TEST(SimulationPairCorrelation, IsAbsentWhereNothingMoves) {
  PairCorrelation pairs(5, 50);
  for (std::int64_t t = 0; t < 50; ++t) pairs.add(t, std::vector<double>{1, 2, 3, 4, 5});
  EXPECT_FALSE(pairs.rms().has_value());
}

TEST(SimulationPowerSpectrum, OfAnExponentialCorrelationIsLorentzian) {
  const double spacing = 0.01;
  std::vector<double> covariance;
  for (int k = 0; k <= 4000; ++k) covariance.push_back(0.7 + 2.0 * std::exp(-spacing * k));
  const std::vector<double> frequencies{0.0, 0.5, 2.0};
  const auto spectrum = power_spectrum(covariance, 0.7, spacing, frequencies);
  for (std::size_t k = 0; k < frequencies.size(); ++k) {
    const double exact = 4.0 / (1.0 + frequencies[k] * frequencies[k]);
    EXPECT_NEAR(spectrum[k], exact, 4.0 * spacing * spacing);  // the trapezoid rule at the kink: 2 h^2/12 times 2
  }
}

TEST(SimulationTimeBatches, ErrorOfACorrelatedSeriesIsNotTooSmall) {
  // AR(1) with correlation time 50: the mean of T = 3200 has error sqrt((1+a)/(1-a)/T); batches are two times as long
  // as the correlation time only. Averaged over 200 records the estimate must come out near it.
  const double a = std::exp(-1.0 / 50.0);
  const double exact = std::sqrt((1.0 + a) / (1.0 - a) / 3200.0);
  double mean_square = 0.0;
  for (std::uint64_t r = 0; r < 200; ++r) {
    math::RandomStream stream(4, 0, math::Purpose::kUser, r);
    TimeBatches batches(3200);
    double x = stream.normal();
    for (std::int64_t t = 0; t < 3200; ++t) {
      batches.add(t, x);
      x = a * x + std::sqrt(1.0 - a * a) * stream.normal();
    }
    mean_square += std::pow(batches.standard_error().value(), 2) / 200.0;
  }
  // Uncorrected batches would give 0.8; the first-order correction and 200 records leave a few percent.
  EXPECT_NEAR(std::sqrt(mean_square) / exact, 1.0, 0.12);
}

TEST(SimulationArchive, GivesBackWhatWasWrittenAndNoticesAnEarlyEnd) {
  ArchiveWriter writer;
  TimeBatches batches(40);
  for (std::int64_t t = 0; t < 40; ++t) batches.add(t, std::sin(static_cast<double>(t)));
  const std::vector<std::vector<double>> rows{{1.0, 2.0}, {}, {3.0}};
  writer(std::string("name"), rows, batches, std::int64_t{-3});
  std::string name;
  std::vector<std::vector<double>> back;
  TimeBatches again;
  std::int64_t number = 0;
  ArchiveReader reader(writer.bytes());
  reader(name, back, again, number);
  EXPECT_EQ(name, "name");
  EXPECT_EQ(back, rows);
  EXPECT_EQ(again.mean(), batches.mean());
  EXPECT_EQ(again.standard_error(), batches.standard_error());
  EXPECT_EQ(number, -3);
  const std::string cut = writer.bytes().substr(0, writer.bytes().size() - 1);
  ArchiveReader short_reader(cut);
  EXPECT_THROW(short_reader(name, back, again, number), std::runtime_error);
}

}  // namespace
}  // namespace limes::rate

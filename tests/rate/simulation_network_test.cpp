// What a network is made of: couplings, thresholds, initial states, stimuli.

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <set>

#include "limes/coupling/gaussian.hpp"
#include "limes/math/random_portable.hpp"
#include "limes/rate/simulation/network.hpp"
#include "limes/rate/simulation/stimulus.hpp"
#include "rate/simulation_helpers.hpp"

namespace limes::rate {
namespace {

using testing::give_matrix;
using testing::network;

TEST(SimulationNetwork, PortableNumbersAreThoseOfTheContract) {
  auto description = network(TimeKind::kDiscrete, 5);
  description.coupling.generator = Generator::kPortable;
  description.coupling.seed = 42;
  description.coupling.mean(0, 0) = 2.0;
  description.coupling.deviation(0, 0) = 3.0;
  description.threshold.generator = Generator::kPortable;
  description.threshold.seed = 1;
  description.populations[0].threshold_mean = 0.5;
  description.populations[0].threshold_deviation = 2.0;
  description.initial.generator = Generator::kPortable;
  description.initial.seed = 1;
  description.populations[0].initial_mean = -1.0;
  description.populations[0].initial_variance = 4.0;
  compute::Threads threads(1);
  const Network<double> fixed(description, 0, threads);
  const auto couplings = fixed.dense(threads);
  const auto numbers = math::portable_normal(42, 25);
  for (int k = 0; k < 25; ++k) {
    EXPECT_DOUBLE_EQ(couplings(k / 5, k % 5), 2.0 / 5.0 + 3.0 * numbers[static_cast<std::size_t>(k)] / std::sqrt(5.0));
  }
  const auto thresholds = draw_thresholds(description, 3);    // every realisation has the same
  EXPECT_NEAR(thresholds[0], 0.5 + 2.0 * -0.02824975, 1e-7);  // note 2.1 gives eight decimals
  EXPECT_NEAR(thresholds[1], 0.5 + 2.0 * -1.06561765, 1e-7);
  EXPECT_NEAR(draw_initial_state(description, 0)[0], -1.0 + 2.0 * -0.02824975, 1e-7);
  // Repeat 1 goes on where repeat 0 ended.
  const auto stream = math::portable_normal(1, 10);
  EXPECT_DOUBLE_EQ(draw_initial_state(description, 1)[2], -1.0 + 2.0 * stream[7]);
}

TEST(SimulationNetwork, ColumnPowerIsTheSumOfSquaredDeviations) {
  auto description = network(TimeKind::kDiscrete, 6);
  coupling::DenseMatrix matrix = coupling::gaussian_matrix(9, 0, 6, 1.0, 2.0);
  for (int i = 0; i < 6; ++i) matrix(i, (2 * i) % 6) = 0.0;
  give_matrix(description, matrix);
  compute::Threads threads(2);
  const double entry_mean = matrix.mean();
  const Network<double> dense(description, 0, threads);
  description.coupling.matrix = std::make_shared<const coupling::Matrix>(coupling::to_sparse(matrix));
  const Network<double> sparse(description, 0, threads);
  for (int j = 0; j < 6; ++j) {
    const double exact = (matrix.col(j).array() - entry_mean).square().sum();
    EXPECT_NEAR(dense.column_power()[static_cast<std::size_t>(j)], exact, 1e-13 * exact);
    EXPECT_NEAR(sparse.column_power()[static_cast<std::size_t>(j)], exact, 1e-13 * exact);
  }
  EXPECT_EQ(sparse.dense(threads), matrix);
}

TEST(SimulationNetwork, ThresholdsHaveTheirMomentsAndCorrelation) {
  auto description = network(TimeKind::kDiscrete, 400);
  description.populations[0].threshold_mean = 0.7;
  description.populations[0].threshold_deviation = 0.5;
  description.populations[0].threshold_correlation = 0.36;
  double offsets = 0.0;
  double within = 0.0;
  const int draws = 400;
  for (std::uint32_t r = 0; r < draws; ++r) {
    const auto theta = draw_thresholds(description, r);
    double mean = 0.0;
    for (const double value : theta) mean += value / 400.0;
    for (const double value : theta) within += (value - mean) * (value - mean) / 400.0 / draws;
    offsets += (mean - 0.7) * (mean - 0.7) / draws;
  }
  // Var of the mean = sigma^2 (c + (1-c)/N), relative error sqrt(2/400) = 7 %; within = sigma^2 (1-c)(1 - 1/N).
  EXPECT_NEAR(offsets, 0.25 * (0.36 + 0.64 / 400.0), 4 * 0.07 * 0.09);
  EXPECT_NEAR(within, 0.25 * 0.64 * (1.0 - 1.0 / 400.0), 0.003);
}

TEST(SimulationNetwork, SizesAndRealisationsShareNoNumbers) {
  auto description = network(TimeKind::kDiscrete, 8);
  const auto eight = draw_initial_state(description, 0);
  const auto other = draw_initial_state(description, 1);
  description.populations[0].size = 4;
  const auto four = draw_initial_state(description, 0);
  std::set<double> all(eight.begin(), eight.end());
  all.insert(other.begin(), other.end());
  all.insert(four.begin(), four.end());
  EXPECT_EQ(all.size(), 20u);
}

std::vector<double> stimulus_now(const Stimulus& stimulus, std::size_t elements, double fraction) {
  std::vector<double> field(elements, 0.0);
  stimulus.add(fraction, std::span<double>(field));
  return field;
}

TEST(SimulationStimulus, StepAndSineByHand) {
  auto description = network(TimeKind::kContinuous, 2);
  description.stimulus.kind = StimulusDescription::Kind::kStep;
  description.stimulus.amplitude = 3.0;
  description.stimulus.onset = 0.3;  // the start of step 3
  description.stimulus.pattern = {1.0, -0.5};
  Stimulus step(description, {0});
  for (int n = 0; n < 6; ++n) {
    const double height = n >= 3 ? 3.0 : 0.0;
    for (const double fraction : {0.0, 0.5, 1.0}) {
      EXPECT_EQ(stimulus_now(step, 2, fraction), (std::vector<double>{height, -0.5 * height})) << n;
    }
    step.advance();
  }
  description.stimulus.kind = StimulusDescription::Kind::kSine;
  description.stimulus.frequency = 2.0;
  description.stimulus.onset = 0.0;
  Stimulus sine(description, {0, 1});
  sine.advance();
  const auto now = stimulus_now(sine, 4, 0.5);
  const double exact = 3.0 * std::sin(2.0 * 0.15);
  for (std::size_t b = 0; b < 2; ++b) {
    EXPECT_DOUBLE_EQ(now[b], exact);
    EXPECT_DOUBLE_EQ(now[2 + b], -0.5 * exact);
  }
}

TEST(SimulationStimulus, TableRowsAreHeldForOneStep) {
  auto description = network(TimeKind::kDiscrete, 2);
  description.stimulus.kind = StimulusDescription::Kind::kFile;
  description.stimulus.amplitude = 2.0;
  coupling::DenseMatrix table(3, 2);
  table << 1, 2, 3, 4, 5, 6;
  description.stimulus.table = std::make_shared<const coupling::DenseMatrix>(table);
  Stimulus stimulus(description, {0});
  stimulus.advance();
  EXPECT_EQ(stimulus_now(stimulus, 2, 0.0), (std::vector<double>{6.0, 8.0}));
  coupling::DenseMatrix column(3, 1);
  column << 1, 7, 5;
  description.stimulus.table = std::make_shared<const coupling::DenseMatrix>(column);
  Stimulus common(description, {0});
  common.advance();
  EXPECT_EQ(stimulus_now(common, 2, 0.0), (std::vector<double>{14.0, 14.0}));
}

TEST(SimulationStimulus, CommonNoiseIsAnOrnsteinUhlenbeckProcess) {
  auto description = network(TimeKind::kContinuous, 1);
  description.stimulus.kind = StimulusDescription::Kind::kCommonNoise;
  description.stimulus.amplitude = 0.8;
  description.stimulus.correlation_time = 0.5;
  const int trials = 4000;
  std::vector<std::uint32_t> numbers(trials);
  for (std::uint32_t b = 0; b < trials; ++b) numbers[b] = b;
  Stimulus stimulus(description, numbers);
  const auto start = stimulus_now(stimulus, trials, 0.0);
  const auto middle = stimulus_now(stimulus, trials, 0.5);
  const auto end = stimulus_now(stimulus, trials, 1.0);
  stimulus.advance();
  EXPECT_EQ(stimulus_now(stimulus, trials, 0.0), end);
  for (int n = 1; n < 5; ++n) stimulus.advance();
  const auto later = stimulus_now(stimulus, trials, 0.0);
  double variance = 0.0;
  double covariance = 0.0;
  for (std::size_t b = 0; b < trials; ++b) {
    EXPECT_DOUBLE_EQ(middle[b], 0.5 * (start[b] + end[b]));
    variance += start[b] * start[b] / trials;
    covariance += start[b] * later[b] / trials;
  }
  // Five steps of 0.1 at a correlation time of 0.5: a factor 1/e. Errors of 4000 samples: sqrt(2/4000) = 2.2 %,
  // times 4.
  EXPECT_NEAR(variance, 0.64, 0.064 * 0.9);
  EXPECT_NEAR(covariance, 0.64 / std::numbers::e, 0.05);
}

TEST(SimulationStimulus, EntersTheMapAtItsOwnTime) {
  auto description = network(TimeKind::kDiscrete, 3);
  description.coupling.deviation(0, 0) = 0.0;
  description.populations[0].initial_variance = 0.0;
  description.stimulus.kind = StimulusDescription::Kind::kStep;
  description.stimulus.amplitude = 1.5;
  description.stimulus.onset = 4.0;
  const auto trajectory = testing::curve(testing::simulate(description), "mean_trajectory");
  for (std::size_t t = 0; t < 10; ++t) EXPECT_EQ(trajectory.values.values[t], t >= 5 ? 1.5 : 0.0) << t;
}

}  // namespace
}  // namespace limes::rate

// Correlated and partially symmetric couplings in continuous time, by Euler embeddings (notes 4.3, 6.2).
#include "limes/rate/theory/two_time_embedding.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace limes::rate::theory {
namespace {

PopulationEnsemble flow(transfer::Kind kind) {
  Ensemble one;
  one.transfer = {kind, 1.3};
  one.coupling_mean = 0.6;
  one.coupling_deviation = 1.2;
  one.threshold_mean = 0.15;
  one.threshold_deviation = 0.2;
  one.noise_intensity = 0.1;
  return one_population(one, 0.2, 0.5);
}

TEST(TwoTimeEmbedding, UncorrelatedCouplingsAreTheFlow) {
  const auto exact = two_time_flow(flow(transfer::Kind::kTanh), 4.0).solution.populations.front();
  const CorrelatedFlow embedded = two_time_correlated_flow(flow(transfer::Kind::kTanh), {}, 4.0, 0.1);
  const TwoTimePopulation& law = embedded.solution.neuron;
  ASSERT_EQ(law.mean.size(), exact.mean.size());
  EXPECT_LT(embedded.error, 1e-4);
  // Three steps, errors of the third order in .1/16.
  for (std::size_t t = 0; t < law.mean.size(); ++t) {
    EXPECT_NEAR(law.mean[t], exact.mean[t], 1e-5) << t;
    EXPECT_NEAR(law.variance[t], exact.variance[t], 1e-5) << t;
    EXPECT_NEAR(law.covariance(t, t / 2), exact.covariance(t, t / 2), 1e-5) << t;
  }
}

TEST(TwoTimeEmbedding, NeighboursOfALinearRingGrowAtTheirRate) {
  // Linear f, no mean, no noise: Gam^k = J^2 A(k) S with S = sum_l B(l) D^l, and (d_t + 1)(d_s + 1) S = J^2 sum_l A(l)
  // B(l) S: an iid flow of the coupling variance J^2 (1 + 2 A(1) B(1)) that starts at S(0,0) = v0. And D^1 - A(1) D^0
  // only forgets its start: -A(1) v0 e^(-2t).
  Ensemble one;
  one.transfer = {transfer::Kind::kLinear, 1.0};
  one.coupling_deviation = 0.7;
  const double a = 0.4, b = 0.3;
  const CorrelatedFlow ring = two_time_correlated_flow(one_population(one, 0.0, 1.0), {{1, a}, {1, b}}, 3.0, 0.1);
  Ensemble sum = one;
  sum.coupling_deviation = 0.7 * std::sqrt(1.0 + 2.0 * a * b);
  const auto combined = two_time_flow(one_population(sum, 0.0, 1.0), 3.0).solution.populations.front();
  for (const std::size_t t : {5, 15, 30}) {
    const double own = ring.solution.neuron.variance[t], neighbour = ring.solution.neighbour_covariance[1][t];
    EXPECT_NEAR(own + 2.0 * b * neighbour, combined.variance[t], 1e-5);
    EXPECT_NEAR(neighbour - a * own, -a * std::exp(-0.2 * static_cast<double>(t)), 1e-5);
  }
}

/// Mean and standard error of a number over six repeats.
template <typename Read>
std::pair<double, double> over_repeats(const PopulationEnsemble& network, double symmetry, double horizon,
                                       const Read& read) {
  double sum = 0.0, squares = 0.0;
  for (std::uint32_t repeat = 0; repeat < 6; ++repeat) {
    const double value = read(two_time_symmetric_flow(network, symmetry, horizon, 0.1, {2000, 1, repeat}).solution);
    sum += value;
    squares += value * value;
  }
  const double mean = sum / 6.0;
  return {mean, std::sqrt((squares / 6.0 - mean * mean) / 5.0)};
}

TEST(TwoTimeEmbedding, WithoutSymmetryPathsAreTheFlow) {
  const auto network = flow(transfer::Kind::kTanh);
  const auto exact = two_time_flow(network, 2.0).solution.populations.front();
  // Student's t with 5 degrees of freedom at 7: false alarm 1e-3 each, seeds fixed; the step leaves some 1e-3.
  const auto [variance, error] =
      over_repeats(network, 0.0, 2.0, [](const TwoTimeSymmetric& s) { return s.variance[20]; });
  EXPECT_NEAR(variance, exact.variance[20], 7.0 * error + 2e-3);
  EXPECT_LT(error, 0.02);
}

TEST(TwoTimeEmbedding, SmoothPathsInShortStepsStayThoseOfTheMap) {
  // 60 steps of .05: the covariance of the field is singular but for rounding, and so is what its factor must leave
  // out.
  Ensemble one;
  one.transfer = {transfer::Kind::kTanh, 1.0};
  one.coupling_deviation = 1.6;
  PopulationEnsemble network = one_population(one, 0.3, 0.7);
  const PopulationEnsemble map = euler_embedding(network, 0.05);
  const double exact = two_time_map(map, 60).populations.front().variance[60];
  double sum = 0.0, squares = 0.0;
  for (std::uint32_t repeat = 0; repeat < 6; ++repeat) {
    const double value = two_time_symmetric(map, 0.0, 60, {3000, 1, repeat}).variance[60];
    sum += value;
    squares += value * value;
  }
  const double mean = sum / 6.0, error = std::sqrt((squares / 6.0 - mean * mean) / 5.0);
  // Student's t with 5 degrees of freedom at 7: false alarm 1e-3, seeds fixed. The spread of 3000 paths is some .01;
  // a factor that follows rounding gave six times that.
  EXPECT_NEAR(mean, exact, 7.0 * error);
  EXPECT_LT(error, 0.025);
}

TEST(TwoTimeEmbedding, ResponseOfALinearSymmetricNetwork) {
  // Linear f: R'' in the Laplace domain is R = 1/(1 + z - eta J^2 R): for eta = 1 the semicircle's resolvent, whose
  // response at time t is e^-t I_1(2 J t)/(J t).
  Ensemble one;
  one.transfer = {transfer::Kind::kLinear, 1.0};
  one.coupling_deviation = 0.6;
  const auto [paths, correction] = two_time_symmetric_flow(one_population(one, 0.0, 1.0), 1.0, 2.0, 0.1, {100, 1, 0});
  // It is the same on every path, so that only the step errs: by the second order, h^2/2 at most.
  for (const int t : {10, 20}) {
    const double time = 0.1 * t;
    const double exact = std::exp(-time) * std::cyl_bessel_i(1.0, 1.2 * time) / (0.6 * time);
    EXPECT_NEAR(paths.response(t, 0), exact, 5e-3) << t;
    EXPECT_LT(std::abs(paths.response(t, 0) - exact), std::abs(correction.response(t, 0))) << t;
  }
}

}  // namespace
}  // namespace limes::rate::theory

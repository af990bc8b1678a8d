#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <cmath>

#include "limes/rate/theory/flow_fluctuations.hpp"
#include "limes/rate/theory/populations/flow_fluctuations.hpp"
#include "limes/rate/theory/populations/map_fluctuations.hpp"
#include "limes/rate/theory/populations/static_states.hpp"
#include "rate/check_values.hpp"
#include "rate/population_helpers.hpp"

namespace limes::rate::theory {
namespace {

using transfer::Kind;

// Potential method against boundary-value problem: both claim 1e-9; the extrapolation in the step leaves a few of it.
constexpr double kTwoMethods = 1e-8;

void expect_same(const Ensemble& whole, const PopulationFlowFluctuation& found, const FlowFluctuation& expected) {
  for (std::size_t a = 0; a < found.mean.size(); ++a) {
    EXPECT_NEAR(found.mean[a], expected.mean, kTwoMethods);
    EXPECT_NEAR(found.variance[a], expected.variance, kTwoMethods * (1.0 + expected.variance));
    EXPECT_NEAR(found.frozen[a], expected.frozen, kTwoMethods * (1.0 + expected.variance));
    const auto lags = flow_autocovariance(whole, expected, found.step, found.autocovariance[a].size());
    for (std::size_t k = 0; k < lags.size(); k += 7) {
      EXPECT_NEAR(found.autocovariance[a][k], lags[k], 2 * kTwoMethods * (1.0 + expected.variance)) << "lag " << k;
    }
  }
  EXPECT_NEAR(found.lyapunov_exponent, expected.lyapunov_exponent, kSixDigits);
  EXPECT_EQ(found.stable, expected.stable);
  EXPECT_TRUE(found.converged);
  EXPECT_LE(found.step, 0.1);
}

TEST(PopulationFlow, APopulationCutInUnequalPartsStaysTheSame) {
  std::vector<Ensemble> cases = {scs(2.0), scs(2.0, 0.5), scs(3.0), scs(2.0), scs(1.2)};
  cases[2].transfer.kind = Kind::kErf;
  cases[3].threshold_deviation = 0.5;  // frozen part
  cases[4].coupling_mean = 0.7;        // bias, thresholds and noise at once
  cases[4].threshold_mean = 0.3;
  cases[4].threshold_deviation = 0.4;
  cases[4].noise_intensity = 0.2;
  for (const Ensemble& whole : cases) {
    const auto expected = flow_fluctuations(whole);
    const auto found = flow_fluctuations(split(whole, {0.3, 0.7}));
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) expect_same(whole, found[i], expected[i]);
  }
}

TEST(PopulationFlow, CoexistingNoisyStatesAreFoundUnstableOnesToo) {
  Ensemble whole;
  whole.coupling_mean = 2.0;
  whole.coupling_deviation = 0.7;
  whole.noise_intensity = 0.05;
  const auto expected = flow_fluctuations(whole);
  const auto found = flow_fluctuations(split(whole, {0.3, 0.7}));
  ASSERT_EQ(expected.size(), 3U);
  ASSERT_EQ(found.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) expect_same(whole, found[i], expected[i]);
  EXPECT_EQ(found[1].unstable_modes, 1);
}

TEST(PopulationFlow, SeparateNetworksDoNotKnowEachOther) {
  Ensemble biased = scs(1.5, 0.3);
  biased.coupling_mean = 0.5;
  biased.threshold_mean = 0.2;
  const auto first = flow_fluctuations(scs(2.0));
  const auto second = flow_fluctuations(biased);
  const auto both = flow_fluctuations(side_by_side(scs(2.0), biased));
  // Population 0 at rest beside the noisy one is a state as well, an unstable one.
  ASSERT_EQ(both.size(), 2U);
  EXPECT_NEAR(both[0].variance[0], 0.0, 1e-12);
  EXPECT_FALSE(both[0].stable);
  EXPECT_TRUE(both[1].stable);
  EXPECT_NEAR(both[1].variance[0], first[0].variance, kTwoMethods * 3.0);
  for (const auto& state : both) {
    EXPECT_NEAR(state.variance[1], second[0].variance, kTwoMethods * 3.0);
    EXPECT_NEAR(state.mean[1], second[0].mean, kTwoMethods);
  }
  EXPECT_NEAR(both[1].lyapunov_exponent, first[0].lyapunov_exponent, kSixDigits);
}

TEST(PopulationFlow, LinearNetworkInClosedForm) {
  // c'' = (1 - S g^2) c, c'(0+) = -D: c(tau) = exp(-A tau) A^-1 D with A^2 = 1 - S g^2. The means follow
  // d delta mu/ds = (Jbar g - 1) delta mu.
  PopulationEnsemble e = uncoupled(2);
  for (Population& population : e.populations) population.transfer = {Kind::kLinear, 1.0};
  e.populations[0].noise_intensity = 0.3;
  e.populations[1].noise_intensity = 0.1;
  e.populations[0].threshold_mean = 0.2;
  e.populations[1].threshold_deviation = 0.3;
  e.coupling_mean << 0.8, -0.9, 0.8, 0.7;
  e.second_moment << 0.2, 0.1, 0.3, 0.05;
  const auto states = flow_fluctuations(e);
  ASSERT_EQ(states.size(), 1U);
  const PopulationFlowFluctuation& s = states[0];

  const Eigen::Matrix2d square = Eigen::Matrix2d::Identity() - e.second_moment;
  const Eigen::EigenSolver<Eigen::Matrix2d> roots(square);
  const Eigen::Matrix2cd vectors = roots.eigenvectors();
  const Eigen::Vector2cd rates = roots.eigenvalues().array().sqrt();
  const Eigen::Vector2cd start = vectors.inverse() * Eigen::Vector2d(0.3, 0.1).cast<std::complex<double>>();
  const Eigen::Vector2d mean = -(Eigen::Matrix2d::Identity() - e.coupling_mean).inverse() * Eigen::Vector2d(0.2, 0.0);
  const Eigen::Vector2d frozen = square.inverse() * (e.second_moment * mean.cwiseAbs2() + Eigen::Vector2d(0.0, 0.09));
  for (int a = 0; a < 2; ++a) {
    EXPECT_NEAR(s.mean[a], mean(a), 1e-12);
    EXPECT_NEAR(s.frozen[a], frozen(a), 1e-12);
    for (const std::size_t k : {0, 5, 20, 60}) {
      const double tau = static_cast<double>(k) * s.step;
      const Eigen::Vector2cd modes = ((-tau * rates.array()).exp() / rates.array() * start.array()).matrix();
      EXPECT_NEAR(s.autocovariance[a][k] - s.frozen[a], (vectors * modes)(a).real(), 1e-9) << "lag " << k;
    }
  }
  const Eigen::Vector2cd growth = e.coupling_mean.eigenvalues();
  ASSERT_TRUE(s.collective_mode.has_value());
  EXPECT_NEAR(s.collective_mode->real(), growth(0).real() - 1.0, 1e-8);
  EXPECT_NEAR(s.collective_mode->imag(), std::abs(growth(0).imag()), 1e-8);
  // Without collective growth: kappa^2 = largest eigenvalue of S.
  EXPECT_NEAR(s.bulk_exponent, std::sqrt(e.second_moment.eigenvalues().real().maxCoeff()) - 1.0, 1e-6);
}

TEST(PopulationFlow, IsTheLimitOfItsEulerMaps) {
  // Two different chaotic populations with noise: the Euler maps' error is linear in the step, 3-point extrapolated.
  PopulationEnsemble e = two_chaotic_populations();
  e.populations[1].noise_intensity = 0.2;
  e.populations[0].threshold_deviation = 0.3;
  e.coupling_mean << 0.2, -0.3, 0.4, 0.0;
  e.centred << 0.05, 0.10, 0.15, 0.0;  // fixed in-degree
  const auto flow = flow_fluctuations(e);
  ASSERT_EQ(flow.size(), 1U);
  std::vector<double> variance[2], exponent;
  for (const double step : {0.2, 0.1, 0.05}) {
    PopulationEnsemble map = e;
    for (Population& population : map.populations) {
      population.leak = 1.0 - step;
      population.threshold_mean *= step;
      population.threshold_deviation *= step;
      population.noise_deviation = std::sqrt(2.0 * population.noise_intensity * step);
    }
    map.coupling_mean *= step;
    map.second_moment *= step * step;
    map.centred *= step * step;
    const auto states = map_fluctuations(map);
    ASSERT_EQ(states.size(), 1U);
    for (int a = 0; a < 2; ++a) variance[a].push_back(states[0].variance[a]);
    exponent.push_back(states[0].lyapunov_exponent / step);
  }
  const auto limit = [](const std::vector<double>& x) { return (8.0 * x[2] - 6.0 * x[1] + x[0]) / 3.0; };
  for (int a = 0; a < 2; ++a) EXPECT_NEAR(flow[0].variance[a], limit(variance[a]), 1e-4 * flow[0].variance[a]);
  EXPECT_NEAR(flow[0].lyapunov_exponent, limit(exponent), 1e-4);
}

TEST(PopulationFlow, NothingFluctuatesBelowTheTransition) {
  std::vector<double> unconverged;
  EXPECT_TRUE(flow_fluctuations(split(scs(0.9), {0.4, 0.6}), {}, &unconverged).empty());
  Ensemble frozen = scs(0.9);
  frozen.threshold_deviation = 0.4;
  EXPECT_TRUE(flow_fluctuations(split(frozen, {0.4, 0.6}), {}, &unconverged).empty());
  EXPECT_TRUE(unconverged.empty());  // nothing was due
}

}  // namespace
}  // namespace limes::rate::theory

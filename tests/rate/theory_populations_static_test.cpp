#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <cmath>
#include <random>

#include "limes/rate/theory/populations/static_states.hpp"
#include "limes/rate/theory/static_states.hpp"
#include "rate/check_values.hpp"
#include "rate/population_helpers.hpp"

namespace limes::rate::theory {
namespace {

using transfer::Kind;

// Two solvers of the same closed equations, each to rounding.
constexpr double kSameEquations = 1e-9;

Ensemble bistable() {
  Ensemble e = ensemble(Kind::kTanh, 1.0);
  e.coupling_mean = 2.0;
  e.coupling_deviation = 0.7;
  e.threshold_mean = 0.1;
  e.threshold_deviation = 0.2;
  return e;
}

TEST(PopulationStates, ExcitationAndInhibitionStartToOscillate) {
  const auto states = static_states(excitatory_inhibitory(1.0354232514), false);
  ASSERT_EQ(states.size(), 1U);
  const PopulationStaticState& s = states[0];
  EXPECT_NEAR(s.state.mean[0], -.78565019, kEightDigits);
  EXPECT_NEAR(s.state.mean[1], -.27233805, kEightDigits);
  EXPECT_NEAR(s.state.variance[0], .0302976, 1e-7);  // as printed
  EXPECT_NEAR(s.state.variance[1], .0205611, 1e-7);
  EXPECT_NEAR(s.bulk_radius, .18213163, kEightDigits);
  ASSERT_TRUE(s.outlier.has_value());
  EXPECT_NEAR(s.outlier->real(), .32316068, kEightDigits);
  EXPECT_NEAR(s.outlier->imag(), .94634411, kEightDigits);
  EXPECT_NEAR(std::abs(*s.outlier), 1.0, 1e-9);  // the gain has ten digits after the point
  EXPECT_TRUE(static_states(excitatory_inhibitory(1.03), false)[0].stable);
  EXPECT_FALSE(static_states(excitatory_inhibitory(1.04), false)[0].stable);
}

TEST(PopulationStates, APopulationCutInUnequalPartsStaysTheSame) {
  std::vector<Ensemble> cases(3, bistable());
  cases[1].leak = 0.3;
  cases[2] = ensemble(Kind::kLogistic, 6.0);  // three states at Jbar = 0, note 4.6
  cases[2].coupling_deviation = 2.0;
  cases[2].threshold_mean = 0.5;
  cases[2].threshold_deviation = 0.1;
  for (const Ensemble& whole : cases) {
    for (const bool continuous : {false, true}) {
      if (continuous && whole.leak > 0.0) continue;
      const auto expected = static_states(whole, continuous);
      for (const std::vector<double>& shares : {std::vector{0.5, 0.5}, std::vector{0.2, 0.8}}) {
        const auto found = static_states(split(whole, shares), continuous);
        ASSERT_EQ(found.size(), expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
          for (std::size_t a = 0; a < shares.size(); ++a) {
            EXPECT_NEAR(found[i].state.mean[a], expected[i].state.mean, kSameEquations);
            EXPECT_NEAR(found[i].state.variance[a], expected[i].state.variance, kSameEquations);
            EXPECT_NEAR(found[i].mean_output[a], expected[i].mean_output, kSameEquations);
          }
          EXPECT_NEAR(found[i].bulk_radius, expected[i].bulk_radius, kSameEquations);
          EXPECT_NEAR(found[i].bulk_edge, whole.leak + expected[i].bulk_radius, kSameEquations);
          EXPECT_NEAR(found[i].lyapunov_exponent, expected[i].lyapunov_exponent, kSameEquations);
          EXPECT_EQ(found[i].stable, expected[i].stable);
          ASSERT_EQ(found[i].outlier.has_value(), expected[i].outlier.has_value());
          if (found[i].outlier) {
            EXPECT_NEAR(found[i].outlier->real(), expected[i].outlier->real(), kSameEquations);
          }
        }
      }
    }
  }
}

TEST(PopulationStates, AllNineOfTwoSymmetricPitchforks) {
  for (const double bridge : {0.0, 0.05}) {
    PopulationEnsemble e = uncoupled(2);
    e.coupling_mean << 2.0, bridge, bridge, 2.0;
    e.second_moment << 0.3, 0.02, 0.02, 0.3;
    for (Population& population : e.populations) population.threshold_deviation = 0.2;
    const auto states = static_states(e, false);
    ASSERT_EQ(states.size(), 9U) << "bridge " << bridge;
    int stable = 0;
    for (std::size_t i = 0; i < 9; ++i) {
      stable += states[i].stable;
      EXPECT_LT(states[i].state.residual, 1e-12);
      // Odd f, no bias: the mirror image of a state is one.
      EXPECT_TRUE(std::any_of(states.begin(), states.end(), [&](const PopulationStaticState& other) {
        return std::abs(other.state.mean[0] + states[i].state.mean[0]) < kSameEquations &&
               std::abs(other.state.mean[1] + states[i].state.mean[1]) < kSameEquations;
      }));
    }
    EXPECT_EQ(stable, 4);  // both populations on an outer branch
  }
}

TEST(PopulationStates, SeparateNetworksAreTheProductOfTheirStates) {
  Ensemble second = bistable();
  second.coupling_mean = 1.8;
  second.leak = 0.2;
  const auto first_alone = static_states(bistable(), false);
  const auto second_alone = static_states(second, false);
  const auto both = static_states(side_by_side(bistable(), second), false);
  ASSERT_EQ(both.size(), first_alone.size() * second_alone.size());
  for (std::size_t i = 0; i < both.size(); ++i) {
    const StaticState& a = first_alone[i / second_alone.size()];
    const StaticState& b = second_alone[i % second_alone.size()];
    EXPECT_NEAR(both[i].state.mean[0], a.state.mean, kSameEquations);
    EXPECT_NEAR(both[i].state.mean[1], b.state.mean, kSameEquations);
    EXPECT_NEAR(both[i].state.variance[1], b.state.variance, kSameEquations);
    EXPECT_NEAR(both[i].bulk_edge, std::max(a.bulk_radius, 0.2 + b.bulk_radius), kSameEquations);
    EXPECT_EQ(both[i].stable, a.stable && b.stable);
  }
}

TEST(PopulationStates, RadiusOfGivenSlopes) {
  // d_j = 1.3 U in population 1 and .5 U in population 2, E U^2 = 1/3, J^2 as in the chaotic pair. Note 10 gives .7603
  // for the d_j of one network: the sample mean of 1000 U^2 errs by 3 %, the radius by half of that.
  std::vector<transfer::Moments> moments(2);
  moments[0].dfdf = 1.69 / 3.0;
  moments[1].dfdf = 0.25 / 3.0;
  const double a = moments[0].dfdf, b = 0.4 * moments[1].dfdf, c = 0.3 * moments[0].dfdf, d = 1.5 * moments[1].dfdf;
  const double root = (a + d) / 2.0 + std::sqrt((a - d) * (a - d) / 4.0 + b * c);
  EXPECT_NEAR(bulk_edge(two_chaotic_populations(), moments), std::sqrt(root), 1e-14);
  EXPECT_NEAR(std::sqrt(root), .7603, 0.01);
}

TEST(PopulationStates, LinearNetworkInClosedForm) {
  PopulationEnsemble e = uncoupled(2);
  e.populations[0] = {.transfer = {Kind::kLinear, 0.8}, .leak = 0.1, .threshold_mean = 0.3, .threshold_deviation = 0.2};
  e.populations[1] = {
      .transfer = {Kind::kLinear, 1.1}, .leak = 0.4, .threshold_mean = -0.1, .threshold_deviation = 0.5};
  e.coupling_mean << 0.2, -0.5, 0.3, 0.1;
  e.second_moment << 0.10, 0.05, 0.02, 0.04;
  e.centred << 0.03, 0.0, 0.01, 0.02;
  const auto states = static_states(e, false);
  ASSERT_EQ(states.size(), 1U);
  const auto& s = states[0].state;
  // Cramer's rule on (kept - Jbar g) mu = -thetabar.
  const double a = 0.9 - 0.2 * 0.8, b = 0.5 * 1.1, c = -0.3 * 0.8, d = 0.6 - 0.1 * 1.1;
  EXPECT_NEAR(s.mean[0], (-0.3 * d - b * 0.1) / (a * d - b * c), 1e-14);
  EXPECT_NEAR(s.mean[1], (a * 0.1 + c * 0.3) / (a * d - b * c), 1e-14);
  for (int i = 0; i < 2; ++i) {
    double field = i == 0 ? 0.04 : 0.25;
    for (int j = 0; j < 2; ++j) {
      const double g = e.populations[j].transfer.gain;
      field +=
          g * g * (e.second_moment(i, j) * (s.variance[j] + s.mean[j] * s.mean[j]) + e.centred(i, j) * s.variance[j]);
    }
    const double kept = 1.0 - e.populations[i].leak;
    EXPECT_NEAR(kept * kept * s.variance[i], field, 1e-14);
  }
}

TEST(PopulationStates, SilentPopulationBesideAnActiveOne) {
  // No thresholds: population 0 alone would be chaotic, population 1 rests at v = 0 since nothing reaches it.
  Ensemble strong = ensemble(Kind::kTanh, 2.0);
  Ensemble weak = ensemble(Kind::kTanh, 0.5);
  const auto states = static_states(side_by_side(strong, weak), false);
  ASSERT_EQ(states.size(), 2U);
  EXPECT_EQ(states[0].state.variance[0], 0.0);
  EXPECT_EQ(states[0].state.variance[1], 0.0);
  EXPECT_NEAR(states[1].state.variance[0], static_states(strong, false)[1].state.variance, kSameEquations);
  EXPECT_EQ(states[1].state.variance[1], 0.0);
}

TEST(PopulationStates, OutlierIsOneAtAFoldWithDifferentLeaks) {
  // At a fold of the branch an eigenvalue of DF passes 1, whatever the leaks: bisect the threshold at which two of the
  // three states of a bistable pair merge.
  const auto pair = [](double threshold) {
    PopulationEnsemble e = uncoupled(2);
    e.populations[0].leak = 0.5;
    e.populations[1].leak = 0.1;
    for (Population& population : e.populations) {
      population.threshold_deviation = 0.1;
      population.threshold_mean = threshold;
    }
    e.coupling_mean << 0.9, 0.2, 0.4, 0.7;
    e.second_moment << 0.05, 0.02, 0.04, 0.10;
    e.centred << 0.0, 0.03, 0.02, 0.01;
    return e;
  };
  double three = 0.0, one = 1.0;
  ASSERT_EQ(static_states(pair(three), false).size(), 3U);
  for (int i = 0; i < 14; ++i) {
    const double middle = (three + one) / 2.0;
    (static_states(pair(middle), false).size() >= 3 ? three : one) = middle;
  }
  const auto states = static_states(pair(three), false);
  ASSERT_EQ(states.size(), 3U);
  // 2^-14 below the fold the eigenvalues are the square root of that away from 1.
  ASSERT_TRUE(states[1].outlier && states[2].outlier);
  EXPECT_NEAR(states[1].outlier->real(), 1.0, 2e-2);
  EXPECT_NEAR(states[2].outlier->real(), 1.0, 2e-2);
  EXPECT_GT(states[1].outlier->real(), 1.0);
  EXPECT_LT(states[2].outlier->real(), 1.0);
}

TEST(PopulationStates, SpectrumOfAFiniteNetworkWithDifferentLeaks) {
  constexpr int kSize = 150;  // of each population
  PopulationEnsemble e = uncoupled(2);
  e.populations[0].leak = 0.6;
  e.populations[1].leak = 0.1;
  for (Population& population : e.populations) population.threshold_deviation = 0.1;
  e.populations[0].threshold_mean = 0.2;
  e.coupling_mean << 0.5, 0.3, 0.6, 1.5;
  e.second_moment << 0.02, 0.03, 0.05, 0.06;
  const auto states = static_states(e, false);
  ASSERT_EQ(states.size(), 3U);
  const PopulationStaticState& top = states[2];
  ASSERT_TRUE(top.stable);
  ASSERT_TRUE(top.outlier.has_value());

  std::mt19937_64 random(5);
  std::normal_distribution<double> normal;
  double outliers = 0.0, edges = 0.0;
  constexpr int kNetworks = 6;
  for (int network = 0; network < kNetworks; ++network) {
    Eigen::MatrixXd coupling(2 * kSize, 2 * kSize);
    Eigen::VectorXd threshold(2 * kSize), leak(2 * kSize), u(2 * kSize);
    for (int i = 0; i < 2 * kSize; ++i) {
      const int a = i / kSize;
      threshold(i) = e.populations[a].threshold_mean + 0.1 * normal(random);
      leak(i) = e.populations[a].leak;
      u(i) = top.state.mean[a];
      for (int j = 0; j < 2 * kSize; ++j) {
        const int b = j / kSize;
        coupling(i, j) = e.coupling_mean(a, b) / kSize + std::sqrt(e.second_moment(a, b) / kSize) * normal(random);
      }
    }
    for (int t = 0; t < 300; ++t) {
      u = (leak.cwiseProduct(u) + coupling * u.array().tanh().matrix() - threshold).eval();
    }
    Eigen::MatrixXd jacobian = coupling * (1.0 - u.array().tanh().square()).matrix().asDiagonal();
    jacobian.diagonal() += leak;
    const Eigen::VectorXcd eigenvalues = jacobian.eigenvalues();
    std::vector<double> sizes;
    for (const auto z : eigenvalues) sizes.push_back(std::abs(z));
    std::sort(sizes.rbegin(), sizes.rend());
    (top.outlier->real() > top.bulk_edge ? outliers : edges) += sizes[0] / kNetworks;
    (top.outlier->real() > top.bulk_edge ? edges : outliers) += sizes[1] / kNetworks;
  }
  // The outlier of one network spreads by about R/sqrt(N); the mean of six by less than .02. The edge of 300 points is
  // blurred by about N^-1/2 of the radius.
  EXPECT_NEAR(outliers, top.outlier->real(), 0.02);
  EXPECT_NEAR(edges, top.bulk_edge, 0.03);
}

}  // namespace
}  // namespace limes::rate::theory

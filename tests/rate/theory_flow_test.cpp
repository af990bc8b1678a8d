#include <gtest/gtest.h>

#include <cmath>

#include "limes/rate/theory/flow_fluctuations.hpp"
#include "limes/rate/theory/map_fluctuations.hpp"
#include "rate/check_values.hpp"

namespace limes::rate::theory {
namespace {

using transfer::Kind;

double at(const FlowFluctuation& state, double lag) {
  // Linear between fine grid points: their spacing of .02 leaves less than 1e-5, the scale of the six printed digits.
  const double place = lag / state.step;
  const std::size_t k = static_cast<std::size_t>(place);
  return state.autocovariance[k] +
         (place - static_cast<double>(k)) * (state.autocovariance[k + 1] - state.autocovariance[k]);
}

struct FlowCase {
  Kind kind;
  double g, noise, variance, exponent, variance_tolerance, exponent_tolerance;
};

class Flow : public testing::TestWithParam<FlowCase> {};

TEST_P(Flow, MatchesTheCheckValues) {
  Ensemble e = scs(GetParam().g, GetParam().noise);
  e.transfer.kind = GetParam().kind;
  const auto states = flow_fluctuations(e);
  ASSERT_EQ(states.size(), 1U);
  EXPECT_NEAR(states[0].variance, GetParam().variance, GetParam().variance_tolerance);
  EXPECT_NEAR(states[0].lyapunov_exponent, GetParam().exponent, GetParam().exponent_tolerance);
  EXPECT_TRUE(states[0].stable);
  EXPECT_TRUE(states[0].converged);
}

INSTANTIATE_TEST_SUITE_P(
    Note10, Flow,
    testing::Values(FlowCase{Kind::kTanh, 1.05, 0, .0528322115, .00106192, kTenDigits, kEightDigits},
                    FlowCase{Kind::kTanh, 1.1, 0, .1110631894, .00371241, kTenDigits, kEightDigits},
                    FlowCase{Kind::kTanh, 1.25, 0, .3155937568, .01696295, kTenDigits, kEightDigits},
                    FlowCase{Kind::kTanh, 1.5, 0, .7476863806, .04674622, kTenDigits, kEightDigits},
                    FlowCase{Kind::kTanh, 2, 0, 1.9248054137, .11245811, kTenDigits, kEightDigits},
                    FlowCase{Kind::kTanh, 3, 0, 5.4463260831, .23546096, 2 * kTenDigits, kEightDigits},
                    // The note's lambda here is .433678; see BothMethodsAgreeAtLargeGain for the value 2e-5 above it.
                    FlowCase{Kind::kTanh, 5, 0, 16.964045702, .4336976, 1e-9, 1e-7},
                    FlowCase{Kind::kErf, 1.25, 0, .3697719278, .01848346, kTenDigits, kEightDigits},
                    FlowCase{Kind::kErf, 1.5, 0, .8387525278, .05139992, kTenDigits, kEightDigits},
                    FlowCase{Kind::kErf, 2, 0, 2.0640800188, .12309418, kTenDigits, kEightDigits},
                    FlowCase{Kind::kErf, 3, 0, 5.6374319609, .25448099, 2 * kTenDigits, kEightDigits},
                    FlowCase{Kind::kTanh, 1.5, .125, .7856411595, .00415159, kTenDigits, kEightDigits},
                    FlowCase{Kind::kTanh, 2, .125, 1.9363314571, .08091991, kTenDigits, kEightDigits},
                    FlowCase{Kind::kTanh, 2, .5, 2.0919855206, .00813560, kTenDigits, kEightDigits},
                    FlowCase{Kind::kTanh, 2, 1, 2.4686230890, -.07152976, kTenDigits, 2 * kEightDigits},
                    FlowCase{Kind::kTanh, 3, 1, 5.6536331403, .10160667, 2 * kTenDigits, 3 * kEightDigits}));

TEST(Flow, AutocovarianceFollowsTheSeparatrix) {
  const auto states = flow_fluctuations(scs(2.0));
  EXPECT_NEAR(at(states[0], 1.0), 1.863003, 2e-5);
  EXPECT_NEAR(at(states[0], 2.0), 1.699660, 2e-5);
  EXPECT_NEAR(at(states[0], 5.0), 1.034578, 2e-5);
  EXPECT_NEAR(at(states[0], 10.0), .351061, 2e-5);
}

TEST(Flow, FrozenThresholds) {
  Ensemble e = scs(2.0);
  e.threshold_deviation = 0.5;
  const auto states = flow_fluctuations(e);
  ASSERT_EQ(states.size(), 1U);
  EXPECT_NEAR(states[0].variance, 2.40969255, kEightDigits);
  EXPECT_NEAR(states[0].frozen, 1.53709282, kEightDigits);
  EXPECT_NEAR(states[0].lyapunov_exponent, .0818, 5e-5);
}

TEST(Flow, NoiseTransitionsOfTheNote) {
  const double expected[3][2] = {{.125, 1.4755680338}, {.5, 1.9556655497}, {1.0, 2.3549844908}};
  for (const auto& [noise, g] : expected) {
    const auto states = flow_fluctuations(scs(g, noise));
    ASSERT_EQ(states.size(), 1U);
    EXPECT_NEAR(states[0].lyapunov_exponent, 0.0, 1e-8);
    // lambda = 0 exactly where Delta''(0+) = 0, i.e. g^2 E phi^2 = Delta0 (note 6.3): tests the exponent's solver too.
    EXPECT_NEAR(g * g * states[0].moments.ff, states[0].variance, 1e-8);
  }
}

TEST(Flow, BothMethodsAgree) {
  // The iteration's own error: its grid of .05 and .025 extrapolated leaves h^4, about 1e-7 of the variance.
  Ensemble biased = scs(2.0);
  biased.coupling_mean = 0.4;
  biased.threshold_mean = 0.3;
  biased.threshold_deviation = 0.5;
  biased.noise_intensity = 0.1;
  for (const Ensemble& e : {scs(1.6), scs(2.0, 0.5), biased}) {
    const auto potential = flow_fluctuations(e);
    const auto iteration = flow_fluctuations_by_iteration(e);
    ASSERT_EQ(potential.size(), 1U);
    ASSERT_EQ(iteration.size(), 1U);
    EXPECT_NEAR(iteration[0].mean, potential[0].mean, 1e-7);
    EXPECT_NEAR(iteration[0].variance, potential[0].variance, 1e-7 * potential[0].variance);
    EXPECT_NEAR(iteration[0].frozen, potential[0].frozen, 1e-7 * potential[0].variance);
    EXPECT_NEAR(iteration[0].lyapunov_exponent, potential[0].lyapunov_exponent, 1e-6);
  }
}

TEST(Flow, BothMethodsAgreeNearTheOnset) {
  // The slower the state the smaller is (step / correlation time)^4: what is left is 50 times the tolerance, at which
  // the tail of the autocovariance is cut.
  for (const double g : {1.02, 1.1}) {
    const auto potential = flow_fluctuations(scs(g));
    const auto iteration = flow_fluctuations_by_iteration(scs(g));
    ASSERT_EQ(potential.size(), 1U);
    ASSERT_EQ(iteration.size(), 1U) << g;
    EXPECT_NEAR(iteration[0].variance, potential[0].variance, 1e-8) << g;
    EXPECT_NEAR(iteration[0].lyapunov_exponent, potential[0].lyapunov_exponent, 1e-8) << g;
  }
}

TEST(Flow, IterationSaysWhereItDoesNotConverge) {
  // Correlation times sqrt(3)/(g - 1) = 5774 and 17321, where the zero state all but attracts.
  for (const double g : {1.0003, 1.0001}) {
    std::vector<double> unconverged;
    EXPECT_TRUE(flow_fluctuations_by_iteration(scs(g), {}, {}, &unconverged).empty()) << g;
    EXPECT_FALSE(unconverged.empty()) << g;
  }
  std::vector<double> unconverged;
  EXPECT_TRUE(flow_fluctuations_by_iteration(scs(0.99), {}, {}, &unconverged).empty());
  EXPECT_TRUE(unconverged.empty());  // nothing is to be found there
}

TEST(Flow, IterationKnowsThatFluctuationsDieBelowTheOnset) {
  Ensemble biased = scs(0.99);
  biased.coupling_mean = 3.0;
  biased.threshold_deviation = 0.5;
  for (const Ensemble& e : {scs(0.5), scs(0.99), scs(1.0), biased}) {
    EXPECT_TRUE(flow_fluctuations_by_iteration(e).empty());
    EXPECT_TRUE(flow_fluctuations(e).empty());
  }
  EXPECT_EQ(flow_fluctuations_by_iteration(scs(0.99, 0.01)).size(), 1U);  // noise never dies
}

TEST(Flow, BothMethodsAgreeAtLargeGain) {
  const auto potential = flow_fluctuations(scs(5.0));
  const auto iteration = flow_fluctuations_by_iteration(scs(5.0));
  ASSERT_EQ(iteration.size(), 1U);
  // Half the distance to the note's .433678, which both methods exclude.
  EXPECT_NEAR(iteration[0].lyapunov_exponent, potential[0].lyapunov_exponent, 1e-6);
  EXPECT_GT(potential[0].lyapunov_exponent, .433678 + 1e-5);
}

TEST(Flow, EulerEmbeddingTendsToIt) {
  // The map's values differ by O(dt); two steps extrapolate to O(dt^2) = 1e-3 of the first correction.
  const auto flow = flow_fluctuations(scs(2.0, 0.5));
  const auto coarse = map_fluctuations(euler_embedding(2.0, 0.5, 0.02));
  const auto fine = map_fluctuations(euler_embedding(2.0, 0.5, 0.01));
  ASSERT_EQ(coarse.size(), 1U);
  ASSERT_EQ(fine.size(), 1U);
  EXPECT_NEAR(2.0 * fine[0].variance - coarse[0].variance, flow[0].variance, 1e-4);
  EXPECT_NEAR(2.0 * fine[0].lyapunov_exponent / 0.01 - coarse[0].lyapunov_exponent / 0.02, flow[0].lyapunov_exponent,
              1e-4);
}

TEST(Flow, LinearNetworkIsOrnsteinUhlenbeck) {
  // Delta'' = (1 - J^2) Delta, Delta'(0) = -D: Delta0 = D/sqrt(1 - J^2); lambda = J - 1.
  Ensemble e = scs(0.6, 0.1);
  e.transfer.kind = Kind::kLinear;
  const auto states = flow_fluctuations(e);
  ASSERT_EQ(states.size(), 1U);
  EXPECT_NEAR(states[0].variance, 0.125, 1e-11);
  EXPECT_NEAR(at(states[0], 2.0), 0.125 * std::exp(-1.6), 1e-5);
  EXPECT_NEAR(states[0].lyapunov_exponent, -0.4, 1e-9);
}

TEST(Flow, SteepClippedTransferHasThreeStates) {
  // Discontinuous onset (f''' (0) > 0): quiet, unstable and chaotic states coexist.
  Ensemble e = scs(1.0, 0.005);
  e.transfer = {Kind::kClippedTan, 0.95};
  const auto states = flow_fluctuations(e);
  ASSERT_EQ(states.size(), 3U);
  EXPECT_TRUE(states[0].stable);
  EXPECT_FALSE(states[1].stable);
  EXPECT_TRUE(states[2].stable);
  EXPECT_LT(states[0].lyapunov_exponent, 0.0);
  EXPECT_GT(states[2].lyapunov_exponent, 0.0);
}

TEST(Flow, CollectiveDirectionSetsTheExponentOfStronglyBiasedCouplings) {
  Ensemble e = scs(0.4, 0.05);
  e.coupling_mean = 0.8;
  const auto states = flow_fluctuations(e);
  ASSERT_EQ(states.size(), 1U);
  EXPECT_NEAR(states[0].lyapunov_exponent, 0.8 * states[0].moments.df - 1.0, 1e-6);
}

TEST(Flow, OnsetLaws) {
  // Note 6.3: lambda ~ (g - 1)^2/2 and Delta0 ~ g - 1 near onset, (.481, 1.0116) at g = 1.01. The exponent here is
  // .48246, unchanged by a fourfold finer lag grid: the note's three digits are good to its second.
  const auto states = flow_fluctuations(scs(1.01));
  ASSERT_EQ(states.size(), 1U);
  EXPECT_NEAR(states[0].lyapunov_exponent / 1e-4, .481, 2e-3);
  EXPECT_NEAR(states[0].variance / 0.01, 1.0116, 5e-5);
}

TEST(Flow, QuietNetworkHasNoFluctuatingBranch) { EXPECT_TRUE(flow_fluctuations(scs(0.95)).empty()); }

}  // namespace
}  // namespace limes::rate::theory

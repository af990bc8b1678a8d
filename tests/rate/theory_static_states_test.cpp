#include <gtest/gtest.h>

#include <cmath>

#include "limes/rate/theory/map_fluctuations.hpp"
#include "limes/rate/theory/static_states.hpp"
#include "rate/check_values.hpp"

namespace limes::rate::theory {
namespace {

using transfer::Kind;

TEST(StaticStates, OfABistableNetworkMatchTheCheckValues) {
  Ensemble e = ensemble(Kind::kTanh, 1.0);
  e.coupling_mean = 2.0;
  e.coupling_deviation = 0.7;
  e.threshold_mean = 0.1;
  e.threshold_deviation = 0.2;
  const auto states = static_states(e, false);
  ASSERT_EQ(states.size(), 3U);
  const double expected[3][3] = {
      {-1.92551999, .45654074, .16417613}, {.11677606, .0785654, .64840701}, {1.62317401, .41909822, .22351784}};
  for (int i = 0; i < 3; ++i) {
    EXPECT_NEAR(states[i].state.mean, expected[i][0], kEightDigits);
    EXPECT_NEAR(states[i].state.variance, expected[i][1], kEightDigits);
    EXPECT_NEAR(states[i].bulk_radius, expected[i][2], kEightDigits);
    EXPECT_LT(states[i].state.residual, 1e-12);
  }
  EXPECT_TRUE(states[0].stable);
  EXPECT_FALSE(states[1].stable);
  EXPECT_TRUE(states[2].stable);
  ASSERT_TRUE(states[2].outlier.has_value());
  EXPECT_NEAR(states[2].outlier->real(), 0.3333, 5e-5);  // note 4.5, four digits
}

TEST(StaticStates, LeakMovesTheOutlier) {
  Ensemble e = ensemble(Kind::kTanh, 1.0);
  e.leak = 0.3;
  e.coupling_mean = 1.5;
  e.coupling_deviation = 0.4;
  e.threshold_deviation = 0.1;
  const auto states = static_states(e, false);
  ASSERT_EQ(states.size(), 3U);
  ASSERT_TRUE(states[2].outlier.has_value());
  EXPECT_NEAR(states[2].outlier->real(), 0.4282, 5e-5);  // note 4.5
}

TEST(StaticStates, CoexistingAtLargeGainAreAllFound) {
  Ensemble e = ensemble(Kind::kLogistic, 6.0);
  e.coupling_deviation = 2.0;
  e.threshold_mean = 0.5;
  e.threshold_deviation = 0.1;
  const auto states = static_states(e, false);
  ASSERT_EQ(states.size(), 3U);
  EXPECT_NEAR(states[0].state.variance, .010422, 5e-7);  // note 4.6, six digits
  EXPECT_NEAR(states[1].state.variance, .047904, 5e-7);
  EXPECT_NEAR(states[2].state.variance, 1.205314, 5e-7);
  EXPECT_NEAR(states[0].bulk_radius, .231, 5e-4);
  EXPECT_NEAR(states[2].bulk_radius, 1.617, 1e-3);
  EXPECT_TRUE(states[0].stable);
  EXPECT_FALSE(states[1].stable);
  EXPECT_FALSE(states[2].stable);
}

TEST(StaticStates, LinearNetworkHasItsClosedForm) {
  Ensemble e = ensemble(Kind::kLinear, 0.5);
  e.leak = 0.2;
  e.coupling_mean = -0.7;
  e.coupling_deviation = 0.9;
  e.threshold_mean = 0.4;
  e.threshold_deviation = 0.3;
  const auto states = static_states(e, false);
  ASSERT_EQ(states.size(), 1U);
  const double mean = -0.4 / (0.8 + 0.35);
  EXPECT_NEAR(states[0].state.mean, mean, 1e-14);
  EXPECT_NEAR(states[0].state.variance, (0.2025 * mean * mean + 0.09) / (0.64 - 0.2025), 1e-14);
  EXPECT_NEAR(states[0].bulk_radius, 0.45, 1e-14);
}

TEST(StaticStates, UnboundedLinearNetworkHasNone) {
  Ensemble e = ensemble(Kind::kLinear, 1.0);
  e.coupling_deviation = 1.2;
  e.threshold_deviation = 0.1;
  EXPECT_TRUE(static_states(e, false).empty());
}

TEST(StaticStates, BelowOnsetOnlyTheOriginExists) {
  const auto states = static_states(ensemble(Kind::kTanh, 0.9), false);
  ASSERT_EQ(states.size(), 1U);
  EXPECT_EQ(states[0].state.variance, 0.0);
  EXPECT_TRUE(states[0].stable);
  EXPECT_NEAR(states[0].lyapunov_exponent, std::log(0.9), 1e-14);
}

TEST(StaticStates, NoiseLeavesNone) {
  Ensemble e = ensemble(Kind::kTanh, 1.0);
  e.noise_deviation = 0.1;
  EXPECT_TRUE(static_states(e, false).empty());
}

// An eigenvalue 1 - gamma of M is a fold of the static equations: at the pitchfork Jbar_c = 1.0662068579 of the note
// (g = 1, J = .7, sigma_theta = .2) the outlier of the symmetric state passes 1.
TEST(StaticStates, OutlierPassesOneAtThePitchfork) {
  Ensemble e = ensemble(Kind::kTanh, 1.0);
  e.coupling_deviation = 0.7;
  e.threshold_deviation = 0.2;
  e.coupling_mean = 1.0662068579;
  const auto states = static_states(e, false);
  ASSERT_GE(states.size(), 1U);
  const auto& symmetric = states[states.size() / 2];
  ASSERT_TRUE(symmetric.outlier.has_value());
  EXPECT_NEAR(symmetric.outlier->real(), 1.0, 1e-9);
}

}  // namespace
}  // namespace limes::rate::theory

#include <gtest/gtest.h>

#include <cmath>

#include "limes/rate/theory/lyapunov.hpp"
#include "limes/rate/theory/map_fluctuations.hpp"
#include "limes/rate/theory/static_states.hpp"
#include "rate/check_values.hpp"

namespace limes::rate::theory {
namespace {

using transfer::Kind;

struct OnsetCase {
  Kind kind;
  double gain, variance, exponent;
};

class MapWithoutLeak : public testing::TestWithParam<OnsetCase> {};

TEST_P(MapWithoutLeak, MatchesTheCheckValues) {
  const auto states = map_fluctuations(ensemble(GetParam().kind, GetParam().gain));
  ASSERT_EQ(states.size(), 1U);
  EXPECT_NEAR(states[0].variance, GetParam().variance, kTenDigits);
  EXPECT_NEAR(states[0].lyapunov_exponent, GetParam().exponent, kTenDigits);
  EXPECT_EQ(states[0].frozen, 0.0);
  EXPECT_TRUE(states[0].stable);
}

INSTANTIATE_TEST_SUITE_P(Note10, MapWithoutLeak,
                         testing::Values(OnsetCase{Kind::kTanh, 1.05, .0482997653, .0014357258},
                                         OnsetCase{Kind::kTanh, 1.1, .0931817239, .0050689013},
                                         OnsetCase{Kind::kTanh, 1.5, .3526017968, .0652172119},
                                         OnsetCase{Kind::kTanh, 2.0, .5303683921, .1547242298},
                                         OnsetCase{Kind::kTanh, 3.0, .7005990532, .3102493151},
                                         OnsetCase{Kind::kTanh, 5.0, .8279746738, .5324279416},
                                         OnsetCase{Kind::kErf, 1.5, .3968595844, .0713706641},
                                         OnsetCase{Kind::kErf, 2.0, .5719017176, .1675185753},
                                         OnsetCase{Kind::kErf, 3.0, .7304826851, .3298157636}));

TEST(Map, FrozenPartOfRandomThresholds) {
  Ensemble e = ensemble(Kind::kTanh, 3.0);
  e.threshold_deviation = 0.3;
  const auto states = map_fluctuations(e);
  ASSERT_EQ(states.size(), 1U);
  EXPECT_NEAR(states[0].variance, .8093702343, kTenDigits);
  EXPECT_NEAR(states[0].frozen, .3280711629, 2 * kTenDigits);
  EXPECT_NEAR(states[0].lyapunov_exponent, .2757886940, kTenDigits);
}

TEST(Map, EverythingAtOnce) {
  Ensemble e = ensemble(Kind::kLogistic, 6.0);
  e.coupling_mean = 0.5;
  e.coupling_deviation = 2.0;
  e.threshold_mean = 0.3;
  e.threshold_deviation = 0.2;
  e.noise_deviation = 0.1;
  const auto states = map_fluctuations(e);
  ASSERT_EQ(states.size(), 1U);
  EXPECT_NEAR(states[0].mean, -.0584331704, kTenDigits);
  EXPECT_NEAR(states[0].variance, 1.8863775649, kTenDigits);
  EXPECT_NEAR(states[0].frozen, 1.6144821608, 2 * kTenDigits);
  EXPECT_NEAR(states[0].lyapunov_exponent, .4199530557, kTenDigits);
}

TEST(Map, LeakGivesTheLagFunction) {
  Ensemble e;
  e.leak = 0.5;
  e.coupling_deviation = 0.8;
  const auto states = map_fluctuations(e);
  ASSERT_EQ(states.size(), 1U);
  const auto& d = states[0].autocovariance;
  EXPECT_NEAR(d[0], .95044603, kEightDigits);
  EXPECT_NEAR(d[1], .94161303, kEightDigits);
  EXPECT_NEAR(d[5], .76796657, kEightDigits);
  EXPECT_NEAR(d[20], .14048877, kEightDigits);
  EXPECT_NEAR(states[0].lyapunov_exponent, .02917088, kEightDigits);
  EXPECT_TRUE(states[0].stable);
}

TEST(Map, LeakWithBiasThresholdsAndNoise) {
  Ensemble e;
  e.leak = 0.5;
  e.coupling_mean = 0.3;
  e.threshold_mean = 0.1;
  e.threshold_deviation = 0.2;
  e.noise_deviation = 0.1;
  const auto states = map_fluctuations(e);
  ASSERT_EQ(states.size(), 1U);
  EXPECT_NEAR(states[0].mean, -.27460540, kEightDigits);
  EXPECT_NEAR(states[0].autocovariance[0], 2.31135710, kEightDigits);
  EXPECT_NEAR(states[0].autocovariance[5], 2.02781463, kEightDigits);
  EXPECT_NEAR(states[0].frozen, 1.41360455, kEightDigits);
  EXPECT_NEAR(states[0].lyapunov_exponent, .03771578, kEightDigits);
}

TEST(Map, StrongLeak) {
  Ensemble e;
  e.leak = 0.8;
  e.coupling_deviation = 0.6;
  const auto states = map_fluctuations(e);
  ASSERT_EQ(states.size(), 1U);
  EXPECT_NEAR(states[0].variance, 5.445908, kSixDigits);
  EXPECT_NEAR(states[0].autocovariance[20], 2.459593, kSixDigits);
  EXPECT_NEAR(states[0].lyapunov_exponent, .0454669, kSixDigits);
}

TEST(Map, EulerEmbeddingOfTheFlow) {
  // (v, lambda/dt) of note 10, six digits.
  const double expected[2][3][2] = {{{1.924755, .110557}, {1.924794, .111499}, {1.924803, .111977}},
                                    {{2.129735, -.001667}, {2.108817, .003510}, {2.099969, .005885}}};
  const double steps[3] = {0.2, 0.1, 0.05};
  for (int noisy = 0; noisy < 2; ++noisy) {
    for (int i = 0; i < 3; ++i) {
      const auto states = map_fluctuations(euler_embedding(2.0, noisy * 0.5, steps[i]));
      ASSERT_EQ(states.size(), 1U);
      EXPECT_NEAR(states[0].variance, expected[noisy][i][0], kSixDigits);
      EXPECT_NEAR(states[0].lyapunov_exponent / steps[i], expected[noisy][i][1], kSixDigits);
    }
  }
}

TEST(Map, LeakyLatticeFormula) {
  // Note 10, SCS scaling x' = (1 - dl) x + dl J tanh(x), g = 3: (v, lambda/dl). Its values come from an iteration that
  // was stopped early: v at dl = .25 stands 3e-9 off the state solved here to a residual of 1e-15, lambda/dl 3e-7.
  constexpr double kVariance = 5e-9;
  constexpr double kExponent = 5e-7;
  const auto half = map_fluctuations(euler_embedding(3.0, 0.0, 0.5));
  ASSERT_EQ(half.size(), 1U);
  EXPECT_NEAR(half[0].variance, 5.4418775796, kVariance);
  EXPECT_NEAR(half[0].lyapunov_exponent / 0.5, .2161237005, kExponent);
  const auto quarter = map_fluctuations(euler_embedding(3.0, 0.0, 0.25));
  ASSERT_EQ(quarter.size(), 1U);
  EXPECT_NEAR(quarter[0].variance, 5.4456266555, kVariance);
  EXPECT_NEAR(quarter[0].lyapunov_exponent / 0.25, .2254012020, kExponent);
}

TEST(Map, NoisyBistableNetworkHasThreeBranches) {
  for (const double leak : {0.0, 0.3}) {
    Ensemble e;
    e.leak = leak;
    e.coupling_mean = 2.0 * (1.0 - leak);
    e.coupling_deviation = 0.7;
    e.noise_deviation = 0.2;
    const auto states = map_fluctuations(e);
    ASSERT_EQ(states.size(), 3U) << "leak " << leak;
    EXPECT_TRUE(states[0].stable);
    EXPECT_FALSE(states[1].stable);
    EXPECT_TRUE(states[2].stable);
    EXPECT_NEAR(states[0].mean, -states[2].mean, 1e-9);
    EXPECT_NEAR(states[1].mean, 0.0, 1e-9);
  }
}

TEST(Map, InhibitionMakesTheMeanFlip) {
  // Odd f, mu = 0: the mean alternates where Jbar E f' < -(1 + gamma); a leak raises the threshold.
  for (const double leak : {0.0, 0.2}) {
    for (const double excess : {0.95, 1.05}) {
      Ensemble e;
      e.leak = leak;
      e.coupling_deviation = 0.7;
      e.noise_deviation = 0.2;
      e.coupling_mean = 0.0;
      const double slope = map_fluctuations(e)[0].moments.df;
      e.coupling_mean = -excess * (1.0 + leak) / slope;
      const auto states = map_fluctuations(e);
      ASSERT_EQ(states.size(), 1U);
      EXPECT_EQ(states[0].stable, excess < 1.0) << "leak " << leak << " excess " << excess;
    }
  }
}

TEST(Map, NoiseAndThresholdsOfOneSizeGiveOneChaosLine) {
  // Note 4.6: without leak v depends on sigma_theta^2 + sigma^2 only, so lambda of noise .4 equals that of thresholds
  // .4 for a state of the same v (chaotic: thresholds have a fluctuating branch).
  Ensemble noise = ensemble(Kind::kTanh, 3.0);
  noise.noise_deviation = 0.4;
  Ensemble thresholds = ensemble(Kind::kTanh, 3.0);
  thresholds.threshold_deviation = 0.4;
  const auto a = map_fluctuations(noise);
  const auto b = map_fluctuations(thresholds);
  ASSERT_EQ(a.size(), 1U);
  ASSERT_EQ(b.size(), 1U);
  EXPECT_NEAR(a[0].variance, b[0].variance, 1e-12);
  EXPECT_NEAR(a[0].lyapunov_exponent, b[0].lyapunov_exponent, 1e-12);
}

TEST(Map, LyapunovExponentVanishesOnTheChaosLine) {
  // Note 10: gamma = 0 noise sigma = 1; sigma_theta = .3; and gamma = .5, sigma_theta = .3 (static radius there).
  Ensemble noise = ensemble(Kind::kTanh, 2.5373159275);
  noise.noise_deviation = 1.0;
  EXPECT_NEAR(map_fluctuations(noise)[0].lyapunov_exponent, 0.0, 1e-10);
  Ensemble thresholds = ensemble(Kind::kTanh, 1.5175784929);
  thresholds.threshold_deviation = 0.3;
  EXPECT_NEAR(static_states(thresholds, false)[0].bulk_radius, 1.0, 1e-9);
  Ensemble leaky = ensemble(Kind::kTanh, .7587892464);
  leaky.leak = 0.5;
  leaky.threshold_deviation = 0.3;
  EXPECT_NEAR(static_states(leaky, false)[0].bulk_radius, 0.5, 1e-9);
}

TEST(Map, LinearNoisyNetworkHasItsClosedForm) {
  // Field variance J^2 g^2 v: D(k) decays through c = filter(J^2 g^2 c + sigma^2 delta); with mu = 0 and no thresholds
  // (1 + gamma^2 - s) - 2 gamma cos w = 1/S: v = sigma^2/sqrt((1 + gamma^2 - s)^2 - 4 gamma^2), s = J^2 g^2.
  Ensemble e = ensemble(Kind::kLinear, 0.5);
  e.leak = 0.3;
  e.coupling_deviation = 0.8;
  e.noise_deviation = 0.4;
  const auto states = map_fluctuations(e);
  ASSERT_EQ(states.size(), 1U);
  const double s = 0.16;
  const double onsite = 1.09 - s;
  EXPECT_NEAR(states[0].variance, 0.16 / std::sqrt(onsite * onsite - 0.36), 1e-10);
  // The tangent of a linear network is constant: lambda = ln(gamma + J g).
  EXPECT_NEAR(states[0].lyapunov_exponent, std::log(0.3 + 0.4), 1e-9);
}

TEST(Map, CollectiveDirectionSetsTheExponentOfStronglyBiasedCouplings) {
  // Odd f, mu = 0: the mean decouples from the covariance and grows by gamma + Jbar E f' per step (note 5.1, 4.5).
  for (const double leak : {0.0, 0.3}) {
    Ensemble e;
    e.leak = leak;
    e.coupling_mean = 0.8 * (1.0 - leak);
    e.coupling_deviation = 0.4 * (1.0 - leak);
    e.noise_deviation = 0.3;
    const auto states = map_fluctuations(e);
    ASSERT_EQ(states.size(), 1U);
    EXPECT_NEAR(states[0].lyapunov_exponent, std::log(leak + e.coupling_mean * states[0].moments.df), 1e-9);
  }
}

TEST(Map, CollectiveExponentOfABiasedStateIsContinuousInTheLeak) {
  // gamma = 0 has a closed form (eigenvalues of M), gamma > 0 the determinant of all lags: one limit, off by O(gamma).
  Ensemble e;
  e.coupling_mean = 0.8;
  e.coupling_deviation = 0.4;
  e.noise_deviation = 0.3;
  e.threshold_mean = 0.1;
  const auto closed = map_fluctuations(e);
  e.leak = 1e-9;
  const auto solved = map_fluctuations(e);
  ASSERT_EQ(closed.size(), 1U);
  ASSERT_EQ(solved.size(), 1U);
  EXPECT_NEAR(solved[0].lyapunov_exponent, closed[0].lyapunov_exponent, 1e-8);
}

TEST(Map, QuietNetworkHasNoFluctuatingBranch) {
  EXPECT_TRUE(map_fluctuations(ensemble(Kind::kTanh, 0.9)).empty());
  Ensemble leaky;
  leaky.leak = 0.5;
  leaky.coupling_deviation = 0.45;
  EXPECT_TRUE(map_fluctuations(leaky).empty());
}

TEST(FreeSpectrum, MatchesTheCheckValues) {
  const Ensemble e = ensemble(Kind::kTanh, 2.5);
  const auto states = map_fluctuations(e);
  const double places[] = {0.1, 0.25, 0.5};
  const auto spectrum = free_lyapunov_spectrum(e, 0.0, states[0].variance, places);
  EXPECT_NEAR(spectrum[0], .08705076, kEightDigits);
  EXPECT_NEAR(spectrum[1], -.20632895, kEightDigits);
  EXPECT_NEAR(spectrum[2], -1.00835977, kEightDigits);
  const SpectrumSummary summary = free_spectrum_summary(e, 0.0, states[0].variance);
  EXPECT_NEAR(summary.entropy_rate, .018665, 1e-6);
  EXPECT_NEAR(summary.kaplan_yorke_dimension, .28518, 1e-5);
}

TEST(FreeSpectrum, OfConstantSlopeIsNewmans) {
  // f' = g: lambda(x) = ln(J^2 g^2 (1 - x))/2.
  const Ensemble e = ensemble(Kind::kLinear, 1.7);
  const double places[] = {0.05, 0.4, 0.9};
  const auto spectrum = free_lyapunov_spectrum(e, 0.0, 1.0, places);
  for (int i = 0; i < 3; ++i) EXPECT_NEAR(spectrum[i], 0.5 * std::log(1.7 * 1.7 * (1.0 - places[i])), 1e-10);
}

}  // namespace
}  // namespace limes::rate::theory

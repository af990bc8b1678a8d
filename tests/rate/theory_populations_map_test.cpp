#include <gtest/gtest.h>

#include <cmath>

#include "limes/rate/theory/map_fluctuations.hpp"
#include "limes/rate/theory/populations/map_fluctuations.hpp"
#include "limes/rate/theory/populations/static_states.hpp"
#include "limes/rate/theory/static_states.hpp"
#include "limes/transfer/pair_moments.hpp"
#include "rate/check_values.hpp"
#include "rate/population_helpers.hpp"

namespace limes::rate::theory {
namespace {

using transfer::Kind;

// Two solvers of the same closed equations, each to rounding.
constexpr double kSameEquations = 1e-9;

void expect_same(const PopulationMapFluctuation& found, std::size_t a, const MapFluctuation& expected) {
  EXPECT_NEAR(found.mean[a], expected.mean, kSameEquations);
  EXPECT_NEAR(found.variance[a], expected.variance, kSameEquations);
  EXPECT_NEAR(found.frozen[a], expected.frozen, kSameEquations);
  const auto& lags = found.autocovariance[a];
  for (std::size_t k = 0; k < std::min(lags.size(), expected.autocovariance.size()); ++k) {
    EXPECT_NEAR(lags[k], expected.autocovariance[k], kSameEquations) << "lag " << k;
  }
  EXPECT_TRUE(found.converged);
  EXPECT_LT(found.residual, 1e-10);
}

TEST(PopulationMap, TwoChaoticPopulations) {
  const auto states = map_fluctuations(two_chaotic_populations());
  ASSERT_EQ(states.size(), 1U);
  EXPECT_NEAR(states[0].variance[0], .68473269, kEightDigits);
  EXPECT_NEAR(states[0].variance[1], .93539792, kEightDigits);
  EXPECT_NEAR(states[0].lyapunov_exponent, .14351107, kEightDigits);
  EXPECT_EQ(states[0].frozen[0], 0.0);
  EXPECT_TRUE(states[0].stable);
}

TEST(PopulationMap, APopulationCutInUnequalPartsStaysTheSame) {
  std::vector<Ensemble> cases(3, ensemble(Kind::kTanh, 3.0));
  cases[0].threshold_deviation = 0.3;
  cases[1] = ensemble(Kind::kLogistic, 6.0);
  cases[1].coupling_mean = 0.5;
  cases[1].coupling_deviation = 2.0;
  cases[1].threshold_mean = 0.3;
  cases[1].threshold_deviation = 0.2;
  cases[1].noise_deviation = 0.1;
  cases[2] = ensemble(Kind::kTanh, 1.0);  // three branches
  cases[2].coupling_mean = 2.0;
  cases[2].coupling_deviation = 0.7;
  cases[2].noise_deviation = 0.2;
  for (const Ensemble& whole : cases) {
    const auto expected = map_fluctuations(whole);
    const auto found = map_fluctuations(split(whole, {0.3, 0.7}));
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      expect_same(found[i], 0, expected[i]);
      expect_same(found[i], 1, expected[i]);
      EXPECT_NEAR(found[i].lyapunov_exponent, expected[i].lyapunov_exponent, kSameEquations);
      EXPECT_EQ(found[i].stable, expected[i].stable);
    }
  }
}

TEST(PopulationMap, FixedInDegreeIsTheStationaryStateOfItsTwoTimeMap) {
  PopulationEnsemble e = uncoupled(2);
  for (Population& population : e.populations) population.transfer = {Kind::kTanh, 2.0};
  e.populations[0].threshold_mean = -0.5;
  e.populations[0].threshold_deviation = 0.2;
  e.populations[1].threshold_mean = 0.3;
  e.populations[1].noise_deviation = 0.15;
  e.coupling_mean << -0.9, 0.4, -0.6, -0.3;
  e.second_moment << 1.0, 0.3, 0.5, 0.8;
  for (int a = 0; a < 2; ++a) {
    for (int b = 0; b < 2; ++b) e.centred(a, b) = degree_variance(e.coupling_mean(a, b), 20.0, 2000.0);
  }
  const auto states = map_fluctuations(e);
  ASSERT_EQ(states.size(), 1U);
  ASSERT_TRUE(states[0].stable);

  // gamma = 0: D(t+1,s+1) = Gam(t,s), closed in the mean, the variance and the covariance of two distant times.
  double mu[2] = {0.1, 0.1}, v[2] = {1.0, 1.0}, q[2] = {0.0, 0.0};
  for (int t = 0; t < 400; ++t) {
    double f[2], ff[2], c[2];
    for (int b = 0; b < 2; ++b) {
      const transfer::Transfer& transfer = e.populations[b].transfer;
      const transfer::Moments m = transfer::moments(transfer, mu[b], v[b]);
      f[b] = m.f;
      ff[b] = m.ff;
      c[b] = transfer::output_pair(transfer, mu[b], v[b], mu[b], v[b], q[b]);
    }
    for (int a = 0; a < 2; ++a) {
      const Population& p = e.populations[a];
      mu[a] = -p.threshold_mean;
      q[a] = p.threshold_variance();
      v[a] = q[a] + p.noise_deviation * p.noise_deviation;
      for (int b = 0; b < 2; ++b) {
        mu[a] += e.coupling_mean(a, b) * f[b];
        v[a] += e.second_moment(a, b) * ff[b] + e.centred(a, b) * (ff[b] - f[b] * f[b]);
        q[a] += e.second_moment(a, b) * c[b] + e.centred(a, b) * (c[b] - f[b] * f[b]);
      }
    }
  }
  for (int a = 0; a < 2; ++a) {
    EXPECT_NEAR(states[0].mean[a], mu[a], kSameEquations);
    EXPECT_NEAR(states[0].variance[a], v[a], kSameEquations);
    EXPECT_NEAR(states[0].frozen[a], q[a], kSameEquations);
  }
}

TEST(PopulationMap, StaticAndChaoticPopulationSideBySide) {
  // Population 1 is below its transition: frozen by its thresholds while population 0 is chaotic.
  Ensemble still = ensemble(Kind::kTanh, 0.6);
  still.threshold_deviation = 0.3;
  const auto alone = map_fluctuations(ensemble(Kind::kTanh, 2.0));
  const auto frozen = static_states(still, false);
  const auto both = map_fluctuations(side_by_side(ensemble(Kind::kTanh, 2.0), still));
  ASSERT_EQ(both.size(), 1U);
  expect_same(both[0], 0, alone[0]);
  EXPECT_NEAR(both[0].variance[1], frozen[0].state.variance, kSameEquations);
  EXPECT_NEAR(both[0].frozen[1], frozen[0].state.variance, kSameEquations);
  EXPECT_NEAR(both[0].lyapunov_exponent, alone[0].lyapunov_exponent, kSameEquations);
}

TEST(PopulationMap, NoStableStateWhereExcitationAndInhibitionOscillate) {
  // With noise the only stationary state loses its stability through a complex pair: the mean output oscillates.
  PopulationEnsemble e = excitatory_inhibitory(2.0);
  for (Population& population : e.populations) population.noise_deviation = 0.1;
  const auto states = map_fluctuations(e);
  ASSERT_EQ(states.size(), 1U);
  EXPECT_FALSE(states[0].stable);
  EXPECT_EQ(states[0].unstable_modes, 2);
  ASSERT_TRUE(states[0].collective_mode.has_value());
  EXPECT_GT(states[0].collective_mode->imag(), 0.5);
  EXPECT_NEAR(states[0].lyapunov_exponent, std::log(std::abs(*states[0].collective_mode)), 1e-14);
}

}  // namespace
}  // namespace limes::rate::theory

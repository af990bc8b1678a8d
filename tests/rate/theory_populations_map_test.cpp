#include <gtest/gtest.h>

#include <cmath>

#include "limes/base/errors.hpp"
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

TEST(PopulationMap, APopulationWithLeakCutInUnequalPartsStaysTheSame) {
  std::vector<Ensemble> cases(4);
  cases[0].leak = 0.5;  // chaos
  cases[0].coupling_deviation = 0.8;
  cases[1].leak = 0.5;  // everything at once
  cases[1].coupling_mean = 0.3;
  cases[1].threshold_mean = 0.1;
  cases[1].threshold_deviation = 0.2;
  cases[1].noise_deviation = 0.1;
  cases[2].leak = 0.3;  // three noisy branches, one unstable
  cases[2].coupling_mean = 1.4;
  cases[2].coupling_deviation = 0.7;
  cases[2].noise_deviation = 0.2;
  cases[3] = ensemble(Kind::kErf, 1.5);
  cases[3].leak = 0.2;
  cases[3].threshold_deviation = 0.1;
  for (const Ensemble& whole : cases) {
    const auto expected = map_fluctuations(whole);
    const auto found = map_fluctuations(split(whole, {0.3, 0.7}));
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      expect_same(found[i], 0, expected[i]);
      expect_same(found[i], 1, expected[i]);
      // The one-population solver differentiates by v to first order where it looks for collective modes.
      EXPECT_NEAR(found[i].lyapunov_exponent, expected[i].lyapunov_exponent,
                  found[i].collective_mode ? kSixDigits : kSameEquations);
      EXPECT_EQ(found[i].stable, expected[i].stable);
    }
  }
}

/// The two-time equations of note 4.1 and 4.2 in their causal form, run until the state is stationary.
struct TwoTime {
  std::vector<std::vector<double>> mean;            // [a][t]
  std::vector<std::vector<std::vector<double>>> d;  // [a][t][s], s <= t
};

TwoTime run_two_time(const PopulationEnsemble& e, int horizon) {
  const std::size_t count = e.size();
  TwoTime result;
  result.mean.assign(count, std::vector<double>(horizon + 1, 0.1));
  result.d.assign(count, std::vector<std::vector<double>>(horizon + 1, std::vector<double>(horizon + 1, 0.0)));
  // filtered[a][t][s] = Cov(u(t), G(s)).
  auto filtered = result.d;
  std::vector<std::vector<double>> m(count, std::vector<double>(horizon + 1));
  for (std::size_t a = 0; a < count; ++a) result.d[a][0][0] = 1.0;
  for (int t = 0; t < horizon; ++t) {
    std::vector<std::vector<double>> outputs(count, std::vector<double>(t + 1));
    for (std::size_t b = 0; b < count; ++b) {
      const transfer::Transfer& f = e.populations[b].transfer;
      const auto& mu = result.mean[b];
      const auto& d = result.d[b];
      m[b][t] = transfer::moments(f, mu[t], d[t][t]).f;
      for (int s = 0; s < t; ++s) outputs[b][s] = transfer::output_pair(f, mu[t], d[t][t], mu[s], d[s][s], d[t][s]);
      outputs[b][t] = transfer::moments(f, mu[t], d[t][t]).ff;
    }
    for (std::size_t a = 0; a < count; ++a) {
      const Population& p = e.populations[a];
      std::vector<double> field(t + 1, p.threshold_variance());
      field[t] += p.noise_deviation * p.noise_deviation;
      double drive = -p.threshold_mean;
      for (std::size_t b = 0; b < count; ++b) {
        drive += e.coupling_mean(a, b) * m[b][t];
        for (int s = 0; s <= t; ++s) {
          field[s] += e.second_moment(a, b) * outputs[b][s] + e.centred(a, b) * (outputs[b][s] - m[b][t] * m[b][s]);
        }
      }
      auto& u = filtered[a];
      // The new column s = t of Cov(u(t'), G(t)) for t' <= t needs Gam(t'-1, t); then the new row t + 1.
      u[0][t] = 0.0;
      for (int r = 1; r <= t; ++r) u[r][t] = p.leak * u[r - 1][t] + field[r - 1];
      for (int s = 0; s <= t; ++s) u[t + 1][s] = p.leak * u[t][s] + field[s];
      auto& d = result.d[a];
      for (int s = 0; s <= t; ++s) d[t + 1][s] = p.leak * d[t][s] + u[s][t];
      for (int s = 0; s <= t; ++s) d[s][t + 1] = d[t + 1][s];
      d[t + 1][t + 1] = p.leak * p.leak * d[t][t] + 2.0 * p.leak * u[t][t] + field[t];
      for (int s = 0; s <= t; ++s) d[s][t] = d[t][s];
      result.mean[a][t + 1] = p.leak * result.mean[a][t] + drive;
    }
  }
  return result;
}

TEST(PopulationMap, DifferentLeaksAndDegreesAgreeWithTheTwoTimeEquations) {
  PopulationEnsemble e = uncoupled(2);
  e.populations[0] = {.transfer = {Kind::kTanh, 1.5},
                      .leak = 0.5,
                      .threshold_mean = 0.2,
                      .threshold_deviation = 0.2,
                      .noise_deviation = 0.4};
  e.populations[1] = {.transfer = {Kind::kErf, 1.0}, .leak = 0.0, .threshold_mean = -0.1, .noise_deviation = 0.5};
  e.coupling_mean << 0.3, -0.4, 0.5, 0.1;
  e.second_moment << 0.08, 0.10, 0.20, 0.15;
  e.centred << 0.02, 0.05, 0.04, 0.0;
  const auto states = map_fluctuations(e);
  ASSERT_EQ(states.size(), 1U);
  EXPECT_TRUE(states[0].stable);
  constexpr int kHorizon = 70;  // perturbations fall by .7 per step
  const TwoTime run = run_two_time(e, kHorizon);
  for (std::size_t a = 0; a < 2; ++a) {
    EXPECT_NEAR(states[0].mean[a], run.mean[a][kHorizon], kSameEquations);
    for (int k : {0, 1, 2, 5, 10, 30}) {
      EXPECT_NEAR(states[0].autocovariance[a][k], run.d[a][kHorizon][kHorizon - k], kSameEquations) << "lag " << k;
    }
  }
}

TEST(PopulationMap, GrowthOfACollectivePerturbationIsThatOfTheTwoTimeEquations) {
  // The leading mode predicts how fast the two-time equations approach the state: a complex pair, so the distance is
  // compared over a whole number of oscillations by fitting x(t+2) = 2 Re z x(t+1) - |z|^2 x(t).
  PopulationEnsemble e = excitatory_inhibitory(1.6);
  e.populations[0].leak = 0.3;
  e.populations[1].leak = 0.1;
  for (Population& population : e.populations) population.noise_deviation = 0.4;
  const auto states = map_fluctuations(e);
  ASSERT_EQ(states.size(), 1U);
  ASSERT_TRUE(states[0].collective_mode.has_value());
  const std::complex<double> z = *states[0].collective_mode;
  EXPECT_GT(z.imag(), 0.1);
  EXPECT_EQ(states[0].stable, std::abs(z) < 1.0);
  ASSERT_LT(std::abs(z), 0.98);
  constexpr int kHorizon = 150;
  const TwoTime run = run_two_time(e, kHorizon);
  const auto distance = [&](int t) { return run.mean[0][t] - states[0].mean[0]; };
  const int t = 145;  // the distance is 1e-5 here, and so are the squares that the linear theory leaves out
  const double x0 = distance(t), x1 = distance(t + 1), x2 = distance(t + 2), x3 = distance(t + 3);
  // x2 = p x1 + r x0, x3 = p x2 + r x1.
  const double determinant = x1 * x1 - x0 * x2;
  const double p = (x2 * x1 - x0 * x3) / determinant;
  const double r = (x1 * x3 - x2 * x2) / determinant;
  EXPECT_NEAR(p / 2.0, z.real(), 2e-5);
  EXPECT_NEAR(std::sqrt(-r), std::abs(z), 2e-5);
}

TEST(PopulationMap, MeansThatOscillateInsteadOfResting) {
  PopulationEnsemble e = excitatory_inhibitory(3.0);
  e.populations[0].leak = 0.3;
  for (Population& population : e.populations) population.noise_deviation = 0.1;
  const auto states = map_fluctuations(e);
  ASSERT_EQ(states.size(), 1U);
  EXPECT_FALSE(states[0].stable);
  EXPECT_EQ(states[0].unstable_modes, 2);
  const TwoTime run = run_two_time(e, 40);
  double low = 1e9, high = -1e9;
  for (int t = 25; t <= 40; ++t) {
    low = std::min(low, run.mean[0][t]);
    high = std::max(high, run.mean[0][t]);
  }
  EXPECT_GT(high - low, 0.3);
}

TEST(PopulationMap, StillAndChaoticPopulationWithLeaksSideBySide) {
  Ensemble still = ensemble(Kind::kTanh, 0.4);
  still.leak = 0.2;
  still.threshold_deviation = 0.3;
  Ensemble chaotic;
  chaotic.leak = 0.5;
  chaotic.coupling_deviation = 0.8;
  const auto alone = map_fluctuations(chaotic);
  const auto frozen = static_states(still, false);
  const auto both = map_fluctuations(side_by_side(chaotic, still));
  ASSERT_EQ(both.size(), 1U);
  expect_same(both[0], 0, alone[0]);
  EXPECT_NEAR(both[0].variance[1], frozen[0].state.variance, kSameEquations);
  EXPECT_NEAR(both[0].frozen[1], frozen[0].state.variance, kSameEquations);
  EXPECT_NEAR(both[0].lyapunov_exponent, alone[0].lyapunov_exponent, kSameEquations);
}

TEST(PopulationMap, LinearNetworkWithDifferentLeaksInClosedForm) {
  // Population 0 drives population 1 and hears nothing: c_0(k) = sigma^2 gamma^k/(1-gamma^2), and c_1 is c_0 times the
  // coupling filtered once more.
  PopulationEnsemble e = uncoupled(2);
  e.populations[0] = {.transfer = {Kind::kLinear, 1.0}, .leak = 0.6, .noise_deviation = 0.5};
  e.populations[1] = {.transfer = {Kind::kLinear, 1.0}, .leak = 0.3, .noise_deviation = 0.0};
  e.second_moment(1, 0) = 0.7;
  const auto states = map_fluctuations(e);
  ASSERT_EQ(states.size(), 1U);
  const double v0 = 0.25 / (1.0 - 0.36);
  // Covariance of an AR(1) process driven by one of covariance v0 .6^|k|: sum over the filter .3^m .3^n.
  const auto driven = [&](int k) {
    double sum = 0.0;
    for (int m = 0; m < 60; ++m) {
      for (int n = 0; n < 60; ++n) sum += std::pow(0.3, m + n) * std::pow(0.6, std::abs(k + n - m));
    }
    return 0.7 * v0 * sum;
  };
  for (const int k : {0, 1, 2, 7}) {
    EXPECT_NEAR(states[0].autocovariance[0][k], v0 * std::pow(0.6, k), 1e-12);
    EXPECT_NEAR(states[0].autocovariance[1][k], driven(k), 1e-12);
  }
  EXPECT_NEAR(states[0].lyapunov_exponent, std::log(0.6), 1e-9);
}

TEST(PopulationMap, AllNineNoisyStatesOfTwoBistablePopulations) {
  for (const double leak : {0.0, 0.3}) {
    const double kept = 1.0 - leak;
    PopulationEnsemble e = uncoupled(2);
    e.coupling_mean << 2.0 * kept, 0.05 * kept, 0.05 * kept, 2.0 * kept;
    e.second_moment << 0.3, 0.02, 0.02, 0.3;
    e.second_moment *= kept * kept;
    for (Population& population : e.populations) {
      population.leak = leak;
      population.noise_deviation = 0.2 * kept;
    }
    const auto states = map_fluctuations(e);
    ASSERT_EQ(states.size(), 9U) << "leak " << leak;
    // One unstable direction for every population on its middle branch.
    int counts[3] = {0, 0, 0};
    for (const auto& state : states) {
      ASSERT_LE(state.unstable_modes, 2);
      ++counts[state.unstable_modes];
      EXPECT_EQ(state.stable, state.unstable_modes == 0);
    }
    EXPECT_EQ(counts[0], 4);
    EXPECT_EQ(counts[1], 4);
    EXPECT_EQ(counts[2], 1);
  }
}

TEST(PopulationMap, BadInputIsRefused) {
  PopulationEnsemble e = two_chaotic_populations();
  e.populations[1].leak = 1.0;
  EXPECT_THROW((void)map_fluctuations(e), InputError);
  e.populations[1].leak = 0.0;
  e.second_moment(0, 1) = -0.1;
  EXPECT_THROW((void)map_fluctuations(e), InputError);
  EXPECT_THROW((void)static_states(e, false), InputError);
}

}  // namespace
}  // namespace limes::rate::theory

// Fluctuating branches of flows and of maps with leak against the check values of note rate-networks, section 10.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "limes/rate/theory/flow_fluctuations.hpp"
#include "limes/rate/theory/map_fluctuations.hpp"
#include "limes/transfer/moments.hpp"
#include "rate/branch_helpers.hpp"

namespace limes::rate::theory {
namespace {

EnsembleFamily family(const std::function<void(Ensemble&, double)>& change) {
  return [change](double value) {
    Ensemble ensemble;
    ensemble.transfer = {transfer::Kind::kTanh, 1.0};
    change(ensemble, value);
    return one_population(ensemble, 0.0, 1.0);
  };
}

TEST(FlowBranches, NoiseTransitionOfSompolinskyCrisantiSommers) {
  for (const auto& [intensity, expected] : {std::pair{0.125, 1.4755680338}, {1.0, 2.3549844908}}) {
    const auto branches = lag_branches(family([d = intensity](Ensemble& e, double deviation) {
                                         e.coupling_deviation = deviation;
                                         e.noise_intensity = d;
                                       }),
                                       {.lower = 1.2, .upper = 2.6, .continuous_time = true}, {});
    ASSERT_EQ(branches.size(), 1U);
    const auto chaos = points_of(branches, SpecialType::kChaos);
    ASSERT_EQ(chaos.size(), 1U);
    EXPECT_NEAR(chaos[0]->parameter, expected, 2e-10);    // ten digits in the note
    EXPECT_NEAR(chaos[0]->lyapunov_exponent, 0.0, 1e-6);  // by the exponent's own equation, whose error is below 1e-6
  }
}

TEST(FlowBranches, ThreeStatesOfTheClippedTangentOnOneFoldedBranch) {
  const auto clipped = family([](Ensemble& e, double gain) {
    e.transfer = {transfer::Kind::kClippedTan, gain};
    e.noise_intensity = 0.005;
  });
  const auto branches = lag_branches(clipped, {.lower = 0.9, .upper = 0.97, .continuous_time = true}, {});
  ASSERT_EQ(branches.size(), 1U);
  const auto folds = points_of(branches, SpecialType::kFold);
  ASSERT_EQ(folds.size(), 2U);
  const double lower = std::min(folds[0]->parameter, folds[1]->parameter);
  const double upper = std::max(folds[0]->parameter, folds[1]->parameter);
  EXPECT_EQ(points_of(branches, SpecialType::kChaos).size(), 1U);
  // The search for single states sees three of them between the folds and one beyond, right up to the folds.
  const auto count_at = [&](double gain) {
    Ensemble ensemble;
    ensemble.transfer = {transfer::Kind::kClippedTan, gain};
    ensemble.noise_intensity = 0.005;
    return flow_fluctuations(ensemble).size();
  };
  EXPECT_EQ(count_at(0.95), 3U);
  EXPECT_EQ(count_at(lower - 1e-4), 1U);
  EXPECT_EQ(count_at(upper + 1e-4), 1U);
}

TEST(MapBranches, ChaosWithLeakBeginsOnTheStaticBranchAndReachesTheKnownState) {
  // Note 10: gamma = .5, g = 1, J = .8: D(0) = .95044603, lambda = .02917088; the onset is J g = 1 - gamma.
  const auto leaky = family([](Ensemble& e, double deviation) {
    e.leak = 0.5;
    e.coupling_deviation = deviation;
  });
  const BranchOptions options{.lower = 0.4, .upper = 0.8};
  const auto branches = lag_branches(leaky, options, static_branches(leaky, options));
  ASSERT_EQ(branches.size(), 1U);
  const auto chaos = points_of(branches, SpecialType::kChaos);
  ASSERT_EQ(chaos.size(), 1U);
  EXPECT_NEAR(chaos[0]->parameter, 0.5, 1e-10);
  const BranchState& end = end_at(branches[0], 0.8);
  ASSERT_EQ(end.parameter, 0.8);
  EXPECT_NEAR(end.variance[0], 0.95044603, 5e-9);
  EXPECT_NEAR(end.lyapunov_exponent, 0.02917088, 5e-9);
}

TEST(MapBranches, NoiseWithLeakAgreesWithSingleStates) {
  const auto leaky = family([](Ensemble& e, double gain) {
    e.leak = 0.5;
    e.transfer.gain = gain;
    e.noise_deviation = 0.3;
  });
  const auto branches = lag_branches(leaky, {.lower = 0.5, .upper = 0.9}, {});
  ASSERT_EQ(branches.size(), 1U);
  const auto chaos = points_of(branches, SpecialType::kChaos);
  ASSERT_EQ(chaos.size(), 1U);
  Ensemble at;
  at.transfer = {transfer::Kind::kTanh, chaos[0]->parameter};
  at.leak = 0.5;
  at.noise_deviation = 0.3;
  const auto states = map_fluctuations(at);
  ASSERT_EQ(states.size(), 1U);
  EXPECT_NEAR(states[0].lyapunov_exponent, 0.0, 1e-9);
  EXPECT_NEAR(states[0].variance, chaos[0]->variance[0], 1e-9);
}

/// States with a small fluctuating share, the onset itself left out.
std::vector<const BranchState*> close_to_onset(const StateBranch& branch, double largest_share) {
  std::vector<const BranchState*> states;
  for (const BranchState& state : branch.states) {
    const double share = (state.variance[0] - state.frozen[0]) / state.variance[0];
    if (share > 0.0 && share < largest_share) states.push_back(&state);
  }
  return states;
}

TEST(FlowBranches, FollowChaosDownToItsOnset) {
  const auto disordered = [](Ensemble& e, double deviation) {
    e.coupling_deviation = deviation;
    e.threshold_deviation = 0.5;
  };
  const BranchOptions options{.lower = 1.5, .upper = 1.7, .continuous_time = true};
  const auto branches = lag_branches(family(disordered), options, static_branches(family(disordered), options));
  ASSERT_EQ(branches.size(), 1U);
  const auto chaos = points_of(branches, SpecialType::kChaos);
  ASSERT_EQ(chaos.size(), 1U);
  const auto close = close_to_onset(branches[0], 0.01);
  ASSERT_GE(close.size(), 3U);
  for (const BranchState* state : close) {
    // v - q grows in proportion to the distance; the next order is of the size of the distance itself.
    const double distance = state->parameter - chaos[0]->parameter;
    EXPECT_GT(distance, 0.0);
    EXPECT_NEAR((state->variance[0] - state->frozen[0]) / distance,
                (close.back()->variance[0] - close.back()->frozen[0]) / (close.back()->parameter - chaos[0]->parameter),
                0.05);
    // A covariance D = q + a sech^2: 1 - J^2 C' has the depth of three halves, E_0 = -5/4 eps^2, lambda = 5/8 eps^2
    // with eps^2 = 1 - J^2 C'(q) and C' = C'(v) at a -> 0; lambda/(v - q) is then one number for all of them.
    EXPECT_NEAR(state->lyapunov_exponent / (state->variance[0] - state->frozen[0]),
                close.back()->lyapunov_exponent / (close.back()->variance[0] - close.back()->frozen[0]), 0.005);
    EXPECT_TRUE(state->stable);
  }
  // The search for single states finds the same one.
  Ensemble single;
  single.transfer = {transfer::Kind::kTanh, 1.0};
  disordered(single, close.back()->parameter);
  const auto states = flow_fluctuations(single);
  ASSERT_EQ(states.size(), 1U);
  EXPECT_NEAR(states[0].variance, close.back()->variance[0], 1e-7);  // v moves by 1e-7 with rounding in q there
  EXPECT_NEAR(states[0].lyapunov_exponent, close.back()->lyapunov_exponent, 1e-7);
}

TEST(MapBranches, FollowChaosDownToItsOnset) {
  const auto disordered = [](Ensemble& e, double deviation) {
    e.leak = 0.5;
    e.coupling_deviation = deviation;
    e.threshold_deviation = 0.1;
  };
  const BranchOptions options{.lower = 0.63, .upper = 0.7};
  const auto branches = lag_branches(family(disordered), options, static_branches(family(disordered), options));
  ASSERT_EQ(branches.size(), 1U);
  const auto chaos = points_of(branches, SpecialType::kChaos);
  ASSERT_EQ(chaos.size(), 1U);
  const auto close = close_to_onset(branches[0], 0.02);
  ASSERT_GE(close.size(), 3U);
  for (const BranchState* state : close) {
    EXPECT_GT(state->parameter, chaos[0]->parameter);
    EXPECT_NEAR(state->lyapunov_exponent / (state->variance[0] - state->frozen[0]),
                close.back()->lyapunov_exponent / (close.back()->variance[0] - close.back()->frozen[0]), 0.005);
  }
}

TEST(MapBranches, FlipsWhereTheMeanMultipliesByMinusOne) {
  // An odd transfer and no bias: perturbations of the mean are delta mu -> (gamma + Jbar E f') delta mu, whatever the
  // lag function, and v does not know Jbar.
  const auto inhibited = family([](Ensemble& e, double mean) {
    e.leak = 0.3;
    e.coupling_mean = mean;
    e.coupling_deviation = 1.2;
    e.noise_deviation = 0.3;
  });
  const auto branches = lag_branches(inhibited, {.lower = -3.0, .upper = -1.5}, {});
  ASSERT_EQ(branches.size(), 1U);
  ASSERT_EQ(branches[0].special_points.size(), 1U);
  const auto flips = points_of(branches, SpecialType::kFlip);
  ASSERT_EQ(flips.size(), 1U);
  EXPECT_EQ(branches[0].special_points[0].eigenvalue, std::complex<double>(-1.0));
  const double slope = transfer::moments({transfer::Kind::kTanh, 1.0}, 0.0, flips[0]->variance[0]).df;
  EXPECT_NEAR(flips[0]->parameter, -1.3 / slope, 1e-9);
  EXPECT_FALSE(end_at(branches[0], -3.0).stable);
  EXPECT_TRUE(end_at(branches[0], -1.5).stable);
}

void expect_same_bits(const std::vector<StateBranch>& a, const std::vector<StateBranch>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a[i].states.size(), b[i].states.size());
    ASSERT_EQ(a[i].special_points.size(), b[i].special_points.size());
    for (std::size_t k = 0; k < a[i].states.size(); ++k) {
      const BranchState &x = a[i].states[k], &y = b[i].states[k];
      ASSERT_EQ(x.parameter, y.parameter) << k;
      EXPECT_EQ(x.variance, y.variance) << k;
      EXPECT_EQ(x.frozen, y.frozen) << k;
      EXPECT_EQ(x.lyapunov_exponent, y.lyapunov_exponent) << k;
      EXPECT_EQ(x.residual, y.residual) << k;
    }
  }
}

TEST(MapBranches, GoOnWhereTheyWereWithTheSameBits) {
  // Newton's method starts from what was solved before: the journal has to bring that back too.
  const auto noisy = family([](Ensemble& e, double gain) {
    e.leak = 0.5;
    e.transfer.gain = gain;
    e.noise_deviation = 0.3;
  });
  BranchOptions options{.lower = 0.78, .upper = 0.86};
  const auto plain = lag_branches(noisy, options, {});
  std::vector<std::string> records;
  Journal whole("", [&](const std::string& bytes) { records.push_back(bytes); });
  options.journal = &whole;
  expect_same_bits(lag_branches(noisy, options, {}), plain);
  ASSERT_GT(records.size(), 50U);
  for (const std::size_t kept : {std::size_t{5}, records.size() / 2, records.size() / 2 + 1, records.size() - 3}) {
    std::string known;
    for (std::size_t i = 0; i < kept; ++i) known += records[i];
    std::size_t computed = 0;
    Journal resumed(known, [&](const std::string&) { ++computed; });
    options.journal = &resumed;
    expect_same_bits(lag_branches(noisy, options, {}), plain);
    EXPECT_EQ(computed, records.size() - kept);
  }
}

TEST(LagBranches, LeaveSeveralPopulationsAlone) {
  PopulationEnsemble two = uncoupled(2);
  EXPECT_FALSE(has_lag_branches(two));
  EXPECT_TRUE(lag_branches([&](double) { return two; }, {.continuous_time = true}, {}).empty());
}

}  // namespace
}  // namespace limes::rate::theory

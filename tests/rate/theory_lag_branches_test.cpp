// Fluctuating branches of flows and of maps with leak against the check values of note rate-networks, section 10.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "limes/rate/theory/continuation/branches.hpp"
#include "limes/rate/theory/flow_fluctuations.hpp"
#include "limes/rate/theory/map_fluctuations.hpp"

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

std::vector<const BranchState*> points_of(const std::vector<StateBranch>& branches, SpecialType type) {
  std::vector<const BranchState*> points;
  for (const StateBranch& branch : branches) {
    for (const BranchSpecialPoint& special : branch.special_points) {
      if (special.type == type) points.push_back(&branch.states[special.index]);
    }
  }
  return points;
}

const BranchState& end_at(const StateBranch& branch, double parameter) {
  return branch.states.front().parameter == parameter ? branch.states.front() : branch.states.back();
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

TEST(LagBranches, LeaveSeveralPopulationsAlone) {
  PopulationEnsemble two = uncoupled(2);
  EXPECT_FALSE(has_lag_branches(two));
  EXPECT_TRUE(lag_branches([&](double) { return two; }, {.continuous_time = true}, {}).empty());
}

}  // namespace
}  // namespace limes::rate::theory

// Fluctuating branches of several populations in continuous time and with leak.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "limes/rate/theory/populations/flow_fluctuations.hpp"
#include "limes/rate/theory/populations/map_fluctuations.hpp"
#include "rate/branch_helpers.hpp"

namespace limes::rate::theory {
namespace {

PopulationEnsemble tanh_populations(std::size_t count) {
  PopulationEnsemble ensemble = uncoupled(count);
  for (Population& population : ensemble.populations) population.transfer = {transfer::Kind::kTanh, 1.0};
  return ensemble;
}

TEST(PopulationFlowBranches, TwoHalvesOfOnePopulationHaveItsNoiseTransition) {
  // Note 6.3: lambda = 0 at g = 1.4755680338 for D = .125, here split into populations that receive alike.
  const EnsembleFamily halves = [](double deviation) {
    PopulationEnsemble ensemble = tanh_populations(2);
    ensemble.second_moment << 0.4, 0.6, 0.4, 0.6;
    ensemble.second_moment *= deviation * deviation;
    for (Population& population : ensemble.populations) population.noise_intensity = 0.125;
    return std::optional(ensemble);
  };
  const auto branches = population_lag_branches(halves, {.lower = 1.46, .upper = 1.49, .continuous_time = true});
  ASSERT_EQ(branches.size(), 1U);
  EXPECT_FALSE(branches[0].lost);
  const auto chaos = points_of(branches, SpecialType::kChaos);
  ASSERT_EQ(chaos.size(), 1U);
  // Numerov's formula with h = .1: an error of some 1e-9 here.
  EXPECT_NEAR(chaos[0]->parameter, 1.4755680338, 2e-8);
  EXPECT_NEAR(chaos[0]->lyapunov_exponent, 0.0, 1e-9);
  EXPECT_TRUE(
      std::all_of(branches[0].states.begin(), branches[0].states.end(), [](const auto& s) { return s.stable; }));
}

TEST(PopulationMapBranches, UnlikeLeaksAndNoiseAgreeWithSingleStates) {
  const auto at = [](double gain) {
    PopulationEnsemble ensemble = tanh_populations(2);
    ensemble.second_moment << 0.4, 0.6, 0.4, 0.6;
    ensemble.populations[0].leak = 0.5;
    ensemble.populations[1].leak = 0.3;
    for (Population& population : ensemble.populations) {
      population.transfer.gain = gain;
      population.noise_deviation = 0.3;
    }
    return ensemble;
  };
  const auto branches =
      population_lag_branches([&](double gain) { return std::optional(at(gain)); }, {.lower = 0.7, .upper = 0.9});
  ASSERT_EQ(branches.size(), 1U);
  const auto chaos = points_of(branches, SpecialType::kChaos);
  ASSERT_EQ(chaos.size(), 1U);
  for (const BranchState* state : {chaos[0], &end_at(branches[0], 0.9)}) {
    const auto single = map_fluctuations(at(state->parameter));
    ASSERT_EQ(single.size(), 1U);
    // Both solve the same equations to rounding.
    EXPECT_NEAR(single[0].lyapunov_exponent, state->lyapunov_exponent, 1e-9);
    for (const std::size_t a : {0, 1}) EXPECT_NEAR(single[0].variance[a], state->variance[a], 1e-9);
    EXPECT_EQ(single[0].stable, state->stable);
  }
}

TEST(PopulationMapBranches, GoOnWhereTheyWereWithTheSameBits) {
  const EnsembleFamily leaky = [](double gain) {
    PopulationEnsemble ensemble = tanh_populations(2);
    ensemble.second_moment << 0.4, 0.6, 0.5, 0.5;
    ensemble.populations[0].leak = 0.4;
    for (Population& population : ensemble.populations) {
      population.transfer.gain = gain;
      population.noise_deviation = 0.4;
    }
    return std::optional(ensemble);
  };
  BranchOptions options{.lower = 0.8, .upper = 0.84};
  std::vector<std::string> records;
  Journal whole("", [&](const std::string& bytes) { records.push_back(bytes); });
  options.journal = &whole;
  const auto first = population_lag_branches(leaky, options);
  ASSERT_EQ(first.size(), 1U);
  for (const std::size_t kept : {records.size() / 2, records.size() / 2 + 1}) {
    std::string known;
    for (std::size_t i = 0; i < kept; ++i) known += records[i];
    std::size_t computed = 0;
    Journal resumed(known, [&](const std::string&) { ++computed; });
    options.journal = &resumed;
    const auto second = population_lag_branches(leaky, options);
    EXPECT_EQ(computed, records.size() - kept);
    ASSERT_EQ(second.size(), 1U);
    ASSERT_EQ(second[0].states.size(), first[0].states.size());
    for (std::size_t k = 0; k < first[0].states.size(); ++k) {
      EXPECT_EQ(second[0].states[k].parameter, first[0].states[k].parameter);
      EXPECT_EQ(second[0].states[k].variance, first[0].states[k].variance);
      EXPECT_EQ(second[0].states[k].lyapunov_exponent, first[0].states[k].lyapunov_exponent);
    }
  }
}

}  // namespace
}  // namespace limes::rate::theory

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "limes/base/errors.hpp"
#include "limes/rate/renormalized/renormalized_system.hpp"

namespace limes::rate::renormalized {
namespace {

using Given = std::map<std::string, system::Json>;

system::Parameters parameters_of(const Given& given, std::uint64_t seed = 1) {
  std::map<std::string, system::GivenValue> values;
  for (const auto& [key, value] : given) values[key] = {value, Place{.file = {}, .line = 0, .column = 0, .key = key}};
  return {renormalized_system().schema, values, seed};
}

system::TheoryOutcome theory_of(const Given& given) {
  return renormalized_system().prepare(parameters_of(given))->theory({});
}

const system::TheoryQuantity* find(const system::TheoryOutcome& outcome, const std::string& name,
                                   const std::string& branch) {
  for (const auto& quantity : outcome.quantities) {
    if (quantity.name == name && quantity.branch == branch) return &quantity;
  }
  return nullptr;
}

double value(const system::TheoryOutcome& outcome, const std::string& name, const std::string& branch) {
  const auto* quantity = find(outcome, name, branch);
  return quantity == nullptr ? std::nan("") : quantity->value.values.at(0);
}

bool warns(const std::vector<std::string>& warnings, const std::string& part) {
  return std::any_of(warnings.begin(), warnings.end(),
                     [&](const std::string& warning) { return warning.find(part) != std::string::npos; });
}

const Given kNoisy{{"network.size", 100},
                   {"network.transfer", "erf"},
                   {"coupling.mean", 0.9},
                   {"coupling.deviation", 0.5},
                   {"noise.intensity", 0.1}};

Given with(Given given, const Given& more) {
  for (const auto& [key, value] : more) given[key] = value;
  return given;
}

// noise.intensity = D with <xi xi'> = 2 D delta: half of the note's D = 0.2.
TEST(RenormalizedSystem, HasTheConventionsOfTheContract) {
  const auto outcome = theory_of(kNoisy);
  EXPECT_EQ(outcome.status, system::Status::kOk);
  EXPECT_NEAR(value(outcome, "variance", "mean_field"), .112714, 3e-4 * .112714);
  EXPECT_NEAR(value(outcome, "variance", "one_loop"), .118021, 3e-4 * .118021);
  EXPECT_NEAR(value(outcome, "variance", "one_loop_cross"), .118534, 3e-4 * .118534);
  EXPECT_NEAR(value(outcome, "population_variance", "one_loop"), 6.16104e-3, 3e-4 * 6.16104e-3);
  EXPECT_EQ(value(outcome, "population_variance", "mean_field"), 0.0);
  EXPECT_NEAR(value(outcome, "mean_gain", "one_loop_cross"), .918168, 1e-4);
  EXPECT_NEAR(value(outcome, "critical_mean_coupling", "mean_field"), 1.0 / .921728, 1e-4);
  for (const auto& quantity : outcome.quantities) EXPECT_LE(quantity.error.values.at(0), 1e-9) << quantity.name;
}

TEST(RenormalizedSystem, CurvesReachFarEnoughInSmallSteps) {
  const auto outcome = theory_of(kNoisy);
  for (const char* branch : {"mean_field", "one_loop", "one_loop_cross"}) {
    for (const char* name : {"autocovariance", "population_autocovariance", "cross_covariance"}) {
      const auto curve = std::find_if(outcome.curves.begin(), outcome.curves.end(), [&](const auto& candidate) {
        return candidate.name == name && candidate.branch == branch;
      });
      ASSERT_NE(curve, outcome.curves.end()) << name << " " << branch;
      const auto& lags = curve->axes.back().values;
      EXPECT_EQ(lags.front(), 0.0);
      EXPECT_NEAR(lags[1], 0.1, 1e-12);
      // Ten times the population's time constant, 5.8.
      EXPECT_GE(lags.back(), std::string(branch) == "mean_field" ? 20.0 : 57.0);
    }
  }
}

TEST(RenormalizedSystem, OrderChoosesTheBranches) {
  EXPECT_EQ(theory_of(with(kNoisy, {{"theory.order", "mean_field"}})).branches.size(), 1u);
  EXPECT_EQ(theory_of(with(kNoisy, {{"theory.order", "one_loop"}})).branches.size(), 2u);
  EXPECT_EQ(theory_of(kNoisy).branches.back().label, "one_loop_feedback");
}

TEST(RenormalizedSystem, AnArrayOfOneSizeGivesArrays) {
  const auto outcome = theory_of(with(kNoisy, {{"network.size", {100}}, {"coupling.mean", {{0.9}}}}));
  EXPECT_EQ(find(outcome, "variance", "one_loop")->value.shape, std::vector<std::size_t>{1});
  EXPECT_EQ(outcome.curves.front().axes.front().name, "population");
  EXPECT_EQ(outcome.curves.front().values.shape.size(), 2u);
}

TEST(RenormalizedSystem, NothingHereIsAResult) {
  for (const double g : {0.0, 0.7, 1.0}) {
    const auto outcome = theory_of({{"network.size", 50}, {"coupling.deviation", g}, {"coupling.mean", 0.9}});
    EXPECT_EQ(outcome.status, system::Status::kOk);
    EXPECT_EQ(value(outcome, "variance", "one_loop_cross"), 0.0);
    EXPECT_EQ(value(outcome, "critical_mean_coupling", "mean_field"), 1.0);
    EXPECT_TRUE(warns(outcome.warnings, "quiescent: the only attractor is x = 0"));
  }
}

TEST(RenormalizedSystem, ACriticalLoopIsNotConvergedWhileMeanFieldHolds) {
  const auto outcome = theory_of(with(kNoisy, {{"coupling.mean", 1.08}}));
  EXPECT_EQ(outcome.status, system::Status::kNotConverged);
  EXPECT_NEAR(value(outcome, "variance", "mean_field"), .1127087, 1e-6);
  EXPECT_EQ(find(outcome, "variance", "one_loop"), nullptr);
  EXPECT_TRUE(warns(outcome.warnings, "critical"));
  EXPECT_EQ(theory_of(with(kNoisy, {{"coupling.mean", 1.08}, {"theory.order", "mean_field"}})).status,
            system::Status::kOk);
}

// The loops push the transition up: they can hold where the state of mean field is unstable.
TEST(RenormalizedSystem, LoopsHoldBeyondTheTransitionOfMeanField) {
  const auto outcome = theory_of(with(kNoisy, {{"network.size", 300}, {"coupling.mean", 1.087}}));
  EXPECT_EQ(outcome.status, system::Status::kOk);
  EXPECT_GT(value(outcome, "loop_gain", "mean_field"), 1.0);
  EXPECT_LT(value(outcome, "loop_gain", "one_loop"), 0.98);
  EXPECT_FALSE(find(outcome, "variance", "mean_field")->valid);
}

TEST(RenormalizedSystem, MagnetisedStatesAreMeanFieldOnly) {
  const Given silent{{"network.transfer", "erf"}, {"coupling.mean", 1.3}, {"coupling.deviation", 0.8}};
  EXPECT_EQ(theory_of(silent).status, system::Status::kNotConverged);
  const auto outcome = theory_of(with(silent, {{"theory.order", "mean_field"}}));
  EXPECT_EQ(outcome.status, system::Status::kOk);
  EXPECT_NEAR(value(outcome, "mean", "magnetised-0"), .7067, 6e-5);
  EXPECT_NEAR(value(outcome, "variance", "magnetised-0"), .2637, 6e-5);
  EXPECT_FALSE(outcome.branches.front().stable.value());  // x = 0
  // With noise the magnetised state fluctuates; mean field only, too.
  const auto noisy = theory_of(with(silent, {{"theory.order", "mean_field"}, {"noise.intensity", 0.05}}));
  EXPECT_EQ(noisy.status, system::Status::kOk);
  EXPECT_GT(value(noisy, "mean", "magnetised-0"), 0.3);
}

TEST(RenormalizedSystem, ALinearNetworkThatGrowsHasNoState) {
  const Given linear{{"network.transfer", "linear"}, {"coupling.deviation", 1.1}, {"noise.intensity", 0.1}};
  EXPECT_EQ(theory_of(linear).status, system::Status::kNotConverged);
  const auto population = theory_of(
      {{"network.transfer", "linear"}, {"coupling.deviation", 0.0}, {"coupling.mean", 1.0}, {"noise.intensity", 0.1}});
  EXPECT_EQ(population.status, system::Status::kNotConverged);
}

TEST(RenormalizedSystem, RefusesWhatItDoesNotKnow) {
  const auto refuses = [](const Given& given, const std::string& key) {
    try {
      (void)renormalized_system().prepare(parameters_of(given));
      ADD_FAILURE() << key << " was accepted";
    } catch (const InputError& error) {
      EXPECT_EQ(error.place().key, key) << error.what();
    }
  };
  refuses({{"network.size", 1}}, "network.size");
  refuses({{"network.size", {100, 100}}}, "network.size");
  refuses({{"network.transfer", "relu"}}, "network.transfer");
  refuses({{"network.transfer", "logistic"}}, "network.transfer");
  refuses({{"network.transfer", "expression"}, {"network.expression", "x + 0.1"}}, "network.expression");
  refuses({{"noise.intensity", -0.1}}, "noise.intensity");
  refuses({{"noise.intensity", 0.1}, {"simulation.integrator", "rk4"}}, "simulation.integrator");
  refuses({{"coupling.kind", "bernoulli"}}, "coupling.kind");
  refuses({{"coupling.values", {{0.1, 0.2}, {0.3, 0.1}}}, {"network.size", 5}}, "network.size");
  refuses({{"coupling.values", {{0.1, 0.2}, {0.3, 0.1}}}, {"coupling.mean", 0.5}}, "coupling.mean");
  refuses({{"network.size", 1000000}, {"simulation.trajectories", 64}}, "simulation.trajectories");
}

TEST(RenormalizedSystem, ResolvedParametersAreComplete) {
  const auto system = renormalized_system();
  const auto parameters = parameters_of(kNoisy);
  const auto complete = system.prepare(parameters)->explicit_parameters(parameters);
  EXPECT_EQ(complete.text("simulation.integrator"), "exponential");
  EXPECT_EQ(complete.real("simulation.step"), 0.05);
  EXPECT_EQ(complete.integer("simulation.realisations"), 10);
  const auto half = system.half_size(complete);
  ASSERT_TRUE(half);
  EXPECT_EQ(half->integer("network.size"), 50);
  EXPECT_EQ(half->integer("simulation.realisations"), 40);
  EXPECT_FALSE(system.half_size(parameters_of({{"network.size", 20}})));
  EXPECT_FALSE(system.half_size(parameters_of({{"coupling.generator", "portable"}})));
}

}  // namespace
}  // namespace limes::rate::renormalized

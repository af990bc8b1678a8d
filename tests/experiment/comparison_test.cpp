#include "limes/experiment/comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "limes/math/random.hpp"
#include "limes/stats/student_t.hpp"

namespace limes::experiment {
namespace {

using system::Branch;
using system::Realisation;
using system::SimulationOutcome;
using system::Tensor;
using system::TheoryOutcome;
using testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

system::System mean_system() {
  system::System system;
  system.schema.quantities = {{"mean", "1", "m", ""}, {"variance", "1", "v", ""}};
  system.branch_coordinates = {"mean", "variance"};
  return system;
}

TheoryOutcome one_branch(double mean, double error = 0.0, bool approximate = false) {
  TheoryOutcome theory;
  theory.branches = {Branch{"static-0", true, "", "", true}};
  theory.quantities = {{"mean", "static-0", mean, error, true, "", approximate}};
  return theory;
}

SimulationOutcome runs(const std::string& name, const std::vector<Tensor>& values) {
  SimulationOutcome simulation;
  simulation.planned = static_cast<int>(values.size());
  for (std::size_t r = 0; r < values.size(); ++r) {
    Realisation realisation;
    realisation.index = static_cast<int>(r);
    realisation.quantities = {{name, values[r], {}}};
    simulation.realisations.push_back(realisation);
  }
  return simulation;
}

TEST(Compare, JudgesAScalarByStudentsT) {
  const auto theory = one_branch(1.0);
  const auto simulation = runs("mean", {1.1, 1.2, 0.9, 1.0});
  const Comparison comparison = compare(mean_system(), &theory, &simulation);
  ASSERT_EQ(comparison.quantities.size(), 1U);
  const ComparedQuantity& entry = comparison.quantities[0];
  // Mean 1.05, standard deviation 0.129099, standard error 0.0645497.
  EXPECT_NEAR(entry.simulation->value.scalar(), 1.05, 1e-15);
  EXPECT_NEAR(entry.simulation->standard_error->scalar(), 0.06454972243679028, 1e-15);
  EXPECT_EQ(entry.simulation->samples, 4U);
  EXPECT_EQ(entry.simulation->error_kind, "realisations");
  EXPECT_NEAR(entry.z->scalar(), 0.05 / 0.06454972243679028, 1e-12);
  EXPECT_NEAR(*entry.p_value, stats::student_t_two_sided_p(entry.z->scalar(), 3.0), 1e-14);
  EXPECT_EQ(entry.verdict, Verdict::kAgree);
  EXPECT_FALSE(needs_second_size(comparison));
}

TEST(Compare, AddsTheTheorysErrorAsNoise) {
  const auto theory = one_branch(1.0, 0.3);
  const auto simulation = runs("mean", {1.1, 1.2, 0.9, 1.0});
  const auto entry = compare(mean_system(), &theory, &simulation).quantities[0];
  EXPECT_NEAR(entry.z->scalar(), 0.05 / std::hypot(0.06454972243679028, 0.3), 1e-12);
}

TEST(Compare, AsksForASecondSizeAndJudgesByIt) {
  const auto theory = one_branch(0.0);
  const auto simulation = runs("mean", {0.99, 1.0, 1.01, 1.0});
  const Comparison first = compare(mean_system(), &theory, &simulation);
  EXPECT_EQ(first.quantities[0].verdict, Verdict::kDisagree);
  ASSERT_TRUE(needs_second_size(first));
  ComparisonOptions options;
  options.size = 1000.0;
  const auto shrinking = runs("mean", {1.98, 2.0, 2.02, 2.0});
  const Comparison finite = compare(mean_system(), &theory, &simulation, options, &shrinking);
  EXPECT_EQ(finite.quantities[0].verdict, Verdict::kFiniteSize);
  EXPECT_FALSE(needs_second_size(finite));
  ASSERT_TRUE(finite.quantities[0].finite_size);
  EXPECT_EQ(finite.quantities[0].finite_size->sizes, (std::vector<double>{500.0, 1000.0}));
  EXPECT_NEAR(*finite.quantities[0].finite_size->exponent, 1.0, 1e-12);
  EXPECT_THAT(finite.quantities[0].note, HasSubstr("N^-1"));
  const auto constant = runs("mean", {1.02, 1.0, 1.03, 0.99});
  const Comparison wrong = compare(mean_system(), &theory, &simulation, options, &constant);
  EXPECT_EQ(wrong.quantities[0].verdict, Verdict::kDisagree);
  EXPECT_TRUE(wrong.quantities[0].finite_size.has_value());
  // A second size that is the larger one (replicas, doubled): the same law, seen from the other end.
  options.second_size_ratio = 2.0;
  const Comparison doubled = compare(mean_system(), &theory, &shrinking, options, &simulation);
  EXPECT_EQ(doubled.quantities[0].verdict, Verdict::kFiniteSize);
  EXPECT_EQ(doubled.quantities[0].finite_size->sizes, (std::vector<double>{1000.0, 2000.0}));
}

TEST(Compare, HasNoErrorAndNoVerdictFromOneRealisation) {
  const auto theory = one_branch(1.0);
  auto simulation = runs("mean", {1.1});
  // Time batches do not see how one network differs from another.
  simulation.realisations[0].quantities[0].standard_error = Tensor(0.01);
  const auto entry = compare(mean_system(), &theory, &simulation).quantities[0];
  EXPECT_FALSE(entry.simulation->standard_error.has_value());
  EXPECT_FALSE(entry.z.has_value());
  EXPECT_EQ(entry.verdict, Verdict::kNotApplicable);
  EXPECT_THAT(entry.note, HasSubstr("one realisation"));
}

TEST(Compare, LeavesOutWhatASideDoesNotHave) {
  auto theory = one_branch(1.0);
  theory.quantities[0].name = "variance";
  const auto simulation = runs("mean", {1.0, 1.1});
  const Comparison comparison = compare(mean_system(), &theory, &simulation);
  ASSERT_EQ(comparison.quantities.size(), 2U);
  EXPECT_EQ(comparison.quantities[0].name, "mean");
  EXPECT_EQ(comparison.quantities[0].branch, "static-0");
  EXPECT_FALSE(comparison.quantities[0].theory.has_value());
  EXPECT_FALSE(comparison.quantities[0].verdict.has_value());
  EXPECT_FALSE(comparison.quantities[1].simulation.has_value());
  EXPECT_FALSE(comparison.quantities[1].z.has_value());
  const Comparison theory_only = compare(mean_system(), &theory, nullptr);
  ASSERT_EQ(theory_only.quantities.size(), 1U);
  EXPECT_FALSE(theory_only.quantities[0].simulation.has_value());
  const Comparison simulation_only = compare(mean_system(), nullptr, &simulation);
  ASSERT_EQ(simulation_only.quantities.size(), 1U);
  EXPECT_EQ(simulation_only.quantities[0].branch, "");
}

TEST(Compare, SaysWhyATheoryDoesNotHold) {
  auto theory = one_branch(1.0);
  theory.quantities[0].valid = false;
  theory.quantities[0].reason = "the state is not stable";
  const auto simulation = runs("mean", {5.0, 5.1});
  const auto entry = compare(mean_system(), &theory, &simulation).quantities[0];
  EXPECT_EQ(entry.verdict, Verdict::kNotApplicable);
  EXPECT_EQ(entry.note, "the state is not stable");
}

TheoryOutcome bistable() {
  TheoryOutcome theory;
  theory.branches = {Branch{"static-0", true, "", "", true}, Branch{"static-1", false, "", "", true},
                     Branch{"static-2", true, "", "", true}, Branch{"fluctuating-0", true, "", "", false}};
  theory.quantities = {{"mean", "static-0", -1.0, 0.0, true, "", false},
                       {"mean", "static-1", 0.9, 0.0, true, "", false},
                       {"mean", "static-2", 1.2, 0.0, true, "", false},
                       {"mean", "fluctuating-0", 1.0, 0.0, true, "", false}};
  return theory;
}

TEST(Compare, AssignsRealisationsToTheNearestStableRealisableBranch) {
  const auto theory = bistable();
  // All near 0.95: the unstable and the unrealisable branch are nearer, but no realisation can stay there.
  const auto simulation = runs("mean", {0.95, -1.05, 0.96, 0.94, -0.98});
  const Comparison comparison = compare(mean_system(), &theory, &simulation);
  ASSERT_EQ(comparison.quantities.size(), 4U);
  EXPECT_EQ(comparison.quantities[0].branch, "static-2");  // most realisations first
  EXPECT_EQ(comparison.quantities[0].simulation->samples, 3U);
  EXPECT_NEAR(comparison.quantities[0].simulation->value.scalar(), 0.95, 1e-15);
  EXPECT_EQ(comparison.quantities[1].branch, "static-0");
  EXPECT_EQ(comparison.quantities[1].simulation->samples, 2U);
  EXPECT_EQ(comparison.quantities[2].branch, "static-1");
  EXPECT_EQ(comparison.quantities[2].stable, false);
  EXPECT_FALSE(comparison.quantities[2].simulation.has_value());
  EXPECT_FALSE(comparison.quantities[3].simulation.has_value());
  ASSERT_EQ(comparison.branches.size(), 3U);
  EXPECT_EQ(comparison.branches[0].realisations, 2U);
  EXPECT_DOUBLE_EQ(comparison.branches[0].fraction, 0.4);
  EXPECT_EQ(comparison.branches[1].realisations, 0U);
  EXPECT_EQ(comparison.branches[2].realisations, 3U);
}

TEST(Compare, AssignsToTheNearestOfAllWhereNoBranchIsStable) {
  auto theory = bistable();
  for (Branch& branch : theory.branches) branch.stable = false;
  const auto simulation = runs("mean", {0.95, 0.96, 0.94});
  EXPECT_EQ(compare(mean_system(), &theory, &simulation).quantities[0].branch, "static-1");
}

TEST(Compare, GivesEveryFamilyTheSimulation) {
  TheoryOutcome theory;
  theory.branches = {Branch{"mean_field", std::nullopt, "mean_field", "", true},
                     Branch{"one_loop", std::nullopt, "one_loop", "", true}};
  theory.quantities = {{"mean", "mean_field", 1.0, 0.0, true, "", false},
                       {"mean", "one_loop", 2.0, 0.0, true, "", false}};
  const auto simulation = runs("mean", {1.0, 1.01, 0.99, 1.02, 0.98});
  const Comparison comparison = compare(mean_system(), &theory, &simulation);
  ASSERT_EQ(comparison.quantities.size(), 2U);
  EXPECT_EQ(comparison.quantities[0].verdict, Verdict::kAgree);
  EXPECT_EQ(comparison.quantities[1].verdict, Verdict::kDisagree);
}

TEST(Compare, DropsWhatIsNotFiniteAndSaysSo) {
  auto theory = one_branch(1.0);
  theory.quantities.push_back({"variance", "static-0", kNan, 0.0, true, "", false});
  auto simulation = runs("mean", {1.0, kNan, 1.1, 0.9, 7.0});
  simulation.realisations[4].diverged = true;
  const Comparison comparison = compare(mean_system(), &theory, &simulation);
  ASSERT_EQ(comparison.quantities.size(), 1U);
  EXPECT_EQ(comparison.quantities[0].simulation->samples, 3U);
  EXPECT_NEAR(comparison.quantities[0].simulation->value.scalar(), 1.0, 1e-15);
  EXPECT_THAT(comparison.warnings,
              testing::UnorderedElementsAre(HasSubstr("1 of 5 realisations diverged"), HasSubstr("mean: realisation 1"),
                                            HasSubstr("variance: the theory's value")));
}

TEST(Compare, JudgesComponentsTogether) {
  auto theory = one_branch(0.0);
  theory.quantities[0].value = Tensor(std::vector<double>{1.0, 2.0, 3.0});
  std::vector<Tensor> values;
  for (const double wiggle : {-0.1, 0.1, 0.05, -0.05, 0.0, 0.02}) {
    values.emplace_back(std::vector<double>{1.0 + wiggle, 2.0 - wiggle, 4.0 + wiggle});
  }
  const auto simulation = runs("mean", values);
  const auto entry = compare(mean_system(), &theory, &simulation).quantities[0];
  EXPECT_EQ(entry.verdict, Verdict::kDisagree);
  ASSERT_EQ(entry.z->values.size(), 3U);
  EXPECT_LT(std::abs(entry.z->values[0]), 1.0);
  EXPECT_NEAR(*entry.p_value, 3.0 * stats::student_t_two_sided_p(entry.z->values[2], 5.0), 1e-12);
}

TEST(Compare, TreatsAComplexNumberAsTwoComponents) {
  auto theory = one_branch(0.0);
  theory.quantities[0].value = Tensor(std::complex<double>(1.0, 2.0));
  std::vector<Tensor> values;
  for (const double wiggle : {-0.1, 0.1, 0.05, -0.05}) values.emplace_back(std::complex<double>(1.0 + wiggle, 2.0));
  const auto simulation = runs("mean", values);
  const auto entry = compare(mean_system(), &theory, &simulation).quantities[0];
  EXPECT_TRUE(entry.z->complex);
  EXPECT_EQ(entry.verdict, Verdict::kAgree);  // the imaginary part is the same in all and equals the theory
}

TEST(Compare, LeavesAOneDrawTheoryUnjudged) {
  const auto theory = one_branch(1.0);
  auto simulation = runs("mean", {2.0, 2.1, 1.9});
  simulation.one_matrix = true;
  const auto entry = compare(mean_system(), &theory, &simulation).quantities[0];
  EXPECT_EQ(entry.simulation->error_kind, "repeats");
  EXPECT_EQ(entry.verdict, Verdict::kNotApplicable);
  EXPECT_THAT(entry.note, HasSubstr("one draw of the disorder"));
}

// A simulation that detects states itself labels what it measures in each.
TEST(Compare, ComparesLabelledMeasurementsWithTheBranchOfThatName) {
  TheoryOutcome theory;
  theory.branches = {Branch{"state-0", true, "", "", true}, Branch{"state-1", false, "", "", true},
                     Branch{"state-2", true, "", "", true}};
  for (const auto& [label, mean] : {std::pair{"state-0", 1.0}, {"state-1", 2.0}, {"state-2", 3.0}}) {
    theory.quantities.push_back({"mean", label, mean, 0.0, true, "", false});
  }
  SimulationOutcome simulation;
  for (int r = 0; r < 4; ++r) {
    Realisation realisation;
    realisation.index = r;
    const double wiggle = 0.1 * (r % 2 == 0 ? 1.0 : -1.0);
    realisation.quantities = {{"mean", Tensor(3.0 + wiggle), {}, "state-2"},
                              {"mean", Tensor(5.0 + wiggle), {}, "state-0"},
                              {"mean", Tensor(7.0 + wiggle), {}, "all_states"},
                              {"variance", Tensor(1.0), {}, "state-2"}};
    simulation.realisations.push_back(realisation);
  }
  const Comparison comparison = compare(mean_system(), &theory, &simulation);
  const auto entry = [&](const std::string& name, const std::string& branch) {
    const ComparedQuantity* found = nullptr;
    for (const auto& quantity : comparison.quantities) {
      if (quantity.name == name && quantity.branch == branch) found = &quantity;
    }
    return found;
  };
  EXPECT_EQ(comparison.quantities.size(), 5U);  // mean of three states and of all, variance of one
  EXPECT_EQ(entry("mean", "state-2")->verdict, Verdict::kAgree);
  EXPECT_EQ(entry("mean", "state-2")->stable, true);
  EXPECT_EQ(entry("mean", "state-0")->verdict, Verdict::kDisagree);
  EXPECT_FALSE(entry("mean", "state-1")->simulation.has_value());
  EXPECT_NEAR(entry("mean", "all_states")->simulation->value.scalar(), 7.0, 1e-12);
  EXPECT_FALSE(entry("mean", "all_states")->theory.has_value());
  EXPECT_FALSE(entry("variance", "state-2")->theory.has_value());
  // Without a theory the labels stay.
  const Comparison alone = compare(mean_system(), nullptr, &simulation);
  EXPECT_EQ(alone.quantities.size(), 4U);
  EXPECT_EQ(alone.quantities[0].branch, "state-2");
}

TEST(Compare, TakesTimeBatchesWhereNothingIsDrawn) {
  const auto theory = one_branch(1.0);
  auto simulation = runs("mean", {1.01});
  simulation.realisations[0].quantities[0].standard_error = Tensor(0.01);
  EXPECT_EQ(compare(mean_system(), &theory, &simulation).quantities[0].verdict, Verdict::kNotApplicable);
  simulation.no_disorder = true;
  const auto entry = compare(mean_system(), &theory, &simulation).quantities[0];
  EXPECT_EQ(entry.simulation->error_kind, "time_batches");
  EXPECT_NEAR(entry.z->scalar(), 1.0, 1e-12);
  EXPECT_EQ(entry.verdict, Verdict::kAgree);
}

TEST(Compare, JudgesAnApproximationByItsOwnBound) {
  auto simulation = runs("mean", {1.2});
  simulation.one_matrix = true;
  simulation.realisations[0].quantities[0].standard_error = Tensor(0.01);
  const auto verdict_of = [&](double bound) {
    auto theory = one_branch(1.0, bound, true);
    theory.branches[0].family = "quenched";
    const auto entry = compare(mean_system(), &theory, &simulation).quantities[0];
    EXPECT_EQ(entry.simulation->error_kind, "time_batches");
    EXPECT_NEAR(entry.z->scalar(), 0.2 / std::hypot(0.01, bound), 1e-12);
    return entry.verdict;
  };
  EXPECT_EQ(verdict_of(0.19), Verdict::kAgree);    // beyond the bound by one standard error
  EXPECT_EQ(verdict_of(0.1), Verdict::kDisagree);  // by ten
  EXPECT_EQ(verdict_of(0.5), Verdict::kAgree);
}

TEST(Compare, PlacesAMatrixAmongSurrogates) {
  TheoryOutcome theory;
  theory.branches = {Branch{"iid_surrogate/static-0", true, "iid_surrogate", "", true}};
  theory.quantities = {{"mean", "iid_surrogate/static-0", 1.0, 1e-9, true, "", false}};
  auto simulation = runs("mean", {1.1, 1.1001});
  simulation.one_matrix = true;
  std::vector<Tensor> values;
  math::RandomStream stream(3, 0, math::Purpose::kUser, 0);
  for (int i = 0; i < 40; ++i) values.emplace_back(1.0 + 0.1 * stream.normal());
  const auto surrogates = runs("mean", values);
  const auto entry = compare(mean_system(), &theory, &simulation, {}, nullptr, &surrogates).quantities[0];
  EXPECT_EQ(entry.verdict, Verdict::kAgree);
  EXPECT_FALSE(entry.z.has_value());  // the theory's error of 1e-9 is no measure of how networks differ
  ASSERT_TRUE(entry.surrogate.has_value());
  EXPECT_GT(entry.surrogate->percentile, 60.0);  // one standard deviation above: 84 %, from 40 draws
  EXPECT_LT(entry.surrogate->percentile, 98.0);
  EXPECT_EQ(entry.surrogate->surrogates, 40U);
  auto far = runs("mean", {2.0, 2.0});
  far.one_matrix = true;
  const auto outlier = compare(mean_system(), &theory, &far, {}, nullptr, &surrogates).quantities[0];
  EXPECT_EQ(outlier.verdict, Verdict::kDisagree);
  EXPECT_EQ(outlier.surrogate->percentile, 100.0);
  EXPECT_FALSE(needs_second_size(compare(mean_system(), &theory, &far, {}, nullptr, &surrogates)));
  EXPECT_EQ(compare(mean_system(), &theory, &far).quantities[0].verdict, Verdict::kNotApplicable);
  theory.branches[0].family = "iid_surrogate/one_loop";  // a family within the surrogate
  EXPECT_TRUE(compare(mean_system(), &theory, &far, {}, nullptr, &surrogates).quantities[0].surrogate.has_value());
}

TEST(Compare, ComparesAnExactPropertyOfAMatrixDirectly) {
  TheoryOutcome theory;
  theory.branches = {Branch{"static-0", true, "", "", true}};
  theory.quantities = {{"mean", "", 3.0, 1e-12, true, "", false}};
  auto simulation = runs("mean", {3.0 + 1e-13, 3.0 + 1e-13});
  simulation.one_matrix = true;
  EXPECT_EQ(compare(mean_system(), &theory, &simulation).quantities[0].verdict, Verdict::kAgree);
  theory.quantities[0].value = 3.001;
  EXPECT_EQ(compare(mean_system(), &theory, &simulation).quantities[0].verdict, Verdict::kDisagree);
}

TEST(Compare, CountsSwitchesApart) {
  const auto theory = one_branch(1.0);
  auto simulation = runs("mean", {1.0, 1.1});
  simulation.realisations[0].quantities.push_back({kSwitchesMeasurement, 3.0, {}});
  simulation.realisations[1].quantities.push_back({kSwitchesMeasurement, 0.0, {}});
  const Comparison comparison = compare(mean_system(), &theory, &simulation);
  EXPECT_EQ(comparison.quantities.size(), 1U);
  EXPECT_DOUBLE_EQ(*comparison.switches, 1.5);
}

}  // namespace
}  // namespace limes::experiment

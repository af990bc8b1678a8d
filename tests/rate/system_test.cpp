// Both systems as the rest of limes sees them.

#include <gtest/gtest.h>

#include <set>

#include "limes/rate/rate_continuous_system.hpp"
#include "limes/rate/rate_discrete_system.hpp"

namespace limes::rate {
namespace {

using system::Json;
using system::Parameters;

Parameters parameters_of(const system::System& system, const std::map<std::string, Json>& values) {
  std::map<std::string, system::GivenValue> given;
  for (const auto& [key, value] : values) given[key] = {value, Place{"my.toml", 1, 1, key}};
  return Parameters(system.schema, given, 3);
}

TEST(System, DeclaresWhatItYields) {
  for (const auto& system : {discrete_system(), continuous_system()}) {
    EXPECT_FALSE(system.equations.empty());
    EXPECT_FALSE(system.conventions.empty());
    EXPECT_FALSE(system.references.empty());
    EXPECT_FALSE(system.when_not_to_believe.empty());
    std::set<std::string> keys;
    for (const auto& parameter : system.schema.parameters) {
      EXPECT_TRUE(keys.insert(parameter.key).second) << parameter.key << " stands twice";
      EXPECT_FALSE(parameter.meaning.empty()) << parameter.key;
    }
    std::set<std::string> names;
    for (const auto& quantity : system.schema.quantities) names.insert(quantity.name);
    for (const auto& curve : system.schema.curves) names.insert(curve.name);
    const auto model = system.prepare(parameters_of(system, {{"network.size", 40},
                                                             {"simulation.realisations", 1},
                                                             {"simulation.transient", 5},
                                                             {"coupling.generator", "portable"}}));
    const auto outcome = model->simulate({});
    ASSERT_EQ(outcome.realisations.size(), 1u);
    for (const auto& quantity : outcome.realisations[0].quantities) EXPECT_TRUE(names.contains(quantity.name));
    for (const auto& curve : outcome.realisations[0].curves) EXPECT_TRUE(names.contains(curve.name));
  }
}

TEST(System, HalvesTheSizeWhereThereIsASecondSize) {
  const auto system = discrete_system();
  ASSERT_EQ(system.size_parameter, "network.size");
  EXPECT_EQ(system.half_size(parameters_of(system, {}))->integer("network.size"), 500);
  // Equal work for dense matrices: four times the realisations, also of a number that was left out.
  EXPECT_EQ(system.half_size(parameters_of(system, {}))->integer("simulation.realisations"), 40);
  const auto six = system.half_size(parameters_of(system, {{"simulation.realisations", 6}}));
  EXPECT_EQ(six->integer("simulation.realisations"), 24);
  const auto array = system.half_size(parameters_of(system, {{"network.size", Json::array({100})}}));
  ASSERT_TRUE(array.has_value());
  EXPECT_TRUE(array->is_list("network.size"));
  EXPECT_EQ(array->reals("network.size"), (std::vector<double>{50.0}));
  // As many exponents as reach as far: a spectrum of k of N is compared with one of k/2 of N/2.
  EXPECT_FALSE(system.half_size(parameters_of(system, {}))->has("simulation.exponents"));  // follows from the rest
  const auto some = system.half_size(parameters_of(system, {{"simulation.exponents", 51}}));
  EXPECT_EQ(some->integer("simulation.exponents"), 26);
  const auto all = system.half_size(parameters_of(system, {{"simulation.exponents", "all"}}));
  EXPECT_EQ(all->text("simulation.exponents"), "all");
  EXPECT_FALSE(system.half_size(parameters_of(system, {{"coupling.generator", "portable"}})).has_value());
  EXPECT_FALSE(system.half_size(parameters_of(system, {{"network.size", 20}})).has_value());
  const Json values = Json::array({Json::array({0.0, 2.0}), Json::array({-1.0, 0.5})});
  EXPECT_FALSE(system.half_size(parameters_of(system, {{"coupling.values", values}})).has_value());
}

TEST(System, ExplicitParametersGiveTheSameBits) {
  const auto system = continuous_system();
  const Json values = Json::array({Json::array({0.0, 2.0}), Json::array({-1.0, 0.5})});
  const auto brief = parameters_of(system, {{"coupling.values", values}, {"simulation.duration", 20}});
  const auto model = system.prepare(brief);
  const auto full = model->explicit_parameters(brief);
  EXPECT_EQ(full.integer("network.size"), 2);
  EXPECT_EQ(full.integer("simulation.realisations"), 1);
  EXPECT_EQ(full.text("simulation.integrator"), "rk4");
  EXPECT_FALSE(full.has("initial.seed"));  // follows the experiment's
  // Written out and read again, as experiment.toml is.
  std::map<std::string, Json> again;
  const Json resolved = full.resolved();
  for (const auto& [table, entries] : resolved.items()) {
    for (const auto& [key, value] : entries.items()) again[table + "." + key] = value;
  }
  const auto repeated = system.prepare(parameters_of(system, again));
  const auto first = model->simulate({});
  const auto second = repeated->simulate({});
  ASSERT_EQ(first.realisations[0].quantities.size(), second.realisations[0].quantities.size());
  for (std::size_t k = 0; k < first.realisations[0].quantities.size(); ++k) {
    EXPECT_EQ(first.realisations[0].quantities[k].value, second.realisations[0].quantities[k].value);
  }
}

// Nothing happens below the onset of chaos: a result, with a leak too, though the search for fluctuating states has
// candidates that lead nowhere.
TEST(System, AQuietNetworkWithLeakIsAResult) {
  const auto system = discrete_system();
  for (const double gain : {0.3, 0.5, 0.6}) {
    const auto model = system.prepare(parameters_of(system, {{"network.leak", 0.3}, {"network.gain", gain}}));
    const system::TheoryOutcome outcome = model->theory({});
    EXPECT_EQ(outcome.status, system::Status::kOk) << gain;
    ASSERT_EQ(outcome.branches.size(), 2U) << gain;  // the state, and what belongs to the ensemble
    EXPECT_EQ(outcome.branches[0].label, "static-0");
  }
}

TEST(System, AGivenMatrixHasSurrogatesAndAnEnsembleHasNone) {
  const auto system = discrete_system();
  const Json values = Json::array({Json::array({0.0, 2.0}), Json::array({-1.0, 0.5})});
  const std::map<std::string, Json> run{{"simulation.steps", 20}, {"simulation.transient", 2}};
  auto given = run;
  given["coupling.values"] = values;
  const auto surrogates = system.prepare(parameters_of(system, given))->surrogate_ensemble();
  ASSERT_NE(surrogates, nullptr);
  const auto outcome = surrogates->simulate({});
  EXPECT_EQ(outcome.realisations.size(), 39u);
  EXPECT_FALSE(outcome.one_matrix);
  EXPECT_EQ(system.prepare(parameters_of(system, run))->surrogate_ensemble(), nullptr);
}

}  // namespace
}  // namespace limes::rate

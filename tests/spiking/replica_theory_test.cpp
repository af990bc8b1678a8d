// The theory of spiking.replica as named results, and beside the simulation.

#include <gtest/gtest.h>

#include "limes/spiking/replica_system.hpp"
#include "limes/system/system.hpp"

namespace limes::spiking {
namespace {

using system::Json;

std::unique_ptr<system::Model> model_of(const std::map<std::string, Json>& values) {
  const auto system = replica_system();
  std::map<std::string, system::GivenValue> given;
  for (const auto& [key, value] : values) given[key] = {value, Place{"my.toml", 1, 1, key}};
  return system.prepare(system::Parameters(system.schema, given, 3));
}

const system::TheoryQuantity* find(const system::TheoryOutcome& outcome, const std::string& name,
                                   const std::string& branch) {
  for (const auto& quantity : outcome.quantities) {
    if (quantity.name == name && quantity.branch == branch) return &quantity;
  }
  return nullptr;
}

TEST(ReplicaTheory, NamesTheStatesOfABistableGroup) {
  const auto outcome = model_of({{"groups.base_rate", {0.05}}, {"coupling.total", {{6.3}}}})->theory({});
  EXPECT_EQ(outcome.status, system::Status::kOk);
  ASSERT_EQ(outcome.branches.size(), 3u);
  EXPECT_EQ(outcome.branches[1].label, "state-1");
  EXPECT_EQ(outcome.branches[1].stable, false);
  EXPECT_NEAR(find(outcome, "rate", "state-2")->value.values.at(0), 4.1551250, 4e-6);
  EXPECT_NEAR(find(outcome, "isi_cv", "state-0")->value.values.at(0), 0.964167, 1e-6);
  EXPECT_EQ(find(outcome, "rate_gain", "state-0")->value.shape, (std::vector<std::size_t>{1, 1}));
  // The network itself is not its limit.
  EXPECT_FALSE(find(outcome, "rate", "state-0")->valid);
}

TEST(ReplicaTheory, SolvesOneNeuronWithInputsExactly) {
  const std::map<std::string, Json> neuron = {
      {"groups.size", {1}},     {"groups.base_rate", {0.5}},    {"groups.time_constant", {2.0}},
      {"groups.reset", {-1.0}}, {"input.weights", {0.5, -0.5}}, {"input.rates", {6.0, 4.0}}};
  for (const char* solver : {"backward", "forward", "generating_function"}) {
    auto with_solver = neuron;
    with_solver["theory.solver"] = solver;
    const auto outcome = model_of(with_solver)->theory({});
    ASSERT_EQ(outcome.branches.size(), 1u) << solver;
    const auto* rate = find(outcome, "rate", "state-0");
    EXPECT_TRUE(rate->valid);
    EXPECT_NEAR(rate->value.values.at(0), 0.6357679, 2e-6 * 0.64) << solver;
    const auto* slope = find(outcome, "rate_sensitivity", "state-0");
    ASSERT_EQ(slope->value.shape, (std::vector<std::size_t>{1, 2}));
    EXPECT_NEAR(slope->value.values[1], -0.137345, 2e-6) << solver;
  }
}

TEST(ReplicaTheory, SolvesTheLinearModel) {
  const auto outcome = model_of({{"neuron.intensity", "linear"},
                                 {"groups.size", {10}},
                                 {"groups.base_rate", {1.0}},
                                 {"groups.reset", {0.5}},
                                 {"coupling.weights", {{0.2}}},
                                 {"replicas.count", 5}})
                           ->theory({});
  ASSERT_EQ(outcome.branches.size(), 1u);
  EXPECT_NEAR(find(outcome, "rate", "state-0")->value.values.at(0), 1.56628334839, 1e-9);
  EXPECT_NEAR(find(outcome, "isi_cv", "state-0")->value.values.at(0), 0.69695890, 1e-8);
  EXPECT_TRUE(find(outcome, "rate", "state-0")->valid);
  EXPECT_EQ(outcome.branches[0].stable, true);
}

// The cores of the simulation lie about the states of the theory, without detection.states.
TEST(ReplicaTheory, TellsTheSimulationItsStates) {
  const auto outcome = model_of({{"groups.base_rate", {0.05}},
                                 {"coupling.total", {{6.3}}},
                                 {"simulation.duration", 3000},
                                 {"simulation.realisations", 1}})
                           ->simulate({});
  bool low = false, high = false;
  for (const auto& quantity : outcome.realisations.at(0).quantities) {
    low = low || (quantity.name == "residence_time" && quantity.branch == "state-0");
    high = high || (quantity.name == "residence_time" && quantity.branch == "state-2");
  }
  EXPECT_TRUE(low);
  EXPECT_TRUE(high);
}

}  // namespace
}  // namespace limes::spiking

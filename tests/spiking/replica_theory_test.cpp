// The theory of spiking.replica as named results, and beside the simulation.

#include <gtest/gtest.h>

#include <cmath>

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

TEST(ReplicaTheory, FollowsTheRatesFromTheInitialState) {
  const auto model = model_of({{"groups.base_rate", {0.5}},
                               {"groups.size", {8}},
                               {"coupling.weights", {{0.1}}},
                               {"replicas.count", 5},
                               {"initial.mean", {1.0}},
                               {"theory.kind", "time_dependent"},
                               {"theory.horizon", 3.0},
                               {"simulation.duration", 5.0},
                               {"simulation.transient", 1.0},
                               {"simulation.realisations", 1}});
  const auto outcome = model->theory({});
  EXPECT_EQ(outcome.status, system::Status::kOk);
  ASSERT_EQ(outcome.branches.size(), 1u);
  EXPECT_EQ(outcome.branches[0].label, "time_dependent");
  ASSERT_EQ(outcome.curves.size(), 1u);
  const auto& theory = outcome.curves[0];
  EXPECT_EQ(theory.name, "rate_trajectory");
  EXPECT_EQ(theory.values.shape, (std::vector<std::size_t>{1, 12}));
  EXPECT_EQ(theory.error.shape, theory.values.shape);
  EXPECT_TRUE(theory.valid);
  // All neurons start at 0.5 e, and fall to the rate of a faintly excited one.
  EXPECT_NEAR(theory.values.values.front(), 0.5 * std::exp(1.0), 0.35);
  EXPECT_LT(theory.values.values.back(), 0.8);
  // The simulated one has the same bins, the transient included.
  bool measured = false;
  const auto simulation = model->simulate({});
  for (const auto& curve : simulation.realisations.at(0).curves) {
    if (curve.name != "rate_trajectory") continue;
    measured = true;
    EXPECT_EQ(curve.axes, theory.axes);
  }
  EXPECT_TRUE(measured);
}

TEST(ReplicaTheory, SolvesManyDistinctNeurons) {
  constexpr std::size_t kNeurons = 66;
  Json rows = Json::array(), base = Json::array();
  for (std::size_t i = 0; i < kNeurons; ++i) {
    Json row = Json::array();
    // All different, excitation and inhibition: a golden-ratio sequence.
    for (std::size_t j = 0; j < kNeurons; ++j) {
      const double x = std::fmod(0.618034 * static_cast<double>(i * kNeurons + j), 1.0);
      row.push_back(i == j ? 0.0 : 0.05 * (x - 0.4));
    }
    rows.push_back(row);
    base.push_back(0.5 + 0.01 * static_cast<double>(i));
  }
  const auto outcome =
      model_of({{"coupling.values", rows}, {"groups.base_rate", base}, {"replicas.count", 5}})->theory({});
  EXPECT_EQ(outcome.status, system::Status::kOk);
  ASSERT_EQ(outcome.branches.size(), 1u);
  EXPECT_EQ(outcome.branches[0].stable, true);
  EXPECT_EQ(find(outcome, "rate", "state-0")->value.values.size(), kNeurons);
  EXPECT_LT(find(outcome, "residual", "state-0")->value.values.at(0), 1e-8);
  EXPECT_EQ(find(outcome, "rate_gain", "state-0"), nullptr);
  EXPECT_EQ(outcome.curves.size(), 1u) << "the level of the state beside the trace";
  bool told = false;
  for (const auto& warning : outcome.warnings) told = told || warning.find("from 4 starts") != std::string::npos;
  EXPECT_TRUE(told);
}

}  // namespace
}  // namespace limes::spiking

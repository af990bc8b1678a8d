// spiking.replica as the rest of limes sees it.

#include <gtest/gtest.h>

#include <set>

#include "limes/spiking/replica_system.hpp"

namespace limes::spiking {
namespace {

using system::Json;

system::Parameters parameters_of(const std::map<std::string, Json>& values) {
  std::map<std::string, system::GivenValue> given;
  for (const auto& [key, value] : values) given[key] = {value, Place{"my.toml", 1, 1, key}};
  return {replica_system().schema, given, 3};
}

TEST(System, DeclaresWhatItYields) {
  const auto system = replica_system();
  EXPECT_FALSE(system.equations.empty());
  EXPECT_FALSE(system.conventions.empty());
  EXPECT_FALSE(system.references.empty());
  EXPECT_FALSE(system.when_not_to_believe.empty());
  std::set<std::string> keys, names;
  for (const auto& parameter : system.schema.parameters) {
    EXPECT_TRUE(keys.insert(parameter.key).second) << parameter.key << " stands twice";
    EXPECT_FALSE(parameter.meaning.empty()) << parameter.key;
  }
  for (const auto& quantity : system.schema.quantities) names.insert(quantity.name);
  for (const auto& curve : system.schema.curves) names.insert(curve.name);
  const auto model = system.prepare(parameters_of({{"groups.base_rate", {0.05}},
                                                   {"coupling.total", {{6.3}}},
                                                   {"detection.states", {{0.0858}, {4.155}}},
                                                   {"simulation.duration", 2000},
                                                   {"simulation.realisations", 2}}));
  const auto outcome = model->simulate({});
  ASSERT_EQ(outcome.realisations.size(), 2u);
  std::set<std::string> measured;
  for (const auto& quantity : outcome.realisations[0].quantities) {
    EXPECT_TRUE(names.contains(quantity.name)) << quantity.name;
    measured.insert(quantity.name);
  }
  for (const auto& curve : outcome.realisations[0].curves) EXPECT_TRUE(names.contains(curve.name)) << curve.name;
  for (const char* name : {"rate", "isi_cv", "mean_state", "state_variance", "occupancy", "residence_time",
                           "residence_time_cv", "conditional_rate", "conditional_isi_cv", "transition_rate"}) {
    EXPECT_TRUE(measured.contains(name)) << name;
  }
}

TEST(System, RunsWithNothingGiven) {
  const auto outcome = replica_system().prepare(parameters_of({{"simulation.duration", 50}}))->simulate({});
  EXPECT_EQ(outcome.status, system::Status::kOk);
  EXPECT_EQ(outcome.realisations.size(), 10u);
}

TEST(System, DoublesTheReplicasForASecondSize) {
  const auto system = replica_system();
  EXPECT_EQ(system.size_parameter, "replicas.count");
  EXPECT_EQ(system.half_size(parameters_of({{"replicas.count", 5}}))->integer("replicas.count"), 10);
  EXPECT_FALSE(system.half_size(parameters_of({{"replicas.count", {5, 10}}})).has_value());
}

}  // namespace
}  // namespace limes::spiking

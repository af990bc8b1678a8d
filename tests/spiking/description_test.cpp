// Parameters of spiking.replica, and every complaint about them.

#include "limes/spiking/spiking_description.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "limes/spiking/replica_system.hpp"

namespace limes::spiking {
namespace {

using system::Json;

system::Parameters parameters_of(const std::map<std::string, Json>& values) {
  std::map<std::string, system::GivenValue> given;
  for (const auto& [key, value] : values) given[key] = {value, Place{"my.toml", 1, 1, key}};
  return {replica_system().schema, given, 3};
}

SpikingDescription described(const std::map<std::string, Json>& values) { return describe(parameters_of(values)); }

void expect_refused(const std::map<std::string, Json>& values, const std::string& key, const std::string& words) {
  try {
    described(values);
    ADD_FAILURE() << "accepted: " << key << ", " << words;
  } catch (const InputError& error) {
    EXPECT_THAT(std::string(error.what()), ::testing::HasSubstr(words));
    EXPECT_EQ(error.place().key, key) << error.what();
  }
}

TEST(Description, ReadsGroupsAndWeights) {
  const auto d = described({{"groups.size", {8, 4}},
                            {"groups.base_rate", {0.5, 1}},
                            {"groups.time_constant", {1, 0.5}},
                            {"groups.reset", {0, -1}},
                            {"coupling.weights", {{0.4, -0.5}, {0.3, -0.4}}}});
  ASSERT_EQ(d.network.groups.size(), 2u);
  EXPECT_EQ(d.network.groups[1].size, 4u);
  EXPECT_EQ(d.network.groups[1].reset, -1.0);
  EXPECT_EQ(d.network.weights(0, 1), -0.5);
  EXPECT_EQ(d.units(), 12u);
  EXPECT_EQ(d.time_scale(), 1.0);
  EXPECT_EQ(d.simulation.initial, (std::vector<double>{0.0, -1.0}));
}

TEST(Description, DividesTotalsByTheConnections) {
  const auto d =
      described({{"groups.size", {20, 1}}, {"groups.base_rate", 0.05}, {"coupling.total", {{6.3, 2.0}, {4.0, 0.0}}}});
  EXPECT_DOUBLE_EQ(d.network.weights(0, 0), 6.3 / 19.0);
  EXPECT_DOUBLE_EQ(d.network.weights(0, 1), 2.0);
  EXPECT_DOUBLE_EQ(d.network.weights(1, 0), 4.0 / 20.0);
  EXPECT_EQ(d.network.weights(1, 1), 0.0);
  EXPECT_TRUE(d.warnings.empty());
  EXPECT_DOUBLE_EQ(described({{"groups.size", {20}}, {"coupling.total", 6.3}}).network.weights(0, 0), 6.3 / 19.0);
}

TEST(Description, ReadsInputsForAllOrByGroup) {
  const auto all = described({{"groups.size", {1, 1}}, {"input.weights", {0.5, -0.5}}, {"input.rates", {6, 4}}});
  ASSERT_EQ(all.network.inputs.size(), 2u);
  EXPECT_EQ(all.network.inputs[1][0].rate, 6.0);
  const auto each = described({{"groups.size", {1, 1}},
                               {"input.weights", Json::array({Json::array({0.5, -0.5}), Json::array()})},
                               {"input.rates", Json::array({Json::array({6, 4}), Json::array()})}});
  EXPECT_EQ(each.network.inputs[0].size(), 2u);
  EXPECT_TRUE(each.network.inputs[1].empty());
}

TEST(Description, TakesWeightsByNeuron) {
  const auto d = described({{"coupling.values", {{0, 1}, {-1, 0}}}, {"groups.base_rate", {0.5}}});
  ASSERT_EQ(d.network.groups.size(), 2u);
  EXPECT_EQ(d.network.groups[1].base_rate, 0.5);
  EXPECT_EQ(d.network.weights(1, 0), -1.0);
  const auto complete = complete_parameters(parameters_of({{"coupling.values", {{0, 1}, {-1, 0}}}}), d);
  EXPECT_EQ(complete.reals("groups.size"), (std::vector<double>{1, 1}));
  // Groups may pool neurons of a given matrix.
  EXPECT_EQ(described({{"coupling.values", {{0, 1}, {1, 0}}}, {"groups.size", {2}}}).network.groups.size(), 1u);

  const std::string path = ::testing::TempDir() + "/weights.mtx";
  std::ofstream(path) << "%%MatrixMarket matrix coordinate real general\n3 3 2\n1 2 0.5\n3 1 -0.25\n";
  const auto read = described({{"coupling.file", path}});
  EXPECT_EQ(read.units(), 3u);
  EXPECT_EQ(read.network.weights(2, 0), -0.25);
  EXPECT_THROW(described({{"coupling.file", "no-such.mtx"}}), InputError);
}

TEST(Description, WarnsOfWeightsWithoutEffect) {
  EXPECT_EQ(described({{"groups.size", {1}}, {"coupling.weights", 0.5}}).warnings.size(), 1u);
  EXPECT_EQ(described({{"coupling.values", {{1, 0}, {0, 0}}}}).warnings.size(), 1u);
}

TEST(Description, RefusesWhatIsWrong) {
  EXPECT_THROW(described({{"groups.time_constant", {0}}}), InputError);
  EXPECT_THROW(described({{"groups.size", {0}}}), InputError);
  EXPECT_THROW(described({{"groups.size", {1.5}}}), InputError);
  EXPECT_THROW(described({{"replicas.count", 0}}), InputError);
  EXPECT_THROW(described({{"replicas.count", 1.5}}), InputError);
  expect_refused({{"groups.base_rate", {0}}}, "groups.base_rate", "greater than 0");
  expect_refused({{"groups.size", {2, 2}}, {"groups.base_rate", {1, 2, 3}}}, "groups.base_rate", "3 values");
  expect_refused({{"groups.size", {2, 2}}, {"coupling.weights", {{1.0}}}}, "coupling.weights", "1 x 1");
  expect_refused({{"coupling.weights", {{1}}}, {"coupling.total", {{1}}}}, "coupling.total", "conflicting");
  expect_refused({{"coupling.values", {{0, 1}, {1, 0}}}, {"groups.size", {3}}}, "coupling.values", "2 x 2");
  expect_refused({{"coupling.values", {{0, 1, 2}, {1, 0, 2}}}}, "coupling.values", "not square");
  expect_refused({{"input.weights", {0.5}}}, "input.weights", "input.rates is missing");
  expect_refused({{"input.weights", {0.5, 1}}, {"input.rates", {1}}}, "input.rates", "2 input weights but 1");
  expect_refused({{"input.weights", {0.5}}, {"input.rates", Json::array({{1}, {2}})}}, "input.rates", "2 lists");
  expect_refused({{"detection.states", {{1.0, 2.0}}}}, "detection.states", "2 rates");
  expect_refused({{"detection.states", {{1.0}}}}, "detection.states", "only one state");
  EXPECT_THROW(described({{"input.weights", {0.5}}, {"input.rates", {-1}}}), InputError);
  expect_refused({{"groups.size", {2, 2}},
                  {"coupling.weights", {{0.1, 0.1}, {0.0, -0.1}}},
                  {"theory.solver", "generating_function"}},
                 "theory.solver", "needs an excitatory input, which group 1 lacks");
  expect_refused({{"neuron.intensity", "linear"}, {"groups.reset", 0.5}, {"theory.solver", "generating_function"}},
                 "theory.solver", "exponential intensities");
}

TEST(Description, RefusesWhatHasNoStationaryState) {
  expect_refused({{"neuron.intensity", "linear"}, {"coupling.weights", -0.1}}, "coupling.weights", "not negative");
  expect_refused({{"neuron.intensity", "linear"}, {"groups.reset", {-0.1}}}, "groups.reset", "not negative");
  expect_refused({{"neuron.intensity", "linear"}, {"groups.time_constant", {"inf"}}, {"coupling.weights", 0.1}},
                 "groups.reset", "absorbing");
  expect_refused({{"groups.time_constant", {"inf"}}, {"coupling.weights", -0.1}}, "groups.time_constant",
                 "decays to 0");
  expect_refused({{"coupling.total", {{20.0}}}}, "coupling.total",
                 "network in runaway regime, predicted rate 4.85e+08");
  EXPECT_NO_THROW(described({{"coupling.total", {{20.0}}}, {"simulation.rate_limit", 1e9}}));
  expect_refused({{"groups.reset", {1000.0}}}, "groups.reset", "bring themselves to fire 1.01e+304 times");
  EXPECT_NO_THROW(described({{"groups.reset", {2.0}}}));
  EXPECT_NO_THROW(
      described({{"neuron.intensity", "linear"}, {"groups.time_constant", {"inf"}}, {"groups.reset", 0.5}}));
}

}  // namespace
}  // namespace limes::spiking

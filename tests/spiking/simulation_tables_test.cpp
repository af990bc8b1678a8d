// Simulated rates and interval statistics against the tables of the theory note (an independent exact simulator) and
// closed forms. Every comparison is by z-score below 4 with the table's standard error; CVs, which stand there without
// one, get 0.003.

#include <gtest/gtest.h>

#include "spiking/spiking_helpers.hpp"

namespace limes::spiking {
namespace {

using namespace testing;

constexpr double kCvError = 0.003;

TEST(SimulationTables, ThreeDistinctNeuronsAtEveryNumberOfReplicas) {
  struct Row {
    std::size_t replicas;
    double duration;
    std::vector<double> rate, cv;
  };
  const std::vector<Row> rows = {{1, 120000, {.5241, .7107, .4743}, {.886, 1.099, .745}},
                                 {2, 60000, {.5249, .7121, .4723}, {.899, 1.112, .749}},
                                 {10, 12000, {.5271, .7141, .4705}, {.875, 1.115, .785}},
                                 {100, 1200, {.5284, .7158, .4703}, {.874, 1.114, .790}}};
  for (const Row& row : rows) {
    const auto outcome = simulate(three(row.duration, row.replicas));
    SCOPED_TRACE(row.replicas);
    expect_near_table(outcome, "rate", "", row.rate, {.0008, .0008, .0008});
    expect_near_table(outcome, "isi_cv", "", row.cv, {kCvError, kCvError, kCvError});
  }
}

TEST(SimulationTables, ExcitationAndInhibition) {
  const auto network = simulate(excitation_inhibition(30000, 1));
  expect_near_table(network, "rate", "", {.4033, .7935}, {.0010, .0005});
  expect_near_table(network, "isi_cv", "", {1.215, .837}, {kCvError, kCvError});
  expect_near_table(simulate(excitation_inhibition(15000, 2)), "rate", "", {.3928, .7877}, {.0007, .0005});
  const auto many = simulate(excitation_inhibition(300, 100));
  expect_near_table(many, "rate", "", {.4028, .7920}, {.0011, .0005});
  expect_near_table(many, "isi_cv", "", {1.110, .835}, {kCvError, kCvError});
}

TEST(SimulationTables, ReplicasOfTheBistableGroupStayWhereTheyStart) {
  expect_near_table(simulate(bistable(8000, 5, -2.0)), "rate", "", {.0868}, {.0003});
  expect_near_table(simulate(bistable(400, 100, -2.0)), "rate", "", {.0852}, {.0003});
  expect_near_table(simulate(bistable(1000, 5, 3.0)), "rate", "", {4.195}, {.008});
  const auto high = simulate(bistable(50, 100, 3.0));
  expect_near_table(high, "rate", "", {4.163}, {.006});
  expect_near_table(high, "isi_cv", "", {.321}, {kCvError});
}

TEST(SimulationTables, LinearModel) {
  struct Row {
    std::size_t size;
    double base, time, reset, weight;
    double network, network_error, pair, pair_error, many, many_error;
  };
  const std::vector<Row> rows = {{10, 0, kInfinity, .5, .2, 1.7079, .0011, 1.7188, .0010, 1.6844, .0010},
                                 {20, 0, kInfinity, 1, .5, 7.1776, .0014, 7.2083, .0011, 7.1017, .0011},
                                 {5, 0, kInfinity, .2, 1, 2.5947, .0014, 2.6440, .0018, 2.3822, .0021},
                                 {10, 1, 1, .5, .2, 1.5778, .0011, 1.5838, .0010, 1.5662, .0010},
                                 {8, .5, 2, 0, .4, 1.5736, .0012, 1.5970, .0011, 1.5087, .0011},
                                 {12, 2, .5, 3, .5, 6.1548, .0019, 6.1825, .0018, 6.1310, .0021}};
  for (const Row& row : rows) {
    const double duration = 100000.0 / (static_cast<double>(row.size) * row.network);
    const auto run = [&](std::size_t replicas) {
      return simulate(linear(row.size, row.base, row.time, row.reset, row.weight,
                             std::max(100.0, 2.0 * duration / static_cast<double>(replicas)), replicas));
    };
    SCOPED_TRACE(row.size);
    expect_near_table(run(1), "rate", "", {row.network}, {row.network_error});
    expect_near_table(run(2), "rate", "", {row.pair}, {row.pair_error});
    expect_near_table(run(50), "rate", "", {row.many}, {row.many_error});
  }
}

TEST(SimulationTables, LinearModelOfTwoGroups) {
  auto description = run_of(Intensity::kLinear, {{6, 1, 1, .2}, {4, .5, 2, .5}}, matrix({{.3, .5}, {.2, .1}}), 20000);
  expect_near_table(simulate(description), "rate", "", {1.9644, 1.5634}, {.0013, .0012});
  description.replicas = {50};
  description.simulation.duration = 400;
  expect_near_table(simulate(description), "rate", "", {1.9320, 1.5346}, {.0012, .0012});
}

TEST(SimulationTables, WithoutInputAPoissonProcess) {
  // Reset to rest: every neuron fires at Lam, with exponential intervals.
  const auto description = run_of(Intensity::kExponential, {{4, .7, 1.3, 0}}, matrix({{0.0}}), 20000);
  const auto outcome = simulate(description);
  expect_near_table(outcome, "rate", "", {.7}, {0.0});
  expect_near_table(outcome, "isi_cv", "", {1.0}, {0.0});
  EXPECT_EQ(values(outcome, "mean_state"), std::vector<double>{0.0});
}

TEST(SimulationTables, WithoutInputAnyReset) {
  // Note section 7: Lam = .8, tau = 1.5, rho = -2.
  const auto outcome = simulate(run_of(Intensity::kExponential, {{4, .8, 1.5, -2}}, matrix({{0.0}}), 30000));
  expect_near_table(outcome, "rate", "", {0.395931566039}, {0.0});
  expect_near_table(outcome, "isi_cv", "", {0.660156808621}, {0.0});
}

TEST(SimulationTables, OneNeuronWithPoissonInputs) {
  // Note 8.1: rate, CV and mean state of one neuron; every neuron of an uncoupled group is one.
  struct Row {
    Group neuron;
    std::vector<ExternalInput> inputs;
    double rate, cv, state;
  };
  const std::vector<Row> rows = {{{4, 1, 1, 0}, {{.3, 10}}, 2.29212377, .68930277, .65604},
                                 {{4, .5, 2, -1}, {{.5, 6}, {-.5, 4}}, .6357679, .788354, -.34160},
                                 {{4, 1, 1, 0}, {{-.5, 8}}, .04044188, 1.3701967, -3.90373},
                                 {{4, 1, 1, 0}, {{6, 2}}, 2.98505149, .99504270, .02982}};
  for (const Row& row : rows) {
    auto description = run_of(Intensity::kExponential, {row.neuron}, matrix({{0.0}}), 8000);
    description.network.inputs = {row.inputs};
    const auto outcome = simulate(description);
    SCOPED_TRACE(row.rate);
    expect_near_table(outcome, "rate", "", {row.rate}, {0.0});
    expect_near_table(outcome, "isi_cv", "", {row.cv}, {0.0});
    const auto* state = find(outcome.realisations[0], "mean_state");
    EXPECT_NEAR(state->value.values[0], row.state, 4.0 * state->standard_error->values[0] + 5e-6);
  }
}

TEST(SimulationTables, MeanIntervalTimesRateIsOne) {
  // Intervals that end in the run number as many as spikes, but for the first of each neuron, and last as long, but for
  // the two ends: the product is 1 up to some 2 of 20000 intervals per neuron.
  const auto outcome = simulate(excitation_inhibition(30000, 1));
  const auto rate = values(outcome, "rate"), interval = values(outcome, "isi_mean");
  for (std::size_t a = 0; a < 2; ++a) EXPECT_NEAR(rate[a] * interval[a], 1.0, 3e-4);
}

}  // namespace
}  // namespace limes::spiking

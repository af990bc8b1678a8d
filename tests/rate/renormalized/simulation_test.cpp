#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <map>

#include "limes/math/random_portable.hpp"
#include "limes/rate/renormalized/renormalized_system.hpp"
#include "limes/stats/summary.hpp"

namespace limes::rate::renormalized {
namespace {

using Given = std::map<std::string, system::Json>;

std::unique_ptr<system::Model> model_of(const Given& given, std::uint64_t seed = 1) {
  std::map<std::string, system::GivenValue> values;
  for (const auto& [key, value] : given) values[key] = {value, Place{.file = {}, .line = 0, .column = 0, .key = key}};
  const auto system = renormalized_system();
  return system.prepare({system.schema, values, seed});
}

system::SimulationOutcome simulate(const Given& given, int threads = 1, system::CheckpointStore* store = nullptr,
                                   StopToken stop = {}) {
  system::Context context;
  context.threads = threads;
  context.checkpoints = store;
  context.stop = stop;
  return model_of(given)->simulate(context);
}

std::vector<double> values_of(const system::SimulationOutcome& outcome, const std::string& name,
                              const std::string& branch = "") {
  std::vector<double> values;
  for (const auto& realisation : outcome.realisations) {
    for (const auto& quantity : realisation.quantities) {
      if (quantity.name == name && quantity.branch == branch) values.push_back(quantity.value.values.at(0));
    }
  }
  return values;
}

/// (mean - expected)/standard error over networks.
double z_score(const std::vector<double>& values, double expected) {
  return (stats::mean(values) - expected) / std::sqrt(stats::variance(values) / static_cast<double>(values.size()));
}

Given with(Given given, const Given& more) {
  for (const auto& [key, value] : more) given[key] = value;
  return given;
}

const Given kSmall{{"network.size", 40},         {"network.transfer", "erf"}, {"coupling.mean", 0.6},
                   {"coupling.deviation", 0.5},  {"noise.intensity", 0.1},    {"simulation.trajectories", 4},
                   {"simulation.transient", 10}, {"simulation.duration", 40}, {"simulation.realisations", 4},
                   {"simulation.lags", 5}};

// g = 0, linear: m is an Ornstein-Uhlenbeck process, A(0) = D/(N (1 - gbar)) for noise.intensity = D, at any N. Each
// scheme at a step where its bias (3e-4, 3e-5, 5e-3 of the value) is far below the error, 1.5 %. Four tests at |z| < 4:
// false alarms 3e-4.
TEST(RenormalizedSimulation, LinearPopulationIsExact) {
  const Given linear{{"network.size", 20},         {"network.transfer", "linear"}, {"coupling.mean", 0.6},
                     {"coupling.deviation", 0},    {"noise.intensity", 0.1},       {"simulation.trajectories", 16},
                     {"simulation.transient", 15}, {"simulation.duration", 100},   {"simulation.realisations", 16},
                     {"simulation.lags", 5}};
  for (const auto& [scheme, step] : {std::pair{"exponential", 0.05}, {"heun", 0.05}, {"euler", 0.01}}) {
    const auto outcome = simulate(with(linear, {{"simulation.integrator", scheme}, {"simulation.step", step}}), 2);
    EXPECT_LT(std::abs(z_score(values_of(outcome, "population_variance"), 0.1 / (20 * 0.4))), 4.0) << scheme;
    // A neuron: its own OU noise with the mean taken off, and the mean.
    const double own = 0.1 * (1.0 - 1.0 / 20), shared = 0.1 / (20 * 0.4);
    EXPECT_LT(std::abs(z_score(values_of(outcome, "variance"), own + shared)), 4.0) << scheme;
  }
}

// Without mean coupling mean field holds up to 1/N of its value (here 5e-4 of C_x(0)), and neurons are uncorrelated.
TEST(RenormalizedSimulation, WithoutMeanCouplingMeetsMeanField) {
  const auto outcome = simulate({{"network.size", 200},
                                 {"network.transfer", "erf"},
                                 {"coupling.deviation", 0.5},
                                 {"noise.intensity", 0.1},
                                 {"simulation.trajectories", 8},
                                 {"simulation.transient", 10},
                                 {"simulation.duration", 60},
                                 {"simulation.realisations", 10},
                                 {"simulation.lags", 5}},
                                2);
  const auto variances = values_of(outcome, "variance");
  const double error = std::sqrt(stats::variance(variances) / static_cast<double>(variances.size()));
  EXPECT_NEAR(stats::mean(variances), .1127087, 4 * error + 1e-3 * .1127087);
  EXPECT_LT(error, 4e-4);
}

TEST(RenormalizedSimulation, DoesNotDependOnThreads) {
  const auto one = simulate(kSmall, 1), four = simulate(kSmall, 4);
  ASSERT_EQ(one.realisations.size(), four.realisations.size());
  for (std::size_t r = 0; r < one.realisations.size(); ++r) {
    ASSERT_EQ(one.realisations[r].curves.size(), four.realisations[r].curves.size());
    for (std::size_t k = 0; k < one.realisations[r].curves.size(); ++k) {
      EXPECT_EQ(one.realisations[r].curves[k].values, four.realisations[r].curves[k].values);
    }
  }
}

class MemoryStore final : public system::CheckpointStore {
 public:
  void save(const std::string& name, const std::string& bytes) override { blobs_[name] = bytes; }
  [[nodiscard]] std::optional<std::string> load(const std::string& name) const override {
    const auto found = blobs_.find(name);
    return found == blobs_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  std::map<std::string, std::string> blobs_;
};

TEST(RenormalizedSimulation, GoesOnWhereItWasStopped) {
  for (const double noise : {0.1, 0.0}) {
    const Given given = with(kSmall, {{"noise.intensity", noise},
                                      {"coupling.deviation", 1.6},
                                      {"simulation.paired", true},
                                      {"simulation.realisations", 2}});
    const auto whole = simulate(given);
    MemoryStore store;
    std::atomic<bool> flag{false};
    system::Context context;
    context.checkpoints = &store;
    context.stop = StopToken(&flag);
    int reports = 0;
    context.progress = [&](double fraction, const std::string&) {
      if (fraction > 0.2 && ++reports > 1) flag = true;
    };
    const auto model = model_of(given);
    EXPECT_EQ(model->simulate(context).status, system::Status::kInterrupted);
    flag = false;
    context.progress = [](double, const std::string&) {};
    const auto resumed = model->simulate(context);
    ASSERT_EQ(resumed.realisations.size(), whole.realisations.size());
    for (std::size_t r = 0; r < whole.realisations.size(); ++r) {
      for (std::size_t k = 0; k < whole.realisations[r].curves.size(); ++k) {
        EXPECT_EQ(resumed.realisations[r].curves[k].values, whole.realisations[r].curves[k].values);
      }
    }
  }
}

TEST(RenormalizedSimulation, PairedRunsDifferByTheMeanCouplingOnly) {
  const auto same = simulate(with(kSmall, {{"simulation.paired", true}, {"coupling.mean", 0.0}}));
  for (const double shift : values_of(same, "variance_shift")) EXPECT_EQ(shift, 0.0);
  const auto paired = simulate(with(kSmall, {{"simulation.paired", true}})), alone = simulate(kSmall);
  // The half with gbar is the run without the other half, and the other half that with gbar = 0 (rounding of products
  // of four and of eight columns is the same).
  EXPECT_EQ(values_of(paired, "variance"), values_of(alone, "variance"));
  const auto with_gbar = values_of(paired, "variance"), shift = values_of(paired, "variance_shift"),
             without = values_of(simulate(with(kSmall, {{"coupling.mean", 0.0}})), "variance");
  for (std::size_t r = 0; r < shift.size(); ++r) EXPECT_NEAR(with_gbar[r] - shift[r], without[r], 1e-14);
}

// J = gbar/N + J0 expanded into one given matrix, against the same J0 with the mean added as a number.
TEST(RenormalizedSimulation, TheRankOneMeanIsThatOfTheMatrix) {
  const Given portable = with(kSmall, {{"network.size", 12}, {"coupling.generator", "portable"}, {"coupling.seed", 5}});
  system::Json rows = system::Json::array();
  const auto expanded = [&] {
    std::map<std::string, double> unused;
    const auto numbers = math::portable_normal(5, 144);
    for (int i = 0; i < 12; ++i) {
      system::Json row = system::Json::array();
      for (int j = 0; j < 12; ++j)
        row.push_back(0.6 / 12 + 0.5 * numbers[static_cast<std::size_t>(12 * i + j)] / std::sqrt(12.0));
      rows.push_back(row);
    }
    Given given = with(kSmall, {{"network.size", 12}, {"coupling.values", rows}, {"simulation.realisations", 4}});
    given.erase("coupling.mean");
    given.erase("coupling.deviation");
    return given;
  }();
  const auto a = simulate(portable), b = simulate(expanded);
  EXPECT_TRUE(a.one_matrix && b.one_matrix);
  const auto first = values_of(a, "population_variance"), second = values_of(b, "population_variance");
  ASSERT_EQ(first.size(), second.size());
  // A contracting network: rounding does not grow.
  for (std::size_t r = 0; r < first.size(); ++r) EXPECT_NEAR(first[r], second[r], 1e-12 * first[r]);
}

TEST(RenormalizedSimulation, TellsMagnetisedNetworks) {
  const Given magnetised{{"network.size", 300},          {"network.transfer", "erf"},  {"coupling.mean", 1.3},
                         {"coupling.deviation", 0.8},    {"simulation.transient", 60}, {"simulation.duration", 20},
                         {"simulation.realisations", 6}, {"simulation.lags", 2},       {"simulation.trajectories", 4}};
  const auto outcome = simulate(magnetised, 2);
  EXPECT_TRUE(values_of(outcome, "variance").empty());
  const auto means = values_of(outcome, "mean", "magnetised-0");
  ASSERT_EQ(means.size(), 6u);
  EXPECT_LT(std::abs(z_score(means, .7067)), 5.0);  // 6 networks: Student's t, false alarm 0.4 %
  for (const double m : means) EXPECT_GT(m, 0.4);
}

TEST(RenormalizedSimulation, DyingActivityEndsAtRest) {
  const auto outcome = simulate({{"network.size", 50},
                                 {"coupling.deviation", 0.3},
                                 {"coupling.mean", 0.4},
                                 {"simulation.duration", 20},
                                 {"simulation.realisations", 2}});
  for (const double v : values_of(outcome, "variance")) EXPECT_EQ(v, 0.0);
}

TEST(RenormalizedSimulation, GrowthIsDivergence) {
  const auto outcome = simulate(with(kSmall, {{"network.transfer", "linear"}, {"coupling.mean", 3.0}}));
  EXPECT_EQ(outcome.status, system::Status::kDiverged);
}

TEST(RenormalizedSimulation, SinglePrecisionIsClose) {
  const auto single = values_of(simulate(with(kSmall, {{"simulation.precision", "single"}})), "variance"),
             exact = values_of(simulate(kSmall), "variance");
  for (std::size_t r = 0; r < exact.size(); ++r) EXPECT_NEAR(single[r], exact[r], 1e-4 * exact[r]);
}

}  // namespace
}  // namespace limes::rate::renormalized

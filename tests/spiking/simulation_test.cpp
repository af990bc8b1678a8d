// Runs as a whole: threads, interruptions, labels, runaways.

#include "limes/spiking/simulation/simulation.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <map>

#include "limes/system/saved_realisation.hpp"
#include "spiking/spiking_helpers.hpp"

namespace limes::spiking {
namespace {

using namespace testing;

class MemoryStore final : public system::CheckpointStore {
 public:
  void save(const std::string& name, const std::string& bytes) override { saved[name] = bytes; }
  [[nodiscard]] std::optional<std::string> load(const std::string& name) const override {
    const auto found = saved.find(name);
    return found == saved.end() ? std::nullopt : std::optional(found->second);
  }
  std::map<std::string, std::string> saved;
};

std::string bytes_of(const system::SimulationOutcome& outcome) {
  std::string bytes;
  for (const auto& realisation : outcome.realisations) bytes += system::to_bytes(realisation);
  return bytes;
}

const std::vector<KnownState> kStates = {{"state-0", {.0858333}, true}, {"state-2", {4.1551250}, true}};

TEST(Simulation, SameBitsForAnyNumberOfThreads) {
  auto description = bistable(300, 1, 0.0);
  description.simulation.realisations = 3;
  description.replicas = {1, 4};
  description.replica_list = true;
  const auto one = simulate(description, kStates, 1);
  EXPECT_EQ(one.realisations.size(), 3u);
  EXPECT_TRUE(one.no_disorder);
  EXPECT_EQ(bytes_of(one), bytes_of(simulate(description, kStates, 2)));
  description.seed = 6;
  EXPECT_NE(bytes_of(one), bytes_of(simulate(description, kStates, 1)));
}

TEST(Simulation, AnInterruptedRunGoesOnBitForBit) {
  for (const bool by_neuron : {false, true}) {
    auto description = bistable(400, 2, 0.0);
    description.simulation.realisations = 2;
    if (by_neuron) {
      description.replicas = {1};
      coupling::DenseMatrix weights = coupling::DenseMatrix::Constant(20, 20, 6.3 / 19.0);
      description.matrix = std::make_shared<const coupling::Matrix>(weights);
    }
    const auto whole = simulate(description, kStates);
    MemoryStore store;
    std::atomic<bool> stop = false;
    std::atomic<int> reports = 0;
    system::Context context;
    context.checkpoints = &store;
    context.stop = StopToken(&stop);
    context.progress = [&](double fraction, const std::string&) {
      if (++reports; fraction > 0.7) stop = true;
    };
    const auto part = simulate_network(description, kStates, context);
    ASSERT_EQ(part.status, system::Status::kInterrupted);
    EXPECT_EQ(part.realisations.size(), 1u);
    EXPECT_GE(store.saved.size(), 2u);  // one finished, one running
    stop = false;
    context.progress = [](double, const std::string&) {};
    const auto resumed = simulate_network(description, kStates, context);
    EXPECT_EQ(resumed.status, system::Status::kOk);
    EXPECT_EQ(bytes_of(resumed), bytes_of(whole));
    // Another experiment takes nothing from there.
    description.seed = 99;
    EXPECT_NE(bytes_of(simulate_network(description, kStates, context)), bytes_of(whole));
  }
}

TEST(Simulation, LabelsReplicasAndDoesNotMindTheCompany) {
  auto description = three(300, 1);
  description.replicas = {1, 3};
  description.replica_list = true;
  const auto both = simulate(description);
  description.replicas = {3};
  const auto alone = simulate(description);
  EXPECT_EQ(values(both, "rate", "replicas-3").size(), 3u);
  EXPECT_EQ(values(both, "rate", "replicas-3"), values(alone, "rate", "replicas-3"));
  EXPECT_NE(values(both, "rate", "replicas-1"), values(both, "rate", "replicas-3"));
  EXPECT_TRUE(values(both, "rate").empty());
  description.replica_list = false;
  EXPECT_EQ(values(simulate(description), "rate"), values(alone, "rate", "replicas-3"));
}

TEST(Simulation, KeepsTraceAndRasterOfTheFirstRun) {
  auto description = excitation_inhibition(100, 1);
  description.simulation.realisations = 2;
  const auto outcome = simulate(description);
  const auto curve = [&](std::size_t r, const std::string& name) -> const system::MeasuredCurve* {
    for (const auto& one : outcome.realisations[r].curves) {
      if (one.name == name) return &one;
    }
    return nullptr;
  };
  ASSERT_NE(curve(0, "raster"), nullptr);
  EXPECT_TRUE(curve(0, "raster")->values.complex);
  EXPECT_EQ(curve(1, "raster"), nullptr);
  const auto& trace = *curve(0, "state_trace");
  EXPECT_EQ(trace.values.shape, (std::vector<std::size_t>{2, 400}));
  // The mean of the filtered trace is the rate, but for what the filter (2 of 100 time units) shifts over the ends.
  double mean = 0.0;
  for (std::size_t b = 0; b < 400; ++b) mean += trace.values.values[b] / 400.0;
  EXPECT_NEAR(mean, values(outcome, "rate")[0], 0.05);
  // The interval density integrates to 1.
  const auto& density = *curve(1, "isi_density");
  double total = 0.0;
  const auto& centre = density.axes[1].values;
  for (std::size_t b = 0; b < centre.size(); ++b) {
    total += density.values.values[b] * std::exp2(std::floor(std::log2(centre[b]))) / 8.0;
  }
  EXPECT_NEAR(total, 1.0, 1e-12);
}

TEST(Simulation, ARunawayIsMarked) {
  auto description = run_of(Intensity::kExponential, {{20, 1.0, 1.0, 0.0}}, matrix({{3.0}}), 10);
  const auto outcome = simulate(description);
  EXPECT_EQ(outcome.status, system::Status::kDiverged);
  EXPECT_TRUE(outcome.realisations[0].diverged);
}

}  // namespace
}  // namespace limes::spiking

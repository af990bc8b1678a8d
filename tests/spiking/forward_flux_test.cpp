// Rates of rare exits by forward flux sampling: against long runs and the tables of the theory note, where both can be
// had, and what must not matter. z-scores below 4: 8 comparisons, a false alarm in 5e-4 of all choices of the seeds.

#include <gtest/gtest.h>

#include <atomic>
#include <map>

#include "limes/base/errors.hpp"
#include "spiking/spiking_helpers.hpp"

namespace limes::spiking {
namespace {

using namespace testing;

const std::vector<KnownState> kBistable = {
    {"state-0", {.0858333}, true}, {"state-1", {.5519710}, false}, {"state-2", {4.1551250}, true}};
const std::vector<KnownState> kCompeting = {{"state-0", {.0345520, 1.548639}, true},
                                            {"state-2", {1.548639, .0345520}, true}};

SpikingDescription flux_of(SpikingDescription description, int realisations, std::size_t trials, double duration) {
  description.simulation.method = SimulationMethod::kForwardFlux;
  description.simulation.realisations = realisations;
  description.simulation.trials = trials;
  description.simulation.duration = duration;
  return description;
}

struct Mean {
  double value = 0.0, error = 0.0;
};
Mean mean_of(const system::SimulationOutcome& outcome, const std::string& name, const std::string& label,
             std::size_t component = 0) {
  Mean result;
  double square = 0.0;
  const auto n = static_cast<double>(outcome.realisations.size());
  for (const auto& realisation : outcome.realisations) {
    const auto* found = find(realisation, name, label);
    EXPECT_NE(found, nullptr) << name << " " << label;
    if (found == nullptr) return result;
    result.value += found->value.values.at(component) / n;
    square += found->value.values.at(component) * found->value.values.at(component) / n;
  }
  result.error = std::sqrt((square - result.value * result.value) / (n - 1.0));
  return result;
}

/// Within four combined standard errors, and known to 15 %: a larger error would hide everything.
void expect_same(const Mean& flux, double value, double error) {
  EXPECT_LT(std::abs(flux.value - value), 4.0 * std::hypot(flux.error, error))
      << flux.value << " +- " << flux.error << " against " << value << " +- " << error;
  EXPECT_LT(flux.error, 0.15 * flux.value);
  EXPECT_GT(flux.error, 0.0);
}

TEST(CoreSets, ProgressRunsFromCoreToCore) {
  const CoreSets one(kBistable);
  const CoreSets two(kCompeting);
  for (double rate = 0.01; rate < 8.0; rate *= 1.07) {
    const std::vector<double> single = {rate};
    const std::vector<double> both = {1.6 - 0.2 * rate, 0.2 * rate};
    for (const auto& [cores, trace] : {std::pair{&one, &single}, {&two, &both}}) {
      const double progress = cores->progress(*trace, 0);
      EXPECT_NEAR(progress + cores->progress(*trace, 1), 1.0, 1e-12);
      EXPECT_EQ(cores->core_of(*trace), progress < 0.0 ? 0 : progress > 1.0 ? 1 : -1) << rate;
    }
  }
}

TEST(ForwardFlux, CountsAsALongRunOfTheBistableGroupDoes) {
  const auto flux = simulate(flux_of(bistable(0, 1, 0.0), 16, 250, 300), kBistable);
  ASSERT_EQ(flux.status, system::Status::kOk);
  // The note's table (8.4): means of whole visits, whose number is large.
  expect_same(mean_of(flux, "mean_residence_time", "state-0"), 167.6, 4.5);
  expect_same(mean_of(flux, "mean_residence_time", "state-2"), 140.7, 3.8);
  const auto direct = simulate(bistable(1e5, 1, 0.0), kBistable).realisations.at(0);
  for (const std::string state : {"state-0", "state-2"}) {
    const auto* time = find(direct, "mean_residence_time", state);
    ASSERT_NE(time, nullptr);
    expect_same(mean_of(flux, "mean_residence_time", state), time->value.values[0], time->standard_error->values[0]);
  }
  const Mean rate = mean_of(flux, "transition_rate", "all_states", 1);
  EXPECT_NEAR(rate.value * mean_of(flux, "mean_residence_time", "state-0").value, 1.0, 0.05);
}

TEST(ForwardFlux, ReachesWhereLongRunsAreDear) {
  // Note 8.5: residence 1008(41) at n = 20; the two states are mirror images, and both count.
  const auto flux = simulate(flux_of(competing(0, 20), 12, 300, 400), kCompeting);
  ASSERT_EQ(flux.status, system::Status::kOk);
  expect_same(mean_of(flux, "mean_residence_time", "state-0"), 1008, 41);
  expect_same(mean_of(flux, "mean_residence_time", "state-2"), 1008, 41);
  const auto smaller = simulate(flux_of(competing(0, 10), 16, 250, 300), kCompeting);
  expect_same(mean_of(smaller, "mean_residence_time", "state-0"), 130, 3);
  expect_same(mean_of(smaller, "mean_residence_time", "state-2"), 130, 3);
}

TEST(ForwardFlux, OfTwoStatesOnly) {
  EXPECT_THROW(static_cast<void>(simulate(flux_of(bistable(0, 1, 0.0), 2, 50, 100))), InputError);
  // States that nothing holds: the group has one state at this weight.
  auto single = flux_of(bistable(0, 1, 0.0), 2, 20, 50);
  single.network.weights(0, 0) = 0.0;
  const auto outcome = simulate(single, {{"a", {2.0}, true}, {"b", {20.0}, true}});
  EXPECT_EQ(outcome.status, system::Status::kNotConverged);
  EXPECT_FALSE(outcome.warnings.empty());
}

std::vector<double> all_values(const system::SimulationOutcome& outcome) {
  std::vector<double> values;
  for (const auto& realisation : outcome.realisations) {
    for (const auto& quantity : realisation.quantities) {
      values.insert(values.end(), quantity.value.values.begin(), quantity.value.values.end());
    }
    for (const auto& curve : realisation.curves) {
      values.insert(values.end(), curve.values.values.begin(), curve.values.values.end());
    }
  }
  return values;
}

class Store final : public system::CheckpointStore {
 public:
  [[nodiscard]] std::optional<std::string> load(const std::string& name) const override {
    const auto found = states.find(name);
    return found == states.end() ? std::nullopt : std::optional(found->second);
  }
  void save(const std::string& name, const std::string& bytes) override { states[name] = bytes; }
  std::map<std::string, std::string> states;
};

TEST(ForwardFlux, HasTheSameBitsOnAnyThreadsAndAfterAnInterruption) {
  const auto description = flux_of(bistable(0, 1, 0.0), 4, 100, 200);
  const auto whole = all_values(simulate(description, kBistable, 1));
  EXPECT_GT(whole.size(), 40u);
  EXPECT_EQ(all_values(simulate(description, kBistable, 3)), whole);
  // Stopped after the second finished estimate, and taken up again.
  Store store;
  system::Context context;
  std::atomic<bool> stop = false;
  context.stop = StopToken(&stop);
  context.checkpoints = &store;
  context.progress = [&](double fraction, const std::string&) {
    if (fraction > 0.5) stop = true;
  };
  const auto part = simulate_network(description, kBistable, context);
  EXPECT_EQ(part.status, system::Status::kInterrupted);
  EXPECT_LT(part.realisations.size(), 4u);
  system::Context again;
  again.checkpoints = &store;
  EXPECT_EQ(all_values(simulate_network(description, kBistable, again)), whole);
}

}  // namespace
}  // namespace limes::spiking

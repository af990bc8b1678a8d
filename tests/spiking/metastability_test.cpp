// Core sets, the detector on made-up runs, and residence times against the theory note's tables.

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <optional>

#include "limes/spiking/simulation/state_detector.hpp"
#include "spiking/spiking_helpers.hpp"

namespace limes::spiking {
namespace {

using namespace testing;

const std::vector<KnownState> kBistable = {
    {"state-0", {.0858333}, true}, {"state-1", {.5519710}, false}, {"state-2", {4.1551250}, true}};
const std::vector<KnownState> kCompeting = {{"state-0", {.0345520, 1.548639}, true},
                                            {"state-1", {.5135114, .5135114}, false},
                                            {"state-2", {1.548639, .0345520}, true}};

TEST(CoreSets, OfOneGroupLieBetweenGeometricMeans) {
  const CoreSets cores(kBistable);
  ASSERT_EQ(cores.count(), 2u);
  EXPECT_EQ(cores.state(1).label, "state-2");
  const double low = std::sqrt(.0858333 * .5519710), high = std::sqrt(.5519710 * 4.1551250);
  const auto core = [&](double rate) { return cores.core_of(std::vector<double>{rate}); };
  EXPECT_EQ(core(0.0), 0);
  EXPECT_EQ(core(low * 0.999), 0);
  EXPECT_EQ(core(low * 1.001), -1);
  EXPECT_EQ(core(high * 0.999), -1);
  EXPECT_EQ(core(high * 1.001), 1);
  // Without the unstable state their own geometric mean lies between.
  const CoreSets two({{"a", {1.0}, true}, {"b", {16.0}, true}});
  EXPECT_EQ(two.core_of(std::vector<double>{1.9}), 0);
  EXPECT_EQ(two.core_of(std::vector<double>{4.0}), -1);
  EXPECT_EQ(two.core_of(std::vector<double>{8.1}), 1);
}

TEST(CoreSets, OfCompetingGroupsFollowTheDifference) {
  const CoreSets cores(kCompeting);
  const double scale = 1.548639 - .0345520;
  for (const double difference : {-0.9, -0.51, -0.49, 0.0, 0.49, 0.51, 0.9}) {
    const std::vector<double> trace = {1.0 + 0.5 * difference * scale, 1.0 - 0.5 * difference * scale};
    EXPECT_EQ(cores.core_of(trace), difference > 0.5 ? 1 : difference < -0.5 ? 0 : -1) << difference;
  }
}

TEST(CoreSets, OfManyStatesAreBalls) {
  const CoreSets cores({{"a", {0.0, 0.0}, true}, {"b", {9.0, 0.0}, true}, {"c", {9.0, 9.0}, true}});
  EXPECT_EQ(cores.core_of(std::vector<double>{0.9, 0.0}), 0);
  EXPECT_EQ(cores.core_of(std::vector<double>{2.25, 0.0}), -1);
  EXPECT_EQ(cores.core_of(std::vector<double>{4.5, 0.0}), 1);
  EXPECT_EQ(cores.core_of(std::vector<double>{9.0, 7.0}), 2);
  EXPECT_EQ(CoreSets({{"a", {1.0}, true}, {"b", {2.0}, false}}).count(), 0u);
}

TEST(StateDetector, CountsVisitsFromCoreToCore) {
  const CoreSets cores({{"low", {1.0}, true}, {"high", {16.0}, true}});
  // A filter much shorter than the bin: the trace is the count itself. One neuron, bins of one time unit.
  StateDetector detector(cores, {1.0}, 1e-3, 1.0);
  const std::vector<double> counts = {1, 1, 4, 1, 16, 16, 4, 16, 4, 1, 1, 16, 4};
  for (std::size_t b = 0; b < counts.size(); ++b) {
    detector.end_bin(static_cast<double>(b + 1), {counts[b]}, true);
  }
  // Cores are entered at 1 (low), 5 (high), 10 (low), 12 (high): whole visits are 5-10 and 10-12.
  EXPECT_EQ(detector.residences(1), (std::vector<double>{5.0}));
  EXPECT_EQ(detector.residences(0), (std::vector<double>{2.0}));
  EXPECT_EQ(detector.transitions(0, 1), 2.0);
  EXPECT_EQ(detector.transitions(1, 0), 1.0);
  // Bins belong to the last core entered before them.
  EXPECT_EQ(detector.time_in(0), 4.0 + 2.0);
  EXPECT_EQ(detector.time_in(1), 5.0 + 1.0);
  // Conditional sums go from the bin that enters the core to the last that ends in it: low 1-4 and 10-11, high 5-8, 12.
  const auto low = detector.visits(0, 0), high = detector.visits(1, 0);
  ASSERT_EQ(low.size(), 2u);
  EXPECT_EQ(low[0].time, 4.0);
  EXPECT_EQ(low[0].spikes, 1.0 + 1.0 + 4.0 + 1.0);
  EXPECT_EQ(low[1].time, 2.0);
  ASSERT_EQ(high.size(), 2u);
  EXPECT_EQ(high[0].time, 4.0);
  EXPECT_EQ(high[0].spikes, 16.0 + 16.0 + 4.0 + 16.0);
  EXPECT_EQ(high[1].time, 1.0);
}

TEST(StateDetector, CountsIntervalsOfAVisitUpToItsLastReturnToTheCore) {
  const CoreSets cores({{"low", {1.0}, true}, {"high", {16.0}, true}});
  StateDetector detector(cores, {1.0}, 1e-3, 1.0);
  const std::vector<double> counts = {1, 1, 4, 1, 4, 16, 16};
  for (std::size_t b = 0; b < counts.size(); ++b) {
    const double end = static_cast<double>(b + 1);
    detector.add_interval(0, end - 1.0, 1.0);  // during the bin that begins at the end of the last one
    detector.end_bin(end, {counts[b]}, true);
  }
  // Low is entered at 1: intervals during the bins that end at 2, 3, 4 count, that of 5 does not (the core is left),
  // nor that of 1 (before the visit). High is entered at 6: the interval of the bin that ends at 7.
  const auto total = [&](std::size_t k) {
    const auto bins = detector.intervals(k, 0);
    return std::accumulate(bins.begin(), bins.end(), 0.0);
  };
  EXPECT_EQ(total(0), 3.0);
  EXPECT_EQ(total(1), 1.0);
  EXPECT_EQ(detector.intervals(0, 0)[OctaveBins::index(1.0)], 3.0);
  EXPECT_EQ(detector.trace_counts(1, 0)[RateBins::index(16.0)], 1.0);
}

TEST(RateBins, ModeOfAKnownDensity) {
  // Counts of the density e^{-x}, of log x that of x e^{-x} (mode 1), and of a Gaussian at 3 of deviation 1/20, of log
  // x with the mode (3 + sqrt(9 + .01))/2 = 3.00083.
  std::vector<double> gamma(RateBins::kCount), narrow(RateBins::kCount);
  for (std::size_t b = 0; b < RateBins::kCount; ++b) {
    const double x = RateBins::centre(b), z = (x - 3.0) / 0.05;
    gamma[b] = 1e6 * std::exp(-x) * RateBins::width(b);
    narrow[b] = 1e6 * std::exp(-0.5 * z * z) * RateBins::width(b);
  }
  // Smoothing by a quarter of the interquartile range (1.6 of log x) moves the mode of the skewed one to lower values:
  // by the third derivative of the density over its second, -1 times half the variance .16, and higher orders.
  EXPECT_NEAR(mode_of(gamma).value(), std::exp(-0.08), 0.03);
  EXPECT_NEAR(mode_of(narrow).value(), 3.0008, 0.001);
  EXPECT_EQ(mode_of(std::vector<double>(RateBins::kCount)), std::nullopt);
  EXPECT_EQ(coarse(gamma)[CoarseRateBins::index(1.5)] > 0.0, true);
  EXPECT_EQ(RateBins::index(0.0), 0U);
  EXPECT_EQ(RateBins::index(1e9), RateBins::kCount - 1);
}

TEST(OctaveBins, HoldWhatLiesBetweenTheirBorders) {
  for (const double x : {1e-6, 0.3, 1.0, 1.99, 2.0, 77.0, 1e9}) {
    const std::size_t bin = OctaveBins::index(x);
    EXPECT_TRUE(bin == 0 || x >= OctaveBins::lower(bin)) << x;
    EXPECT_TRUE(bin + 1 == OctaveBins::kCount || x < OctaveBins::lower(bin + 1)) << x;
  }
  EXPECT_EQ(StateBins::index(-100.0), 0U);
  EXPECT_EQ(StateBins::index(-0.0625), 127U);
  EXPECT_EQ(StateBins::index(0.0), 128U);
}

TEST(StateDetector, FiltersAsItSays) {
  const CoreSets none;
  StateDetector detector(none, {10.0}, 2.0, 0.25);
  detector.end_bin(0.25, {5.0}, true);
  const double first = (1.0 - std::exp(-0.125)) * 5.0 / (10.0 * 0.25);
  EXPECT_DOUBLE_EQ(detector.trace()[0], first);
  detector.end_bin(0.5, {0.0}, true);
  EXPECT_DOUBLE_EQ(detector.trace()[0], first * std::exp(-0.125));
}

TEST(Metastability, BistableGroupAgainstTheTable) {
  // Note 8.4, with a quarter of its time: residence times to 6 %.
  const auto outcome = simulate(bistable(1e5, 1, 0.0), kBistable);
  expect_near_table(outcome, "residence_time", "state-0", {167.6}, {4.5});
  expect_near_table(outcome, "residence_time", "state-2", {140.7}, {3.8});
  // An exponential law: CV 1 less the dead time of the filter.
  expect_near_table(outcome, "residence_time_cv", "state-0", {.97}, {.03});
  expect_near_table(outcome, "residence_time_cv", "state-2", {.96}, {.03});
  expect_near_table(outcome, "conditional_rate", "state-0", {.0883}, {.0003});
  expect_near_table(outcome, "conditional_rate", "state-2", {4.294}, {.005});
  const double occupancy = values(outcome, "occupancy", "state-2").at(0);
  // Of some 320 visits to each state, each of CV 1: to sqrt(2/320)/4 = .02.
  EXPECT_NEAR(occupancy, .456, 4 * .022);
  EXPECT_NEAR(values(outcome, "occupancy", "state-0").at(0) + occupancy, 1.0, 1e-12);
  const double count = values(outcome, "transition_count", "state-0").at(0);
  EXPECT_GT(count, 200);
  const auto rates = values(outcome, "transition_rate", "all_states");
  EXPECT_NEAR(rates[1] * values(outcome, "residence_time", "state-0").at(0), 1.0, 0.02);
  EXPECT_NEAR(rates[2] * values(outcome, "residence_time", "state-2").at(0), 1.0, 0.02);
  EXPECT_EQ(rates[0], 0.0);
  EXPECT_NEAR(values(outcome, "residence_median_ratio", "state-0").at(0), 0.693, 0.15);
  // The rate over all time lies between the states and is not offered as that of one.
  EXPECT_TRUE(values(outcome, "rate").empty());
  const double mixed = values(outcome, "rate", "all_states").at(0);
  EXPECT_GT(mixed, 1.2);
  EXPECT_LT(mixed, 2.8);
}

TEST(Metastability, CompetingGroupsAgainstTheTable) {
  // Note 8.5: n = 10; both states are mirror images.
  const auto outcome = simulate(competing(1e5, 10), kCompeting);
  for (const std::string state : {"state-0", "state-2"}) {
    expect_near_table(outcome, "residence_time", state, {130}, {3});
    const bool first_low = state == "state-0";
    const std::vector<double> rate = first_low ? std::vector<double>{.0511, 1.528} : std::vector<double>{1.528, .0511};
    expect_near_table(outcome, "conditional_rate", state, rate, {.003, .003});
    const std::vector<double> cv = first_low ? std::vector<double>{1.40, .753} : std::vector<double>{.753, 1.40};
    expect_near_table(outcome, "conditional_isi_cv", state, cv, {.01, .01});
  }
  // A smaller network leaves sooner.
  const auto smaller =
      simulate(competing(3e4, 5), {{"state-0", {.0345520, 1.548639}, true}, {"state-2", {1.548639, .0345520}, true}});
  expect_near_table(smaller, "residence_time", "state-0", {44.6}, {.8});
}

}  // namespace
}  // namespace limes::spiking

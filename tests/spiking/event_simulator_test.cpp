// The simulator's parts, and that what must not matter does not: the bound, the way of delivery.

#include "limes/spiking/simulation/event_simulator.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "limes/spiking/simulation/spike_sums.hpp"
#include "spiking/spiking_helpers.hpp"

namespace limes::spiking {
namespace {

using namespace testing;

TEST(ExponentialBound, LiesJustAboveTheExponential) {
  for (double x = -300.0; x < 300.0; x += 0.37) {
    const double ratio = exponential_bound(x) / std::exp(x);
    EXPECT_GT(ratio, 1.0) << x;
    EXPECT_LT(ratio, 1.0 + 5e-6) << x;
  }
  EXPECT_GT(exponential_bound(1e9), 1e200);
  EXPECT_GE(exponential_bound(-1e9), 0.0);
}

TEST(PartialSums, FindsEveryNumberInProportion) {
  for (const std::size_t size : {1UL, 20UL, 64UL, 65UL, 3000UL}) {
    std::vector<double> numbers(size);
    for (std::size_t i = 0; i < size; ++i) numbers[i] = static_cast<double>(1 + i % 5);
    PartialSums sums;
    sums.build(numbers);
    if (size > 64) {
      sums.add(7, 2.0);
      numbers[7] += 2.0;
      double total = 0.0;
      for (const double number : numbers) total += number;
      EXPECT_EQ(sums.total(), total);
    }
    double start = 0.0;
    for (std::size_t i = 0; i < size; ++i) {
      for (const double inside : {0.0, 0.5, 0.99}) {
        const auto place = sums.find(numbers, start + inside * numbers[i]);
        EXPECT_EQ(place.index, i);
        EXPECT_NEAR(place.rest, inside * numbers[i], 1e-9);
      }
      start += numbers[i];
    }
  }
}

/// Rates, CVs and mean states per group of a run of `network`, and their errors from 40 stretches.
struct Statistics {
  std::vector<double> value, error;
};
template <Intensity kIntensity>
Statistics statistics_of(const EventNetwork& network, double duration, std::uint32_t run) {
  constexpr std::size_t kStretches = 40;
  EventSimulator<kIntensity> simulator(network, 11, 0, run);
  const auto ignore = [](double, std::size_t) {};
  simulator.advance(30.0, ~0ULL, ignore);
  std::vector<std::vector<SpikeSums>> stretches(network.groups(), std::vector<SpikeSums>(kStretches));
  std::vector<double> last(network.neurons(), -1.0);
  for (std::size_t s = 0; s < kStretches; ++s) {
    for (int part = 0; part < 50; ++part) {
      const double end = 30.0 + duration * (static_cast<double>(s) + (part + 1) / 50.0) / kStretches;
      simulator.advance(end, ~0ULL, [&](double time, std::size_t neuron) {
        SpikeSums& sums = stretches[network.group_of[neuron % network.units]][s];
        sums.spikes += 1.0;
        if (last[neuron] >= 0.0) sums.add_interval(time - last[neuron]);
        last[neuron] = time;
      });
      simulator.for_each_state([&](std::size_t neuron, double y) {
        SpikeSums& sums = stretches[network.group_of[neuron % network.units]][s];
        sums.samples += 1.0;
        sums.state_sum += y;
        sums.state_square += y * y;
      });
    }
    for (auto& of_group : stretches) of_group[s].time = duration / kStretches;
  }
  Statistics result;
  for (const auto& of_group : stretches) {
    SpikeSums total;
    for (const auto& stretch : of_group) total.add(stretch);
    const auto add = [&](auto statistic) {
      result.value.push_back(statistic(total));
      result.error.push_back(jackknife_error(of_group, statistic).value_or(0.0));
    };
    add([](const SpikeSums& s) { return s.rate(); });
    add([](const SpikeSums& s) { return s.interval_cv(); });
    add([](const SpikeSums& s) { return s.state_mean(); });
    add([](const SpikeSums& s) { return s.state_variance(); });
  }
  return result;
}

void expect_same_law(const Statistics& a, const Statistics& b) {
  ASSERT_EQ(a.value.size(), b.value.size());
  for (std::size_t k = 0; k < a.value.size(); ++k) {
    const double z = (a.value[k] - b.value[k]) / std::hypot(a.error[k], b.error[k]);
    EXPECT_LT(std::abs(z), 4.0) << "statistic " << k << ": " << a.value[k] << " and " << b.value[k];
    EXPECT_GT(a.error[k], 0.0);
  }
}

TEST(Exactness, ALooserBoundLeavesTheLawUnchanged) {
  const auto description = excitation_inhibition(0, 1);
  const coupling::Matrix none = coupling::DenseMatrix(coupling::DenseMatrix::Zero(12, 12));
  for (const std::size_t replicas : {1UL, 3UL}) {
    EventNetwork network(description.network, nullptr, replicas);
    const auto sharp = statistics_of<Intensity::kExponential>(network, 6000.0, 1);
    network.bound_factor = 2.0;
    const auto loose = statistics_of<Intensity::kExponential>(network, 6000.0, 2);
    expect_same_law(sharp, loose);
  }
  EventNetwork counting(linear(10, 0, kInfinity, .5, .2, 1, 1).network, nullptr, 1);
  const auto sharp = statistics_of<Intensity::kLinear>(counting, 4000.0, 1);
  counting.bound_factor = 2.0;
  expect_same_law(sharp, statistics_of<Intensity::kLinear>(counting, 4000.0, 2));
}

TEST(Exactness, WeightsByGroupAndByNeuronGiveTheSameLaw) {
  // The same network on each way of delivery: all neurons at once, along connections, in blocks of a large group.
  const auto small = excitation_inhibition(0, 1).network;
  coupling::DenseMatrix weights(12, 12);
  for (Eigen::Index i = 0; i < 12; ++i) {
    for (Eigen::Index j = 0; j < 12; ++j) weights(i, j) = small.weights(i < 8 ? 0 : 1, j < 8 ? 0 : 1);
  }
  const coupling::Matrix by_neuron = weights;
  expect_same_law(statistics_of<Intensity::kExponential>(EventNetwork(small, nullptr, 1), 6000.0, 1),
                  statistics_of<Intensity::kExponential>(EventNetwork(small, &by_neuron, 1), 6000.0, 2));

  SpikingNetwork large;
  large.groups = {{70, .5, 1.0, -.5}, {30, .8, .5, 0.0}};
  large.weights = matrix({{.02, -.03}, {.03, -.05}});
  coupling::DenseMatrix all(100, 100);
  for (Eigen::Index i = 0; i < 100; ++i) {
    for (Eigen::Index j = 0; j < 100; ++j) all(i, j) = large.weights(i < 70 ? 0 : 1, j < 70 ? 0 : 1);
  }
  const coupling::Matrix large_by_neuron = all;
  expect_same_law(statistics_of<Intensity::kExponential>(EventNetwork(large, nullptr, 1), 1000.0, 1),
                  statistics_of<Intensity::kExponential>(EventNetwork(large, &large_by_neuron, 1), 1000.0, 2));
}

TEST(Exactness, ManyTimeConstantsGiveTheSameLawAsOne) {
  // Eleven time constants that differ in the last digits only: exponentials are taken neuron by neuron then.
  SpikingNetwork one = excitation_inhibition(0, 1).network;
  SpikingNetwork many;
  many.weights = Eigen::MatrixXd::Zero(12, 12);
  for (Eigen::Index i = 0; i < 12; ++i) {
    Group group = one.groups[i < 8 ? 0 : 1];
    group.size = 1;
    group.time_constant *= 1.0 + 1e-9 * static_cast<double>(i);
    many.groups.push_back(group);
    for (Eigen::Index j = 0; j < 12; ++j) many.weights(i, j) = one.weights(i < 8 ? 0 : 1, j < 8 ? 0 : 1);
  }
  const auto pooled = statistics_of<Intensity::kExponential>(EventNetwork(one, nullptr, 1), 6000.0, 1);
  const auto single = statistics_of<Intensity::kExponential>(EventNetwork(many, nullptr, 1), 6000.0, 2);
  double rate = 0.0, variance = 0.0;
  for (std::size_t i = 0; i < 8; ++i) {
    rate += single.value[4 * i];
    variance += single.error[4 * i] * single.error[4 * i];
  }
  // Neurons of a group are positively correlated: the variance of the sum is at most 8 times that of independent ones.
  EXPECT_LT(std::abs(rate - pooled.value[0]), 4.0 * std::hypot(pooled.error[0], std::sqrt(8.0 * variance)));
}

TEST(Network, DeliversAsRowsAreTargets) {
  // Only neuron 1 hears neuron 0: strongly. Then neuron 1 fires at once, as often again.
  coupling::DenseMatrix weights = coupling::DenseMatrix::Zero(2, 2);
  weights(1, 0) = 12.0;
  const coupling::Matrix by_neuron = weights;
  SpikingNetwork network;
  network.groups = {{2, 1.0, 0.5, -3.0}};
  const EventNetwork expanded(network, &by_neuron, 1);
  EventSimulator<Intensity::kExponential> simulator(expanded, 1, 0, 0);
  std::vector<int> count(2, 0);
  simulator.advance(2000.0, ~0ULL, [&](double, std::size_t neuron) { ++count[neuron]; });
  EXPECT_GT(count[1], 1.5 * count[0]);
  EXPECT_THROW(EventNetwork(three(1, 1).network, &by_neuron, 1), std::invalid_argument);
}

TEST(Replicas, TwoNeverDeliverAtHome) {
  // Neuron 0 of either replica excites neuron 1 of the other one so strongly that it fires at once.
  SpikingNetwork network;
  network.groups = {{1, 1.0, 1.0, -1.0}, {1, 1e-3, 1.0, 0.0}};
  network.weights = matrix({{0.0, 0.0}, {18.0, 0.0}});
  const EventNetwork pair(network, nullptr, 2);
  EventSimulator<Intensity::kExponential> simulator(pair, 1, 0, 0);
  int home = 0, away = 0;
  std::size_t last = 0;
  bool waiting = false;
  simulator.advance(3000.0, ~0ULL, [&](double, std::size_t neuron) {
    if (neuron % 2 == 0) {
      last = neuron / 2;
      waiting = true;
    } else if (waiting) {
      ++(neuron / 2 == last ? home : away);
      waiting = false;
    }
  });
  EXPECT_GT(away, 1000);
  // Spontaneous spikes of neuron 1, at rate 1e-3, may fall in between.
  EXPECT_LT(home, 20);
}

}  // namespace
}  // namespace limes::spiking

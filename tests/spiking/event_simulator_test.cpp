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

TEST(Exponential, IsExactToRounding) {
  for (double x = -690.0; x < 690.0; x += 0.173) EXPECT_NEAR(exponential(x) / std::exp(x), 1.0, 8e-16) << x;
  EXPECT_EQ(exponential(0.0), 1.0);
  EXPECT_EQ(exponential(1e9), exponential(700.0));
  EXPECT_EQ(exponential(-1e9), exponential(-700.0));
}

TEST(BoundLadder, RungsLieAboveTheirNumbers) {
  for (double x = -650.0; x < 650.0; x += 0.0371) {
    const double number = std::exp(x);
    for (const Rung rung : {rung_above(number), rung_above_exponential(x)}) {
      EXPECT_GE(rung_value(rung), number * (1.0 - 1e-12)) << x;
      EXPECT_LE(rung_value(rung), number * (1.5 + 1e-12)) << x;
      EXPECT_NEAR(rung_logarithm(rung), std::log(rung_value(rung)), 1e-12);
    }
  }
}

TEST(BoundLadder, FindsEveryMemberInProportion) {
  for (const std::uint32_t size : {1U, 20U, 3000U}) {
    const Rung floor = rung_above(1.0);
    const auto rung_of = [&](std::uint32_t i) { return floor + static_cast<Rung>((7 * i) % 5); };
    BoundLadder ladder;
    ladder.clear(size, floor);
    for (std::uint32_t i = 0; i < size; ++i) ladder.insert(i, floor + 9);
    for (std::uint32_t i = 0; i < size; ++i) ladder.move(i, rung_of(i));
    double total = 0.0;
    for (std::uint32_t i = 0; i < size; ++i) total += rung_value(rung_of(i));
    EXPECT_EQ(ladder.sum(), total);
    // Places at the lower end, the middle and just below the upper end of every member, found by going through all.
    std::vector<int> hits(size, 0);
    const double step = 0.125;  // every rung is a multiple
    for (double place = step / 2.0; place < total; place += step) {
      const auto draw = ladder.find(place);
      ASSERT_LT(draw.member, size);
      EXPECT_GE(draw.rest, 0.0);
      EXPECT_LT(draw.rest, rung_value(rung_of(draw.member)));
      ++hits[draw.member];
    }
    for (std::uint32_t i = 0; i < size; ++i) EXPECT_EQ(hits[i] * step, rung_value(rung_of(i))) << i;
    EXPECT_LT(ladder.find(total).member, size);
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

/// Every statistic within four standard errors: with the 113 comparisons of this file a correct simulator, which has
/// fixed seeds, is refused with a probability of 113 times 6.3e-5, 0.7 %, over all choices of the seeds.
void expect_same_law(const Statistics& a, const Statistics& b) {
  ASSERT_EQ(a.value.size(), b.value.size());
  for (std::size_t k = 0; k < a.value.size(); ++k) {
    const double z = (a.value[k] - b.value[k]) / std::hypot(a.error[k], b.error[k]);
    EXPECT_LT(std::abs(z), 4.0) << "statistic " << k << ": " << a.value[k] << " and " << b.value[k];
    EXPECT_GT(a.error[k], 0.0);
    // An error that is far too large would hide everything.
    EXPECT_LT(a.error[k], 0.03 * (std::abs(a.value[k]) + 0.1)) << "statistic " << k;
  }
}

/// Rates, CVs and states with bounds as sharp as they are and looser by 2 and by 10, on each kind of bounds. Thinning
/// then rejects one in two and nine in ten more candidates: any fault of the acceptance shows.
template <Intensity kIntensity>
void expect_no_effect_of_the_bound(EventNetwork network, double duration) {
  const auto sharp = statistics_of<kIntensity>(network, duration, 1);
  std::uint32_t run = 2;
  for (const double factor : {2.0, 10.0}) {
    network.bound_factor = factor;
    SCOPED_TRACE(factor);
    expect_same_law(sharp, statistics_of<kIntensity>(network, duration, run++));
  }
}

/// The weights of a network by neuron.
coupling::Matrix by_neuron(const SpikingNetwork& network) {
  std::vector<Eigen::Index> group_of;
  for (std::size_t a = 0; a < network.groups.size(); ++a) {
    group_of.insert(group_of.end(), network.groups[a].size, static_cast<Eigen::Index>(a));
  }
  const auto count = static_cast<Eigen::Index>(group_of.size());
  coupling::DenseMatrix all(count, count);
  for (Eigen::Index i = 0; i < count; ++i) {
    for (Eigen::Index j = 0; j < count; ++j) {
      all(i, j) = network.weights(group_of[static_cast<std::size_t>(i)], group_of[static_cast<std::size_t>(j)]);
    }
  }
  return all;
}

/// 100 neurons in two groups.
SpikingNetwork two_large_groups() {
  SpikingNetwork network;
  network.groups = {{70, .5, 1.0, -.5}, {30, .8, .5, 0.0}};
  network.weights = matrix({{.02, -.03}, {.03, -.05}});
  return network;
}

TEST(Exactness, TheBoundOfASmallNetworkLeavesTheLawUnchanged) {
  expect_no_effect_of_the_bound<Intensity::kExponential>({excitation_inhibition(0, 1).network, nullptr, 1}, 6000.0);
  expect_no_effect_of_the_bound<Intensity::kLinear>({linear(10, 0, kInfinity, .5, .2, 1, 1).network, nullptr, 1},
                                                    4000.0);
}

TEST(Exactness, TheBoundOfAPoolLeavesTheLawUnchanged) {
  expect_no_effect_of_the_bound<Intensity::kExponential>({two_large_groups(), nullptr, 1}, 1000.0);
  expect_no_effect_of_the_bound<Intensity::kLinear>({linear(80, .5, 2, .2, .02, 1, 1).network, nullptr, 1}, 800.0);
}

TEST(Exactness, TheBoundOnConnectionsLeavesTheLawUnchanged) {
  const auto network = excitation_inhibition(0, 1).network;
  const coupling::Matrix weights = by_neuron(network);
  expect_no_effect_of_the_bound<Intensity::kExponential>({network, &weights, 1}, 6000.0);
  const auto counting = linear(10, 0, kInfinity, .5, .2, 1, 1).network;
  const coupling::Matrix counting_weights = by_neuron(counting);
  expect_no_effect_of_the_bound<Intensity::kLinear>({counting, &counting_weights, 1}, 4000.0);
}

TEST(Exactness, TheBoundOfReplicasLeavesTheLawUnchanged) {
  expect_no_effect_of_the_bound<Intensity::kExponential>({excitation_inhibition(0, 1).network, nullptr, 3}, 3000.0);
}

TEST(Exactness, WeightsByGroupAndByNeuronGiveTheSameLaw) {
  // The same network on each way of delivery: sharp bounds, pools, along connections.
  const auto small = excitation_inhibition(0, 1).network;
  const coupling::Matrix of_small = by_neuron(small);
  expect_same_law(statistics_of<Intensity::kExponential>(EventNetwork(small, nullptr, 1), 6000.0, 1),
                  statistics_of<Intensity::kExponential>(EventNetwork(small, &of_small, 1), 6000.0, 2));
  const auto large = two_large_groups();
  const coupling::Matrix of_large = by_neuron(large);
  expect_same_law(statistics_of<Intensity::kExponential>(EventNetwork(large, nullptr, 1), 1000.0, 1),
                  statistics_of<Intensity::kExponential>(EventNetwork(large, &of_large, 1), 1000.0, 2));
}

TEST(Exactness, ManyPoolsGiveTheSameLawAsConnections) {
  // 80 groups of 5, more than are searched one by one, on a ring: each hears itself and two others.
  SpikingNetwork ring;
  ring.weights = Eigen::MatrixXd::Zero(80, 80);
  for (Eigen::Index a = 0; a < 80; ++a) {
    ring.groups.push_back({5, .5, 1.0, a % 2 == 0 ? -.5 : .2});
    ring.weights(a, a) = .1;
    ring.weights((a + 1) % 80, a) = a % 2 == 0 ? .15 : -.2;
    ring.weights((a + 7) % 80, a) = -.1;
  }
  const coupling::Matrix all = by_neuron(ring);
  const auto pools = statistics_of<Intensity::kExponential>(EventNetwork(ring, nullptr, 1), 400.0, 1);
  const auto connections = statistics_of<Intensity::kExponential>(EventNetwork(ring, &all, 1), 400.0, 2);
  // Of the even and the odd groups each; errors of neurons that hear one another add up to less than threefold.
  for (std::size_t parity = 0; parity < 2; ++parity) {
    for (std::size_t statistic = 0; statistic < 4; ++statistic) {
      double difference = 0.0, variance = 0.0;
      for (std::size_t a = parity; a < 80; a += 2) {
        const std::size_t k = 4 * a + statistic;
        difference += pools.value[k] - connections.value[k];
        variance += pools.error[k] * pools.error[k] + connections.error[k] * connections.error[k];
      }
      EXPECT_LT(std::abs(difference), 4.0 * std::sqrt(2.0 * variance)) << parity << " " << statistic;
      EXPECT_GT(variance, 0.0);
    }
  }
  // Many groups of few neurons go along connections.
  SpikingNetwork single = ring;
  for (Group& group : single.groups) group.size = 3;
  EXPECT_FALSE(EventNetwork(single, nullptr, 1).grouped);
  EXPECT_TRUE(EventNetwork(ring, nullptr, 1).pooled());
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

// The bound of the rate lies above the rate, and the search for states that it ends leaves none out.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "limes/math/random.hpp"
#include "limes/spiking/theory/neuron_solution.hpp"
#include "limes/spiking/theory/rate_bound.hpp"
#include "limes/spiking/theory/self_consistency.hpp"

namespace limes::spiking {
namespace {

TEST(RateBound, LiesAboveTheRate) {
  math::RandomStream random(7, 0, math::Purpose::kTheory, 0);
  for (int k = 0; k < 60; ++k) {
    OneNeuron neuron;
    neuron.intensity = k % 3 == 0 ? Intensity::kLinear : Intensity::kExponential;
    neuron.base_rate = std::pow(10.0, 2.0 * random.uniform() - 1.5);
    neuron.time_constant = std::pow(10.0, 2.0 * random.uniform() - 1.0);
    neuron.reset = neuron.intensity == Intensity::kLinear ? random.uniform() : 4.0 * random.uniform() - 3.0;
    for (int j = 0; j < 1 + k % 2; ++j) {
      neuron.inputs.push_back(
          {std::pow(10.0, 2.0 * random.uniform() - 1.5), std::pow(10.0, 3.0 * random.uniform() - 1.0)});
    }
    const double rate = rate_and_slope(neuron).rate;
    EXPECT_GT(rate_bound(neuron), rate) << k;
    EXPECT_LT(rate_bound(neuron), 60.0 * rate) << "a bound far above tells nothing, case " << k;
  }
}

SpikingNetwork group(std::size_t size, double base_rate, double total) {
  SpikingNetwork network;
  network.groups = {{size, base_rate, 1.0, 0.0}};
  network.weights = Eigen::MatrixXd::Constant(1, 1, total / (static_cast<double>(size) - 1.0));
  return network;
}

TEST(States, HighStatesFarAboveTheLowOneAreFound) {
  // K = 15, Lam = .04: folds at W = 6.244792 and 8.850144 by the continuation, so three states between; note 8.7 has
  // 2.126 at 6.3 and 3.942 at 6.6.
  for (const double total : {6.245, 6.25, 6.3, 6.4, 6.6, 7.5, 8.8}) {
    EXPECT_EQ(find_states(group(15, 0.04, total)).states.size(), 3U) << total;
  }
  EXPECT_EQ(find_states(group(15, 0.04, 6.24)).states.size(), 1U);
  EXPECT_EQ(find_states(group(15, 0.04, 8.9)).states.size(), 1U);
  EXPECT_NEAR(find_states(group(15, 0.04, 6.3)).states.back().rates(0), 2.126, 5e-4);
  EXPECT_NEAR(find_states(group(15, 0.04, 6.6)).states.back().rates(0), 3.942, 5e-4);
  // A small base rate: the high state lies almost six decades above the low one.
  const auto far = find_states(group(20, 1e-4, 16.0)).states;
  ASSERT_EQ(far.size(), 3U);
  EXPECT_GT(far.back().rates(0), 5e5 * far.front().rates(0));
}

TEST(States, HighStatesOfSeveralGroupsFarAboveTheLowOneAreFound) {
  // Two groups that do not hear each other: every pair of states of one (three each) is a state.
  SpikingNetwork network;
  network.groups = {{20, 1e-4, 1.0, 0.0}, {15, 0.04, 1.0, 0.0}};
  network.weights = Eigen::MatrixXd::Zero(2, 2);
  network.weights(0, 0) = 16.0 / 19.0;
  network.weights(1, 1) = 6.6 / 14.0;
  const auto one = find_states(group(20, 1e-4, 16.0)).states, other = find_states(group(15, 0.04, 6.6)).states;
  const auto found = find_states(network).states;
  const auto has = [&](double first, double second) {
    return std::any_of(found.begin(), found.end(), [&](const ReplicaState& state) {
      return std::abs(state.rates(0) / first - 1.0) < 1e-6 && std::abs(state.rates(1) / second - 1.0) < 1e-6;
    });
  };
  for (const ReplicaState* a : {&one.front(), &one.back()}) {
    for (const ReplicaState* b : {&other.front(), &other.back()}) {
      EXPECT_TRUE(has(a->rates(0), b->rates(0))) << a->rates(0) << " " << b->rates(0);
    }
  }
}

}  // namespace
}  // namespace limes::spiking

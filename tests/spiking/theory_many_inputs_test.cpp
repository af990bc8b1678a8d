// Neurons with many different inputs, and networks of many distinct neurons.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "limes/math/random.hpp"
#include "limes/spiking/theory/backward.hpp"
#include "limes/spiking/theory/compressed_inputs.hpp"
#include "limes/spiking/theory/linear.hpp"
#include "limes/spiking/theory/neuron_solution.hpp"
#include "limes/spiking/theory/stability.hpp"

namespace limes::spiking {
namespace {

OneNeuron neuron_with_inputs(Intensity intensity, int count, double scale) {
  math::RandomStream random(3, 0, math::Purpose::kTheory, 0);
  OneNeuron neuron{intensity, .5, 1, intensity == Intensity::kLinear ? .5 : -.5, {}};
  for (int j = 0; j < count; ++j) {
    const double weight = scale * (2 * random.uniform() - (intensity == Intensity::kLinear ? 0.0 : 1.0));
    neuron.inputs.push_back({weight, 15.0 / count * random.uniform()});
  }
  return neuron;
}

TEST(TheoryManyInputs, AFewStandForThemAll) {
  for (const double scale : {.1, 1.0, 3.0}) {
    const OneNeuron neuron = neuron_with_inputs(Intensity::kExponential, 100, scale);
    const auto few = compressed(neuron);
    ASSERT_TRUE(few.has_value());
    EXPECT_LE(few->neuron.inputs.size(), 64u);
    const BackwardSolution full(neuron);
    const RateAndSlope quick = rate_and_slope(neuron);
    EXPECT_NEAR(quick.rate / full.rate(), 1.0, 1e-9) << scale;
    const auto response = response_of(neuron)({0.0, 2.0}), exact = full.response({0.0, 2.0});
    double largest = 0.0;
    for (const double slope : full.rate_sensitivity()) largest = std::max(largest, std::abs(slope));
    for (std::size_t j = 0; j < neuron.inputs.size(); ++j) {
      EXPECT_NEAR(quick.sensitivity[j], full.rate_sensitivity()[j], 1e-7 * largest) << scale;
      EXPECT_NEAR(std::abs(response[j] - exact[j]), 0.0, 1e-7 * largest) << scale;
    }
  }
  const OneNeuron linear = neuron_with_inputs(Intensity::kLinear, 100, 1.0);
  const OneNeuronStatistics exact = solve_linear(linear);
  const RateAndSlope quick = rate_and_slope(linear);
  EXPECT_NEAR(quick.rate / exact.rate, 1.0, 1e-13);
  for (std::size_t j = 0; j < linear.inputs.size(); ++j) {
    EXPECT_NEAR(quick.sensitivity[j], exact.rate_sensitivity[j], 1e-13);
  }
}

TEST(TheoryManyInputs, FewOrEqualOnesStayAsTheyAre) {
  EXPECT_FALSE(compressed(neuron_with_inputs(Intensity::kExponential, 32, 1.0)).has_value());
  OneNeuron equal = neuron_with_inputs(Intensity::kExponential, 100, 1.0);
  for (ExternalInput& input : equal.inputs) input.weight = input.weight > 0 ? .2 : -.3;
  EXPECT_FALSE(compressed(equal).has_value());
}

TEST(TheoryManyInputs, SilentOnesCost) {
  // Inputs of rate 0 have no part in the rate, but a sensitivity.
  OneNeuron neuron = neuron_with_inputs(Intensity::kExponential, 100, .5);
  for (std::size_t j = 0; j < 100; j += 2) neuron.inputs[j].rate = 0.0;
  const BackwardSolution full(neuron);
  const RateAndSlope quick = rate_and_slope(neuron);
  EXPECT_NEAR(quick.rate / full.rate(), 1.0, 1e-9);
  EXPECT_NEAR(quick.sensitivity[0], full.rate_sensitivity()[0], 1e-8);
  for (ExternalInput& input : neuron.inputs) input.rate = 0.0;
  EXPECT_NEAR(rate_and_slope(neuron).rate, BackwardSolution({Intensity::kExponential, .5, 1, -.5, {}}).rate(), 1e-9);
}

TEST(TheoryManyInputs, SeventyDistinctNeuronsHaveAState) {
  constexpr Eigen::Index kNeurons = 70;
  math::RandomStream random(5, 0, math::Purpose::kTheory, 0);
  SpikingNetwork network;
  network.weights = Eigen::MatrixXd::Zero(kNeurons, kNeurons);
  for (Eigen::Index i = 0; i < kNeurons; ++i) {
    network.groups.push_back({1, .3 + .5 * random.uniform(), 1.0, 0.0});
    for (Eigen::Index j = 0; j < kNeurons; ++j) {
      if (i != j) network.weights(i, j) = j % 5 == 0 ? -.15 * random.uniform() : .06 * random.uniform();
    }
  }
  const ReplicaState state = refine_state(network, Eigen::VectorXd::Constant(kNeurons, 1.0));
  EXPECT_LT(state.residual, 1e-10);
  // Without the rule for many inputs.
  const BackwardSolution last(neuron_of_group(network, kNeurons - 1, state.rates));
  EXPECT_NEAR(last.rate() / state.rates(kNeurons - 1), 1.0, 1e-9);
}

TEST(TheoryManyInputs, TheSignOfADeterminantIsAllThatIsKnownOfManyGroups) {
  constexpr Eigen::Index kGroups = 400;
  SpikingNetwork network;
  network.groups.resize(kGroups);
  ReplicaState state;
  state.map.gain = 0.5 * Eigen::MatrixXd::Identity(kGroups, kGroups);
  EXPECT_FALSE(affordable_stability(network, state).known);
  state.map.gain(7, 7) = 1.5;
  const Stability unstable = affordable_stability(network, state);
  EXPECT_TRUE(unstable.known);
  EXPECT_FALSE(unstable.stable);
  EXPECT_EQ(unstable.growing, 1);
}

}  // namespace
}  // namespace limes::spiking

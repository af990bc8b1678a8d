// Growth rates of the time-dependent replica limit (theory note rmf, section 3, point 6, and 8.4).

#include <gtest/gtest.h>

#include <complex>

#include "limes/spiking/theory/backward.hpp"
#include "limes/spiking/theory/shifted_hessenberg.hpp"
#include "limes/spiking/theory/stability.hpp"
#include "spiking/spiking_helpers.hpp"

namespace limes::spiking {
namespace {

TEST(Stability, OfTheBistableGroup) {
  const SpikingNetwork network = testing::bistable(1, 1, 0).network;
  const auto found = find_states(network);
  ASSERT_EQ(found.states.size(), 3u);
  const int growing[] = {0, 1, 0};
  for (std::size_t k = 0; k < 3; ++k) {
    const Stability stability = stability_of(network, found.states[k]);
    EXPECT_EQ(stability.growing, growing[k]);
    EXPECT_EQ(stability.stable, growing[k] == 0);
    ASSERT_TRUE(stability.leading_found);
    const CharacteristicFunction d(network, found.states[k]);
    // D is of order one and varies on the scale of the rates: a zero to rounding.
    EXPECT_LT(std::abs(d(stability.leading)), 1e-9);
    if (k == 1) {
      EXPECT_NEAR(stability.leading.real(), 0.8846, 5e-5);
    }
  }
}

TEST(Stability, OfCompetingGroups) {
  const SpikingNetwork network = testing::competing(1, 10).network;
  const auto found = find_states(network);
  ASSERT_EQ(found.states.size(), 3u);
  EXPECT_TRUE(stability_of(network, found.states[0]).stable);
  EXPECT_EQ(stability_of(network, found.states[1]).growing, 1);
  EXPECT_TRUE(stability_of(network, found.states[2]).stable);
}

// One excitatory group: at s = 0 the group's mode is 1 - J, the modes within the group 1 + J/C.
TEST(Stability, CharacteristicFunctionAtZero) {
  const SpikingNetwork network = testing::bistable(1, 1, 0).network;
  const auto found = find_states(network);
  for (const ReplicaState& state : found.states) {
    const double gain = state.map.gain(0, 0);
    const std::complex<double> value = CharacteristicFunction(network, state)(0.0);
    EXPECT_NEAR(value.real(), (1.0 - gain) * (1.0 + gain / 19.0), 1e-9);
  }
}

TEST(ShiftedHessenberg, SolvesAsTheFullMatrix) {
  Eigen::MatrixXd a(6, 6);
  for (Eigen::Index i = 0; i < 6; ++i) {
    for (Eigen::Index j = 0; j < 6; ++j) a(i, j) = std::sin(1.0 + 3.0 * static_cast<double>(i * i + 5 * j));
  }
  const ShiftedHessenberg reduced(a);
  Eigen::VectorXcd b(6);
  for (Eigen::Index i = 0; i < 6; ++i) b(i) = std::complex<double>(1.0, static_cast<double>(i));
  const std::complex<double> s(0.3, -1.7);
  Eigen::MatrixXcd shifted = a.cast<std::complex<double>>();
  shifted.diagonal().array() += s;
  EXPECT_LT((shifted * reduced.solve(s, b) - b).norm(), 1e-12);
}

TEST(ShiftedHessenberg, PreparedResponsesAreTheSame) {
  const OneNeuron neuron{Intensity::kExponential, 0.5, 2.0, -1.0, {{0.5, 6.0}, {-0.5, 4.0}}};
  BackwardSolution prepared(neuron);
  const BackwardSolution plain(neuron);
  prepared.prepare_responses();
  for (const std::complex<double> s : {std::complex<double>(0.7, 0.0), {0.0, 3.0}, {-0.2, 1.0}}) {
    const auto a = prepared.response(s), b = plain.response(s);
    for (std::size_t j = 0; j < 2; ++j) EXPECT_LT(std::abs(a[j] - b[j]), 1e-9);
  }
}

}  // namespace
}  // namespace limes::spiking

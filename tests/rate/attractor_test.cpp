// The attractors of note 7: closed forms of the classifier and of the line spectrum, and the table of the note.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cmath>
#include <numbers>

#include "limes/rate/simulation/attractor_class.hpp"
#include "limes/rate/simulation/birkhoff_average.hpp"
#include "limes/rate/simulation/principal_plane.hpp"
#include "rate/simulation_helpers.hpp"

namespace limes::rate {
namespace {

using testing::all_numbers;
using testing::curve;
using testing::find_quantity;
using testing::give_matrix;
using testing::MemoryStore;
using testing::network;
using testing::quantity;
using testing::simulate;

constexpr auto kDiscrete = TimeKind::kDiscrete;
constexpr auto kContinuous = TimeKind::kContinuous;
// Three constant states of two neurons: settled.
const std::vector<double> kRest(8, 0.25);
const OrbitEnd kSettled{kRest, 2};
// Many neurons, so that a few exponents are not all that there are.
const std::vector<double> kRestOfMany(400, 0.0);
const OrbitEnd kMany{kRestOfMany, 100};

Attractor classified(TimeKind time, std::vector<double> values, std::vector<double> errors, const OrbitEnd& orbit) {
  return classify_attractor(time, {std::move(values), std::move(errors)}, orbit, 1e-6);
}

TEST(AttractorClass, FollowsTheSignsOfTheExponents) {
  EXPECT_EQ(classified(kDiscrete, {0.02, 0.0, -0.1}, {1e-3, 1e-3, 1e-3}, kMany).kind, AttractorKind::kChaos);
  EXPECT_EQ(classified(kDiscrete, {0.006, 0.005, -0.1}, {3e-3, 1e-3, 1e-3}, kMany).kind, AttractorKind::kChaos);
  const Attractor point = classified(kDiscrete, {-0.02, -0.03}, {1e-4, 1e-4}, kSettled);
  EXPECT_EQ(point.kind, AttractorKind::kFixedPoint);
  EXPECT_EQ(point.period, 1);
  EXPECT_EQ(classified(kContinuous, {-0.02, -0.03}, {1e-4, 1e-4}, kSettled).kind, AttractorKind::kFixedPoint);
  const Attractor circle = classified(kDiscrete, {1e-4, -0.01}, {1e-5, 1e-5}, kMany);
  EXPECT_EQ(circle.kind, AttractorKind::kCircle);
  EXPECT_EQ(circle.dimension, 1);
  EXPECT_EQ(classified(kContinuous, {-1e-4, -0.01}, {1e-5, 1e-5}, kMany).kind, AttractorKind::kCircle);
  const Attractor torus = classified(kDiscrete, {1e-5, -1e-5, -0.0006}, {1e-6, 1e-6, 1e-5}, kMany);
  EXPECT_EQ(torus.kind, AttractorKind::kTorus);
  EXPECT_EQ(torus.dimension, 2);
  EXPECT_EQ(classified(kDiscrete, {1e-5, 0.0, -1e-5, -0.1}, {0, 0, 0, 0}, kMany).dimension, 3);
}

TEST(AttractorClass, WidensZeroWithTheErrors) {
  EXPECT_EQ(zero_tolerance(0.0), 2e-4);
  EXPECT_DOUBLE_EQ(zero_tolerance(1e-3), 3e-3);
  // The same exponents are chaos, or a circle, by what is known of the first.
  EXPECT_EQ(classified(kDiscrete, {0.002, -0.1}, {1e-4, 1e-4}, kMany).kind, AttractorKind::kChaos);
  EXPECT_EQ(classified(kDiscrete, {0.002, -0.1}, {1e-3, 1e-4}, kMany).kind, AttractorKind::kCircle);
}

TEST(AttractorClass, IsUnresolvedWhereTheNumbersDoNotTell) {
  const std::vector<double> moving{0.0, 1.0, 0.1, 1.1, 0.2, 1.2};
  for (const auto& [values, errors, orbit] :
       {std::tuple{std::vector{-0.02, -0.03}, std::vector{1e-4, 1e-4}, OrbitEnd{moving, 1}},  // not settled
        std::tuple{std::vector{0.0, 0.0}, std::vector{0.0, 0.0}, kMany},                      // how many more zeros?
        std::tuple{std::vector<double>{0.0, NAN}, std::vector{0.0, 0.0}, kMany},
        std::tuple{std::vector{0.0, -0.1}, std::vector<double>{NAN, 0.0}, kMany},
        std::tuple{std::vector<double>{}, std::vector<double>{}, kMany}}) {
    const Attractor found = classified(kDiscrete, values, errors, orbit);
    EXPECT_EQ(found.kind, AttractorKind::kUnresolved);
    EXPECT_FALSE(found.reason.empty());
  }
  // As many zeros as neurons: there are no more.
  EXPECT_EQ(classified(kDiscrete, {0.0, 0.0}, {0.0, 0.0}, kSettled).kind, AttractorKind::kTorus);
  // A vanished tangent is a negative exponent.
  EXPECT_EQ(classified(kDiscrete, {-INFINITY}, {0.0}, kSettled).kind, AttractorKind::kFixedPoint);
}

TEST(AttractorClass, FindsTheSmallestPeriod) {
  std::vector<double> states;
  for (int t = 0; t < 24; ++t) states.insert(states.end(), {static_cast<double>(t % 6), static_cast<double>(t % 2)});
  EXPECT_EQ(smallest_period({states, 2}, 1e-6), 6U);
  const Attractor found = classified(kDiscrete, {-0.1, -0.2}, {1e-4, 1e-4}, {states, 2});
  EXPECT_EQ(found.kind, AttractorKind::kPeriodic);
  EXPECT_EQ(found.period, 6);
  // In continuous time a periodic orbit has a zero exponent.
  EXPECT_EQ(classified(kContinuous, {-0.1, -0.2}, {1e-4, 1e-4}, {states, 2}).kind, AttractorKind::kUnresolved);
  states.back() += 1e-3;
  EXPECT_FALSE(smallest_period({states, 2}, 1e-6).has_value());
}

TEST(BirkhoffAverage, SettlesFastOnAQuasiPeriodicSeries) {
  // The plain average of cos(omega t) over T steps is of order 1/T = 2e-4.
  constexpr std::int64_t kSteps = 5000;
  BirkhoffAverage average(1, kSteps), blocks(1, kSteps);
  double block = 0.0;
  for (std::int64_t t = 0; t < kSteps; ++t) {
    const std::array<double, 1> value{0.25 + std::cos(1.234 * static_cast<double>(t) + 0.3)};
    average.add(t, 1, value);
    block += value[0];
    if (t % 5 != 4) continue;
    blocks.add(t, 5, std::array<double, 1>{block});
    block = 0.0;
  }
  EXPECT_NEAR(average.mean(0), 0.25, 1e-12);
  // Blocks of steps are a quasi-periodic series too, but the weight within one is taken as constant: (5/T)^2 w''/w.
  EXPECT_NEAR(blocks.mean(0), 0.25, 1e-6);
  EXPECT_LT(average.error(0), 1e-9);
}

TEST(PrincipalPlane, IsThePlaneOfACircle) {
  // u = a cos(w t) e1 + b sin(w t) e2 in 6 and in 600 dimensions (both sides of the eigenproblem).
  for (const std::size_t neurons : {std::size_t{6}, std::size_t{600}}) {
    std::vector<double> states;
    for (int t = 0; t < 400; ++t) {
      const double phase = 2.0 * std::numbers::pi * t / 400.0;
      for (std::size_t i = 0; i < neurons; ++i) {
        states.push_back(1.5 + (i == 1 ? 3.0 * std::cos(phase) : i == 4 ? 2.0 * std::sin(phase) : 0.0));
      }
    }
    const auto points = principal_plane({states, neurons}, 400);
    ASSERT_EQ(points.size(), 400U);
    const double scale = std::sqrt(static_cast<double>(neurons));
    EXPECT_NEAR(points[0].real(), 3.0 / scale, 1e-9);
    EXPECT_NEAR(points[100].imag(), 2.0 / scale, 1e-9);
    EXPECT_NEAR(points[100].real(), 0.0, 1e-9);
  }
}

// f = tanh(g u), no leak, no thresholds; J = P_s, u(0) = portable_normal(77, 100); 6000 steps after 4000 (note 7).
RateDescription table_row(std::uint64_t matrix, double gain) {
  auto description = network(kDiscrete, 100);
  description.populations[0].transfer = {transfer::Kind::kTanh, gain};
  description.coupling.generator = Generator::kPortable;
  description.coupling.seed = matrix;
  description.initial.generator = Generator::kPortable;
  description.initial.seed = 77;
  description.simulation.transient_steps = 4000;
  description.simulation.measured_steps = 6000;
  description.simulation.exponents = 4;
  description.simulation.attractor = true;
  return description;
}

struct Row {
  std::uint64_t matrix;
  double gain;
  std::array<double, 3> exponents;
  const char* state;
};

class RouteToChaos : public ::testing::TestWithParam<Row> {};

TEST_P(RouteToChaos, ReproducesTheTableOfTheNote) {
  const Row& row = GetParam();
  const auto outcome = simulate(table_row(row.matrix, row.gain));
  EXPECT_EQ(quantity(outcome, row.state), 1.0);
  const auto leading = find_quantity(outcome.realisations[0], "leading_exponents");
  ASSERT_TRUE(leading.has_value());
  for (std::size_t j = 0; j < 3; ++j) {
    // The table is rounded to 1e-4 and has errors of about 1e-4; in chaos the errors are larger and those measured.
    const double error = leading->standard_error->values[j];
    EXPECT_NEAR(leading->value.values[j], row.exponents[j], 3e-4 + 3.0 * error) << "exponent " << j;
    // Off chaos small enough to tell zero from -0.0006.
    EXPECT_LT(error, row.exponents[0] > 0.001 ? 6e-3 : 2e-4) << "exponent " << j;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Note7, RouteToChaos,
    ::testing::Values(
        Row{1, .98 / 1.047424080853, {-.0202, -.0202, -.0793}, "fixed_point_fraction"},
        Row{1, .9738, {0, -.0395, -.0551}, "circle_fraction"}, Row{1, 1.2889, {0, -.0147, -.0147}, "circle_fraction"},
        Row{1, 1.3366, {0, 0, -.0006}, "torus_fraction"}, Row{1, 1.4321, {.0276, .0222, .0144}, "chaos_fraction"},
        Row{2, .9653, {0, -.0109, -.0109}, "circle_fraction"}, Row{2, 1.0410, {0, 0, -.0010}, "torus_fraction"},
        Row{2, 1.0883, {0, 0, -.0008}, "torus_fraction"}, Row{2, 1.2302, {0, -.0012, -.0012}, "circle_fraction"},
        Row{2, 1.2775, {.0176, .0081, -.0017}, "chaos_fraction"},
        Row{3, .9215, {-.0391, -.0523, -.0523}, "periodic_fraction"},
        Row{3, 1.0841, {0, -.0225, -.0426}, "circle_fraction"}));

TEST(Attractors, OfATwoNeuronNetworkAreKnown) {
  // J = r R(phi), f linear inside a circle: tanh saturates it to an invariant circle for g r > 1; for phi = pi/2 the
  // map commutes with quarter turns and the orbit u -> J f(u) has period 4.
  auto description = network(kDiscrete, 2);
  coupling::DenseMatrix matrix(2, 2);
  matrix << 0.0, -1.0, 1.0, 0.0;
  give_matrix(description, matrix);
  description.populations[0].transfer = {transfer::Kind::kTanh, 2.0};
  description.simulation.transient_steps = 500;
  description.simulation.measured_steps = 500;
  description.simulation.exponents = 2;
  description.simulation.attractor = true;
  const auto outcome = simulate(description);
  EXPECT_EQ(quantity(outcome, "periodic_fraction"), 1.0);
  EXPECT_EQ(quantity(outcome, "attractor_period"), 4.0);
  EXPECT_NEAR(quantity(outcome, "base_frequency"), std::numbers::pi / 2.0, 1e-12);
  // Both coordinates go through u* = tanh(2 u*): two exponents ln f'(u*).
  double fixed = 1.0;
  for (int i = 0; i < 200; ++i) fixed = std::tanh(2.0 * fixed);
  EXPECT_NEAR(quantity(outcome, "lyapunov_exponent"), std::log(2.0 * (1.0 - fixed * fixed)), 1e-9);
}

TEST(Attractors, OfAFlowIncludeLimitCycles) {
  // du/dt = -u + J tanh(g u), J = [[1, -1], [1, 1]]: the eigenvalues g (1 +- i) - 1 of the rest state cross at g = 1.
  for (const auto& [gain, state] : {std::pair{0.8, "fixed_point_fraction"}, {1.5, "circle_fraction"}}) {
    auto description = network(kContinuous, 2);
    coupling::DenseMatrix matrix(2, 2);
    matrix << 1.0, -1.0, 1.0, 1.0;
    give_matrix(description, matrix);
    description.populations[0].transfer = {transfer::Kind::kTanh, gain};
    description.simulation.transient_steps = 2000;
    description.simulation.measured_steps = 4000;
    description.simulation.exponents = 2;
    description.simulation.attractor = true;
    const auto outcome = simulate(description);
    EXPECT_EQ(quantity(outcome, state), 1.0) << gain;
    if (gain < 1.0) continue;
    // The return plot of a periodic record is one point.
    const auto plot = curve(outcome, "return_plot").values.values;
    ASSERT_GE(plot.size(), 4U);
    for (std::size_t k = 2; k < plot.size(); ++k) EXPECT_NEAR(plot[k], plot[k % 2], 1e-3);
    EXPECT_FALSE(find_quantity(outcome.realisations[0], "attractor_period").has_value());
  }
}

TEST(TrajectoryDistance, StaysBelowTheContractionBound) {
  // tanh, J = P_1, |J|_2 near 2: below g_as = (1 - gamma)/|J|_2 every distance shrinks by gamma + g |J|_2 in a step.
  for (const auto& [time, leak] : {std::pair{kDiscrete, 0.0}, {kDiscrete, 0.4}, {kContinuous, 0.0}}) {
    auto description = table_row(1, 0.0);
    description.time = time;
    description.simulation.attractor = false;
    description.simulation.exponents = 0;
    description.simulation.transient_steps = 0;
    description.simulation.measured_steps = 400;
    description.simulation.realisations = 4;
    if (time == kContinuous) description.simulation.integrator = Integrator::kRungeKutta4;
    if (time == kContinuous) description.simulation.step = 0.1;
    description.populations[0].leak = leak;
    description.populations[0].transfer.gain = 1e-9;
    const double norm = quantity(simulate(description), "coupling_norm");
    description.populations[0].transfer.gain = 0.9 * (1.0 - leak) / norm;
    const auto outcome = simulate(description);
    for (std::size_t b = 1; b < 4; ++b) {
      const auto distance = curve(outcome, "trajectory_distance", b).values.values;
      const auto bound = curve(outcome, "trajectory_distance_bound", b).values.values;
      ASSERT_EQ(distance.size(), bound.size());
      EXPECT_EQ(distance[0], 1.0);
      EXPECT_LT(distance.back(), 0.1);
      // One step of Runge-Kutta follows the flow to 1e-7; rounding ends the fall.
      for (std::size_t k = 0; k < bound.size(); ++k) EXPECT_LE(distance[k], bound[k] * (1.0 + 1e-6) + 1e-15) << k;
      EXPECT_NEAR(bound[10], time == kDiscrete ? std::pow(leak + 0.9 * (1.0 - leak), 10) : std::exp(-0.1), 1e-12);
    }
    EXPECT_THROW((void)curve(outcome, "trajectory_distance", 0), std::runtime_error);
    // Above it there is no bound, and noise differs from trial to trial.
    description.populations[0].transfer.gain = 3.0;
    EXPECT_THROW((void)curve(simulate(description), "trajectory_distance_bound", 1), std::runtime_error);
    description.populations[0].noise_deviation = 0.1;
    EXPECT_THROW((void)curve(simulate(description), "trajectory_distance", 1), std::runtime_error);
  }
}

TEST(Attractors, GoOnFromACheckpointWithTheSameBits) {
  auto description = table_row(1, 1.3366);
  description.simulation.transient_steps = 100;
  description.simulation.measured_steps = 400;
  const auto whole = simulate(description);
  MemoryStore store;
  std::atomic<bool> stop{false};
  system::Context context;
  context.stop = StopToken(&stop);
  context.checkpoints = &store;
  context.progress = [&](double fraction, const std::string&) { stop = stop || fraction > 0.6; };
  ASSERT_EQ(simulate_network(description, context).status, system::Status::kInterrupted);
  stop = false;
  context.progress = [](double, const std::string&) {};
  EXPECT_EQ(all_numbers(simulate_network(description, context)), all_numbers(whole));
}

}  // namespace
}  // namespace limes::rate

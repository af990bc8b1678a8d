// The time step against exact evolution: maps by hand, matrix powers, matrix exponentials, orders of convergence.

#include <gtest/gtest.h>

#include <cmath>
#include <unsupported/Eigen/MatrixFunctions>

#include "limes/coupling/gaussian.hpp"
#include "limes/math/random.hpp"
#include "limes/math/random_portable.hpp"
#include "rate/simulation_helpers.hpp"

namespace limes::rate {
namespace {

using testing::curve;
using testing::give_matrix;
using testing::network;
using testing::quantity;
using testing::simulate;

// Sums of a few terms in another order: some units in the last place.
constexpr double kRounding = 1e-13;

TEST(SimulationStep, OneNeuronFollowsTheMapByHand) {
  auto description = network(TimeKind::kDiscrete, 1);
  give_matrix(description, coupling::DenseMatrix::Constant(1, 1, -1.7));
  description.populations[0].transfer = {transfer::Kind::kLogistic, 2.0};
  description.populations[0].leak = 0.3;
  description.threshold.values = {0.4};
  description.populations[0].initial_mean = 0.25;
  description.populations[0].initial_variance = 0.0;
  description.simulation.measured_steps = 40;
  const auto outcome = simulate(description);
  const auto trajectory = curve(outcome, "mean_trajectory");
  double u = 0.25;
  double log_slope = 0.0;
  for (std::size_t t = 0; t < 40; ++t) {
    ASSERT_NEAR(trajectory.values.values[t], u, kRounding) << "t = " << t;
    const double f = 1.0 / (1.0 + std::exp(-4.0 * u));
    // The tangent counts after a quarter of this short run.
    if (t >= 10) log_slope += std::log(std::abs(0.3 - 1.7 * 4.0 * f * (1.0 - f))) / 30.0;
    u = 0.3 * u - 1.7 * f - 0.4;
  }
  EXPECT_NEAR(quantity(outcome, "lyapunov_exponent"), log_slope, 1e-12);
}

TEST(SimulationStep, LinearNetworkFollowsMatrixPowers) {
  const int n = 12;
  auto description = network(TimeKind::kDiscrete, n);
  give_matrix(description, coupling::gaussian_matrix(3, 0, n, 0.5, 0.8));
  description.populations[0].transfer = {transfer::Kind::kLinear, 1.1};
  description.populations[0].leak = 0.2;
  description.initial.generator = Generator::kPortable;
  description.initial.seed = 77;
  description.simulation.measured_steps = 30;
  const auto outcome = simulate(description);
  const auto means = curve(outcome, "mean_trajectory");
  const auto variances = curve(outcome, "variance_trajectory");
  const auto start = math::portable_normal(77, n);
  Eigen::VectorXd u = Eigen::Map<const Eigen::VectorXd>(start.data(), n);
  const auto& couplings = std::get<coupling::DenseMatrix>(*description.coupling.matrix);
  for (std::size_t t = 0; t < 30; ++t) {
    const double mean = u.mean();
    EXPECT_NEAR(means.values.values[t], mean, kRounding * u.norm());
    EXPECT_NEAR(variances.values.values[t], (u.array() - mean).square().mean(), kRounding * u.squaredNorm());
    u = (0.2 * u + 1.1 * couplings * u).eval();
  }
}

/// Largest error of the mean over neurons of a linear flow at t = 2, against the matrix exponential.
double linear_flow_error(double step, Integrator integrator) {
  const int n = 8;
  auto description = network(TimeKind::kContinuous, n);
  give_matrix(description, coupling::gaussian_matrix(5, 0, n, 0.0, 1.0));
  description.populations[0].transfer = {transfer::Kind::kLinear, 1.0};
  description.populations[0].initial_mean = 1.0;
  description.simulation.integrator = integrator;
  description.simulation.step = step;
  description.simulation.measured_steps = std::llround(2.0 / step) + 10;
  const auto trajectory = curve(simulate(description), "mean_trajectory");
  const Eigen::MatrixXd generator =
      std::get<coupling::DenseMatrix>(*description.coupling.matrix) - Eigen::MatrixXd::Identity(n, n);
  const auto initial = draw_initial_state(description, 0);
  const Eigen::VectorXd exact = (2.0 * generator).exp() * Eigen::Map<const Eigen::VectorXd>(initial.data(), n);
  for (std::size_t k = 0; k < trajectory.axes[0].values.size(); ++k) {
    if (std::abs(trajectory.axes[0].values[k] - 2.0) < 1e-9)
      return std::abs(trajectory.values.values[k] - exact.mean());
  }
  throw std::runtime_error("t = 2 is not on the grid");
}

TEST(SimulationStep, RungeKuttaConvergesWithOrderFour) {
  const double coarse = linear_flow_error(0.1, Integrator::kRungeKutta4);
  const double fine = linear_flow_error(0.05, Integrator::kRungeKutta4);
  EXPECT_LT(coarse, 1e-4);
  // Order p gives 2^p; the next order is 0.05 relative at these steps.
  EXPECT_NEAR(std::log2(coarse / fine), 4.0, 0.3);
}

TEST(SimulationStep, EulerConvergesWithOrderOne) {
  const double coarse = linear_flow_error(0.02, Integrator::kEulerMaruyama);
  const double fine = linear_flow_error(0.01, Integrator::kEulerMaruyama);
  EXPECT_NEAR(std::log2(coarse / fine), 1.0, 0.15);
}

TEST(SimulationStep, EulerIsTheMapOfTheEmbedding) {
  // Note 1.2: Euler-Maruyama with step dt is the map with leak 1 - dt, J dt, theta dt, sigma = sqrt(2 D dt).
  const double dt = 0.1;
  auto flow = network(TimeKind::kContinuous, 20);
  flow.coupling.generator = Generator::kPortable;
  flow.coupling.deviation(0, 0) = 2.0;
  flow.populations[0].threshold_mean = 0.3;
  flow.populations[0].noise_intensity = 0.2;
  flow.simulation.integrator = Integrator::kEulerMaruyama;
  flow.simulation.step = dt;
  auto map = flow;
  map.time = TimeKind::kDiscrete;
  map.simulation.integrator = Integrator::kMap;
  map.simulation.step = 1.0;
  map.populations[0].leak = 1.0 - dt;
  map.coupling.deviation(0, 0) = 2.0 * dt;
  map.populations[0].threshold_mean = 0.3 * dt;
  map.populations[0].noise_deviation = std::sqrt(2.0 * 0.2 * dt);
  const auto of_flow = curve(simulate(flow), "variance_trajectory");
  const auto of_map = curve(simulate(map), "variance_trajectory");
  // 30 steps: rounding differences have not been amplified by more than e^(lambda 3) yet.
  for (std::size_t t = 0; t < 30; ++t) EXPECT_NEAR(of_flow.values.values[t], of_map.values.values[t], 1e-12);
}

TEST(SimulationStep, NoiseOfUncoupledNeuronsIsStationaryWithItsExactVariance) {
  auto map = network(TimeKind::kDiscrete, 500);
  map.coupling.deviation(0, 0) = 0.0;
  map.populations[0].leak = 0.5;
  map.populations[0].noise_deviation = 0.3;
  map.simulation.transient_steps = 50;
  map.simulation.measured_steps = 2000;
  // sigma^2/(1 - leak^2); relative error sqrt(2 (1+a)/(1-a)/(N T)), a = leak^2: 2e-3; five of these.
  EXPECT_NEAR(quantity(simulate(map), "variance"), 0.12, 0.12 * 0.01);

  auto flow = network(TimeKind::kContinuous, 500);
  flow.coupling.deviation(0, 0) = 0.0;
  flow.populations[0].noise_intensity = 0.5;
  flow.simulation.integrator = Integrator::kEulerMaruyama;
  flow.simulation.step = 0.1;
  flow.simulation.transient_steps = 200;
  flow.simulation.measured_steps = 4000;
  // Euler-Maruyama: 2 D dt/(1 - (1 - dt)^2) = D/(1 - dt/2), exactly; relative error sqrt(2/(N T/tau)) = 3e-3.
  const auto outcome = simulate(flow);
  EXPECT_NEAR(quantity(outcome, "variance"), 0.5 / 0.95, 0.02 * 0.5 / 0.95);
  const auto covariance = curve(outcome, "autocovariance");
  for (std::size_t k = 0; k <= 20; k += 5) {
    EXPECT_NEAR(covariance.values.values[k], 0.5 / 0.95 * std::pow(0.9, static_cast<double>(k)), 0.01);
  }
  // The exponent of u' = -u under Euler: ln(1 - dt)/dt.
  EXPECT_NEAR(quantity(outcome, "lyapunov_exponent"), std::log(0.9) / 0.1, 1e-9);
  // White noise is not part of the local field.
  EXPECT_EQ(quantity(outcome, "field_variance"), 0.0);
}

TEST(SimulationStep, NoiseIsOneStreamPerStepHoweverItIsCutAmongThreads) {
  const int n = 5000;  // more than one chunk
  auto description = network(TimeKind::kDiscrete, n);
  coupling::SparseMatrix matrix(n, n);
  matrix.insert(0, 0) = 1e-300;
  description.coupling.kind = CouplingDescription::Kind::kGiven;
  description.coupling.matrix = std::make_shared<const coupling::Matrix>(matrix);
  description.populations[0].initial_variance = 0.0;
  description.populations[0].noise_deviation = 0.5;
  compute::Threads threads(2);
  const Network<double> fixed(description, 0, threads);
  Batch<double> batch(description, fixed, {3, 4});
  batch.evaluate(threads);
  batch.advance(threads);
  std::vector<double> normals(n);
  math::RandomStream(stream_seed(description.seed, n), 4, math::Purpose::kNoise, 0).fill_normal(normals);
  for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(batch.state()[2 * i + 1], 0.5 * normals[i]) << i;
}

TEST(SimulationStep, TangentOfALinearNetworkGrowsWithTheSpectralRadius) {
  auto map = network(TimeKind::kDiscrete, 60);
  coupling::DenseMatrix couplings = coupling::gaussian_matrix(11, 0, 60, 0.0, 0.2);
  couplings.array() += 0.9 / 60.0;  // an isolated real eigenvalue near 0.9: the tangent settles at once
  give_matrix(map, couplings);
  map.populations[0].transfer.kind = transfer::Kind::kLinear;
  map.simulation.transient_steps = 300;
  const double radius = coupling::spectral_radius(*map.coupling.matrix);
  EXPECT_NEAR(quantity(simulate(map), "lyapunov_exponent"), std::log(radius), 1e-12);

  auto flow = map;
  flow.time = TimeKind::kContinuous;
  flow.simulation.integrator = Integrator::kRungeKutta4;
  flow.simulation.step = 0.1;
  flow.simulation.transient_steps = 2000;
  // The exact amplification of RK4 for u' = (radius - 1) u.
  const double z = 0.1 * (radius - 1.0);
  const double factor = 1.0 + z + z * z / 2.0 + z * z * z / 6.0 + z * z * z * z / 24.0;
  EXPECT_NEAR(quantity(simulate(flow), "lyapunov_exponent"), std::log(factor) / 0.1, 1e-11);
}

TEST(SimulationStep, RungeKuttaTangentIsTheDerivativeOfTheStep) {
  // Two trajectories a distance 1e-7 apart separate as the tangent does, in a nonlinear network.
  auto description = network(TimeKind::kContinuous, 30);
  description.coupling.generator = Generator::kPortable;
  description.coupling.deviation(0, 0) = 1.8;
  compute::Threads threads(1);
  const Network<double> fixed(description, 0, threads);
  Batch<double> batch(description, fixed, {0});
  for (int n = 0; n < 50; ++n) {
    batch.evaluate(threads);
    batch.advance(threads);
  }
  const std::vector<double> before(batch.state().begin(), batch.state().end());
  const std::vector<double> tangent(batch.tangent().begin(), batch.tangent().end());
  const auto step_from = [&](double distance) {
    Batch<double> copy(description, fixed, {0});
    std::vector<double> start(before);
    for (std::size_t i = 0; i < start.size(); ++i) start[i] += distance * tangent[i];
    copy.set_state(start);
    copy.evaluate(threads);
    copy.advance(threads);
    return std::vector<double>(copy.state().begin(), copy.state().end());
  };
  const double h = 1e-5;
  const auto ahead = step_from(h);
  const auto behind = step_from(-h);
  batch.evaluate(threads);
  batch.advance(threads);
  const double growth = std::exp(batch.log_growth(0));
  for (std::size_t i = 0; i < before.size(); ++i) {
    // Central difference: error h^2 times third derivatives, and 1e-16/h of rounding.
    EXPECT_NEAR((ahead[i] - behind[i]) / (2.0 * h), growth * batch.tangent()[i], 1e-9);
  }
}

}  // namespace
}  // namespace limes::rate

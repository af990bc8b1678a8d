// The finite network of random modes: its couplings, the estimators of tr C^2, and that bits do not depend on threads.

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "limes/math/random.hpp"
#include "limes/rate/random_modes/simulation/network_results.hpp"
#include "limes/rate/random_modes/simulation/simulation.hpp"
#include "limes/rate/random_modes/simulation/trajectories.hpp"

namespace limes::rate::random_modes {
namespace {

ModesDescription small(Kind kind, std::size_t size) {
  ModesDescription description;
  description.size = size;
  description.kind = kind;
  description.deviation = 2.0;
  description.transfer = {transfer::Kind::kTanh, 1.0};
  description.simulation.transient = 20.0;
  description.simulation.duration = 20.0;
  description.simulation.trajectories = 4;
  description.simulation.realisations = 3;
  description.simulation.lags = 5.0;
  if (kind == Kind::kRandomModes) description.strengths.assign(size, 2.0);
  return description;
}

double value_of(const system::Realisation& one, const std::string& name) {
  for (const auto& measured : one.quantities) {
    if (measured.name == name) return measured.value.scalar();
  }
  ADD_FAILURE() << name << " was not measured";
  return 0.0;
}

Eigen::MatrixXd explicit_matrix(const ModesDescription& description, std::uint32_t number) {
  compute::Threads threads(1);
  const ModeCouplings<double> couplings(description, number, Draw::kOwn, {}, threads, {});
  const auto size = static_cast<Eigen::Index>(description.size);
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> identity(size, size), matrix(size, size);
  identity.setIdentity();
  couplings.apply(threads, identity.data(), matrix.data(), description.size);
  return matrix;
}

TEST(Couplings, ModesHaveTheirRankAndStrength) {
  ModesDescription description = small(Kind::kRandomModes, 300);
  description.strengths.assign(30, 2.0 * std::sqrt(10.0));
  const Eigen::MatrixXd matrix = explicit_matrix(description, 0);
  Eigen::BDCSVD<Eigen::MatrixXd> svd(matrix);
  const auto& values = svd.singularValues();
  EXPECT_LT(values(30), 1e-10 * values(0));
  EXPECT_GT(values(29), 0.1 * values(0));
  // (1/N) tr J J^T = g_eff^2 to O(1/N): its deviation is g^2 sqrt(2/(M N) + ...) < 4 %, five of these.
  EXPECT_NEAR(matrix.squaredNorm() / 300.0, 4.0, 0.4);
}

TEST(Couplings, OverlapsSitOnTheDiagonal) {
  // tr J = sum_a D_a u_a.v_a = sum rho_a D_a, with a deviation of D sqrt(2).
  ModesDescription description = small(Kind::kRandomModes, 200);
  description.strengths.assign(200, 1.0);
  description.overlaps.assign(200, 0.5);
  EXPECT_NEAR(explicit_matrix(description, 0).trace(), 100.0, 6.0);  // deviation 1.1
  description.overlaps.clear();
  EXPECT_NEAR(explicit_matrix(description, 0).trace(), 0.0, 6.0);
}

TEST(Couplings, OrthogonalOnesAre) {
  const Eigen::MatrixXd matrix = explicit_matrix(small(Kind::kOrthogonal, 90), 1);
  EXPECT_LT((matrix * matrix.transpose() - 4.0 * Eigen::MatrixXd::Identity(90, 90)).cwiseAbs().maxCoeff(), 1e-12);
  // Haar: the trace has variance g^2; columns of Q alone would have signs that the algorithm chooses.
  double sum = 0.0;
  for (std::uint32_t number = 0; number < 20; ++number)
    sum += std::pow(explicit_matrix(small(Kind::kOrthogonal, 20), number).trace(), 2);
  EXPECT_NEAR(sum / 20.0, 4.0, 4.0 * 4.0 * std::sqrt(2.0 / 20.0));
}

TEST(Couplings, SurrogatesKeepTheSingularValues) {
  ModesDescription description = small(Kind::kGiven, 40);
  coupling::DenseMatrix matrix = coupling::DenseMatrix::Zero(40, 40);
  for (Eigen::Index i = 0; i < 40; ++i) matrix(i, (i * 7 + 3) % 40) = 1.0 + static_cast<double>(i);
  description.matrix = std::make_shared<const coupling::Matrix>(matrix);
  const auto values = singular_values(*description.matrix);
  compute::Threads threads(1);
  const ModeCouplings<double> couplings(description, 0, Draw::kSpectrumSurrogate, values, threads, {});
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> identity(40, 40), drawn(40, 40);
  identity.setIdentity();
  couplings.apply(threads, identity.data(), drawn.data(), 40);
  const Eigen::VectorXd found = Eigen::BDCSVD<Eigen::MatrixXd>(Eigen::MatrixXd(drawn)).singularValues();
  for (Eigen::Index k = 0; k < 40; ++k) EXPECT_NEAR(found(k), values[static_cast<std::size_t>(k)], 1e-9);
}

TEST(Snapshots, PairsOfTrajectoriesAreUnbiased) {
  // White snapshots of independent neurons of variance 1: tr C^2/N = 1; one covariance of T samples would give 1 + N/T.
  ModesDescription description = small(Kind::kGaussian, 40);
  description.simulation.trajectories = 12;
  const SnapshotPlan plan(description);
  Snapshots snapshots(40, 12, plan);
  for (std::size_t t = 0; t < plan.count; ++t) {
    std::vector<double> numbers(40 * 12);
    math::RandomStream(5, 0, math::Purpose::kUser, t).fill_normal(numbers);
    snapshots.record<double>(t, numbers, numbers);
  }
  compute::Threads threads(2);
  const PopulationMeasures measures = snapshots.measure(true, threads, {});
  // Standard deviation: sqrt(2) N/T / sqrt(pairs)/sqrt(N) ... 0.03; naive: 1 + 40/40.
  EXPECT_NEAR(measures.output.mean(), 1.0, 0.12);
  EXPECT_NEAR(measures.cross_covariance[2].mean(), 0.0, 0.12);
  EXPECT_NEAR(measures.output_variance.mean(), 1.0, 0.05);
  EXPECT_FALSE(measures.locked);
  ASSERT_EQ(measures.spectrum.size(), 40u);
  double sum = 0.0;
  for (const double value : measures.spectrum) sum += value / 40.0;
  EXPECT_NEAR(sum, measures.output_variance.mean(), 1e-5);
}

TEST(Simulation, BitsDoNotDependOnThreads) {
  for (const Kind kind : {Kind::kRandomModes, Kind::kOrthogonal}) {
    ModesDescription description = small(kind, 60);
    if (kind == Kind::kRandomModes) description.left_width = description.right_width = 0.3;
    description.noise_intensity = 0.1;
    description.simulation.integrator = ModesDescription::Integrator::kHeun;
    system::Context one, three;
    three.threads = 3;
    const auto first = simulate_networks(description, one), second = simulate_networks(description, three);
    ASSERT_EQ(first.realisations.size(), 3u);
    for (std::size_t r = 0; r < 3; ++r) {
      const auto& a = first.realisations[r].quantities;
      const auto& b = second.realisations[r].quantities;
      ASSERT_EQ(a.size(), b.size());
      for (std::size_t k = 0; k < a.size(); ++k) EXPECT_EQ(a[k].value, b[k].value) << a[k].name;
    }
  }
}

// Orthogonal linear network with noise: normal, exact at any N but for the few eigenvalues: tr C/N = D/sqrt(1 - g^2),
// tr C^2/N = D^2/(1 - g^2)^(3/2). Deviations between networks are measured; five of them, fixed seed: 1e-6.
TEST(Simulation, OrthogonalLinearNetwork) {
  ModesDescription description = small(Kind::kOrthogonal, 100);
  description.deviation = 0.6;
  description.transfer.kind = transfer::Kind::kLinear;
  description.noise_intensity = 0.8;
  description.simulation.integrator = ModesDescription::Integrator::kHeun;
  description.simulation.step = 0.05;
  description.simulation.duration = 100.0;
  description.simulation.realisations = 6;
  description.simulation.trajectories = 8;
  system::Context context;
  context.threads = 2;
  const auto outcome = simulate_networks(description, context);
  const auto check = [&](const std::string& name, double exact) {
    double mean = 0.0, square = 0.0;
    for (const auto& one : outcome.realisations) mean += value_of(one, name) / 6.0;
    for (const auto& one : outcome.realisations) square += std::pow(value_of(one, name) - mean, 2);
    EXPECT_NEAR(mean, exact, 5.0 * std::sqrt(square / 30.0) + 1e-3 * exact) << name;  // Heun: step^2/4
  };
  check("variance", 0.8 / std::sqrt(0.64));
  check("cross_covariance_output", 0.64 / std::pow(0.64, 1.5));
  check("participation_ratio_state", std::sqrt(0.64));
}

TEST(Results, ParticipationRatiosAreRatiosOfMeans) {
  std::vector<system::Realisation> networks(2);
  const auto add = [](system::Realisation& one, double trace, double psi) {
    for (const std::string kind : {"output", "state", "output_zscored", "state_zscored"}) {
      one.quantities.push_back({"cross_covariance_" + kind, psi, std::nullopt, ""});
      one.quantities.push_back({"participation_ratio_" + kind, trace * trace / psi, std::nullopt, ""});
    }
    one.quantities.push_back({"output_variance", trace, std::nullopt, ""});
    one.quantities.push_back({"variance", trace, std::nullopt, ""});
    for (const char* curve :
         {"output_autocovariance", "cross_covariance", "unit_correlation", "population_correlation"}) {
      one.curves.push_back(
          {curve, {{"lag", "tau", {0.0, 1.0}}}, std::vector<double>{psi, 0.5 * psi}, std::nullopt, ""});
    }
  };
  add(networks[0], 1.0, 10.0);
  add(networks[1], 1.0, 30.0);
  combine_networks(networks);
  // 2 f(20) - mean of f(30), f(10): the jackknife of 1/Psi.
  const double mean =
      0.5 * (value_of(networks[0], "participation_ratio_output") + value_of(networks[1], "participation_ratio_output"));
  EXPECT_NEAR(mean, 2.0 / 20.0 - 0.5 * (1.0 / 10.0 + 1.0 / 30.0), 1e-12);
  EXPECT_NEAR(networks[0].curves[3].values.values[1], 0.5, 1e-12);
}

}  // namespace
}  // namespace limes::rate::random_modes

// Whole simulations: check values of the note, exact statistics of linear networks, same bits, resuming, divergence.

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <set>
#include <unsupported/Eigen/KroneckerProduct>

#include "limes/coupling/gaussian.hpp"
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

/// The check table of note 7: P_s, f = tanh(g u), gamma = 0, u(0) = portable_normal(77, 100), 6000 steps after 4000.
RateDescription portable_case(std::uint64_t seed, double gain) {
  auto description = network(TimeKind::kDiscrete, 100);
  description.coupling.generator = Generator::kPortable;
  description.coupling.seed = seed;
  description.initial.generator = Generator::kPortable;
  description.initial.seed = 77;
  description.populations[0].transfer.gain = gain;
  description.simulation.transient_steps = 4000;
  description.simulation.measured_steps = 6000;
  return description;
}

TEST(Simulation, ExponentsOfPortableNetworksAreThoseOfTheNote) {
  // The note states errors of about 1e-4; chaos (1.4321, 1.2775) is an average over one trajectory, whose rounding
  // differs: its own batch error, some 5e-4, is the scale.
  EXPECT_NEAR(quantity(simulate(portable_case(1, 0.98 / 1.047424080853)), "lyapunov_exponent"), -0.0202, 1e-4);
  EXPECT_NEAR(quantity(simulate(portable_case(1, 0.9738)), "lyapunov_exponent"), 0.0, 2e-4);
  EXPECT_NEAR(quantity(simulate(portable_case(3, 0.9215)), "lyapunov_exponent"), -0.0391, 2e-4);
  EXPECT_NEAR(quantity(simulate(portable_case(1, 1.4321)), "lyapunov_exponent"), 0.0276, 2e-3);
  EXPECT_NEAR(quantity(simulate(portable_case(2, 1.2775)), "lyapunov_exponent"), 0.0176, 2e-3);
}

TEST(Simulation, LinearNoisyNetworkHasItsExactStatistics) {
  // u' = A u + sigma B: C = A C A^T + sigma^2, D(k) = tr(A^k C)/N - 1^T A^k C 1/N^2.
  const int n = 24;
  auto description = network(TimeKind::kDiscrete, n);
  give_matrix(description, coupling::gaussian_matrix(17, 0, n, 0.0, 0.6));
  description.populations[0].transfer.kind = transfer::Kind::kLinear;
  description.populations[0].leak = 0.2;
  description.populations[0].noise_deviation = 0.5;
  description.simulation.transient_steps = 200;
  description.simulation.measured_steps = 40000;
  const Eigen::MatrixXd a =
      Eigen::MatrixXd::Identity(n, n) * 0.2 + std::get<coupling::DenseMatrix>(*description.coupling.matrix);
  const Eigen::MatrixXd unit = Eigen::MatrixXd::Identity(n * n, n * n);
  const Eigen::MatrixXd noise = 0.25 * Eigen::MatrixXd::Identity(n, n);
  const Eigen::VectorXd flat = (unit - Eigen::kroneckerProduct(a, a).eval())
                                   .partialPivLu()
                                   .solve(Eigen::Map<const Eigen::VectorXd>(noise.data(), n * n));
  const Eigen::MatrixXd c = Eigen::Map<const Eigen::MatrixXd>(flat.data(), n, n);
  const auto outcome = simulate(description);
  ASSERT_TRUE(outcome.one_matrix);
  const auto covariance = curve(outcome, "autocovariance");
  ASSERT_TRUE(covariance.standard_error.has_value());
  Eigen::MatrixXd lagged = c;
  for (std::size_t k = 0; k <= 20; ++k) {
    const double exact = lagged.trace() / n - lagged.sum() / (n * n);
    const double error = covariance.standard_error->values[k];
    EXPECT_LT(error, 0.01);
    // 21 correlated points with an error known to 13 %: within 4.5 of them.
    EXPECT_NEAR(covariance.values.values[k], exact, 4.5 * error) << "lag " << k;
    lagged = (a * lagged).eval();
  }
  const auto variances = curve(outcome, "neuron_variance");
  for (std::size_t i = 0; i < n; ++i) {
    EXPECT_NEAR(variances.values.values[i], c(i, i), 5.0 * variances.standard_error->values[i]) << "neuron " << i;
  }
  // Var of the frozen part 0; variance over neurons; and pair correlations from the exact covariance.
  const auto frozen = find_quantity(outcome.realisations[0], "frozen_variance");
  EXPECT_NEAR(frozen->value.scalar(), 0.0, 4.0 * frozen->standard_error->scalar());
  double square = 0.0;
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < i; ++j) square += c(i, j) * c(i, j) / (c(i, i) * c(j, j));
  }
  const double rms = std::sqrt(square / (n * (n - 1) / 2));
  EXPECT_NEAR(quantity(outcome, "pair_correlation_rms"), rms, 0.05 * rms);  // 2000 samples twice
  const double norm = coupling::operator_norm(*description.coupling.matrix);
  EXPECT_NEAR(quantity(outcome, "coupling_norm"), norm, 1e-9);
  EXPECT_NEAR(quantity(outcome, "contraction_gain"), 0.8 / norm, 1e-9);
  // Slopes are 1: R^2 is the mean column power, J^2 of the matrix.
  EXPECT_NEAR(quantity(outcome, "jacobian_radius"), description.coupling.deviation(0, 0), 1e-12);
  // Gaussian, but the 24 variances differ by some 10 %: a mixture of excess 3 (0.1)^2 in the pooled fourth moment.
  EXPECT_LT(std::abs(quantity(outcome, "field_kurtosis")), 0.1);
}

TEST(Simulation, JacobianSpectrumAndOutlierOfAStaticState) {
  auto description = network(TimeKind::kDiscrete, 150);
  coupling::DenseMatrix matrix = coupling::gaussian_matrix(23, 0, 150, 0.0, 0.3);
  matrix.array() += 0.8 / 150.0;
  give_matrix(description, matrix);
  description.populations[0].transfer.kind = transfer::Kind::kLinear;
  description.populations[0].leak = 0.1;
  description.populations[0].threshold_mean = 1.0;
  description.simulation.transient_steps = 600;
  description.simulation.jacobian_spectrum = true;
  const auto outcome = simulate(description);
  const Eigen::VectorXcd exact = matrix.eigenvalues();
  double leading = 0.0;
  for (const auto& z : exact) leading = std::max(leading, z.real());
  const auto outlier = find_quantity(outcome.realisations[0], "jacobian_outlier");
  ASSERT_TRUE(outlier.has_value());
  EXPECT_NEAR(outlier->value.values[0], 0.1 + leading, 1e-10);
  EXPECT_EQ(outlier->value.values[1], 0.0);
  const auto spectrum = curve(outcome, "jacobian_spectrum");
  ASSERT_EQ(spectrum.values.shape, (std::vector<std::size_t>{150}));
  double trace = 0.0;
  for (std::size_t k = 0; k < 150; ++k) trace += spectrum.values.values[2 * k];
  EXPECT_NEAR(trace, 150 * 0.1 + matrix.trace(), 1e-10);
}

TEST(Simulation, BitsDoNotDependOnTheNumberOfThreads) {
  for (const auto time : {TimeKind::kDiscrete, TimeKind::kContinuous}) {
    auto description = network(time, 90);
    description.coupling.deviation(0, 0) = 2.5;
    description.populations[0].threshold_deviation = 0.2;
    description.simulation.realisations = 3;
    description.simulation.single_precision = time == TimeKind::kContinuous;
    EXPECT_EQ(all_numbers(simulate(description, 1)), all_numbers(simulate(description, 2)));
    description.coupling.generator = Generator::kPortable;
    EXPECT_EQ(all_numbers(simulate(description, 1)), all_numbers(simulate(description, 2)));
  }
}

TEST(Simulation, RepeatsOnOneMatrixDoNotDependOnTheirCompany) {
  auto description = network(TimeKind::kDiscrete, 50);
  description.coupling.generator = Generator::kPortable;
  description.coupling.deviation(0, 0) = 2.0;
  description.populations[0].noise_deviation = 0.1;
  description.simulation.realisations = 3;
  const auto three = simulate(description);
  description.simulation.realisations = 5;
  auto five = simulate(description);
  five.realisations.resize(3);
  // Both batches have at least four columns (state and tangent): the same kernel, the same bits.
  EXPECT_EQ(all_numbers(three), all_numbers(five));
  // A single repeat goes through the kernel of few columns: equal until chaos has amplified the rounding.
  description.simulation.realisations = 1;
  const auto one = curve(simulate(description), "mean_trajectory");
  const auto of_three = curve(three, "mean_trajectory");
  for (std::size_t t = 0; t < 20; ++t) EXPECT_NEAR(one.values.values[t], of_three.values.values[t], 1e-11);
  EXPECT_NE(quantity(three, "mean", 0), quantity(three, "mean", 1));
}

TEST(Simulation, RealisationsOfAnEnsembleAreIndependentDraws) {
  auto description = network(TimeKind::kDiscrete, 60);
  description.coupling.deviation(0, 0) = 2.0;
  description.simulation.realisations = 4;
  const auto outcome = simulate(description);
  EXPECT_FALSE(outcome.one_matrix);
  std::set<double> norms;
  for (std::size_t r = 0; r < 4; ++r) norms.insert(quantity(outcome, "coupling_norm", r));
  EXPECT_EQ(norms.size(), 4u);
  // A prefix of the realisations is the same simulation.
  description.simulation.realisations = 2;
  auto first = outcome;
  first.realisations.resize(2);
  EXPECT_EQ(all_numbers(simulate(description)), all_numbers(first));
}

/// Asks to stop after some reports of progress, and goes on from what was saved, until the end.
system::SimulationOutcome with_interruptions(const RateDescription& description, int threads, int& stops) {
  MemoryStore store;
  for (stops = 0; stops < 1000; ++stops) {
    std::atomic<bool> flag{false};
    std::atomic<int> reports{0};
    system::Context context;
    context.threads = threads;
    context.stop = StopToken(&flag);
    context.checkpoints = &store;
    // At most seven reports tell of what was loaded; the others follow steps.
    context.progress = [&](double, const std::string&) { flag = ++reports >= 14; };
    auto outcome = simulate_network(description, context);
    if (outcome.status != system::Status::kInterrupted) return outcome;
  }
  throw std::runtime_error("never ended");
}

TEST(Simulation, ResumedBitsAreThoseOfAnUninterruptedRun) {
  for (const auto time : {TimeKind::kDiscrete, TimeKind::kContinuous}) {
    for (const bool fixed : {false, true}) {
      auto description = network(time, 40);
      description.coupling.deviation(0, 0) = 2.0;
      description.coupling.generator = fixed ? Generator::kPortable : Generator::kPhilox;
      description.simulation.realisations = 3;
      description.simulation.transient_steps = 100;
      description.simulation.measured_steps = 900;
      description.stimulus.kind = StimulusDescription::Kind::kCommonNoise;
      description.stimulus.amplitude = 0.2;
      (time == TimeKind::kDiscrete ? description.populations[0].noise_deviation
                                   : description.populations[0].noise_intensity) = 0.1;
      if (time == TimeKind::kContinuous) description.simulation.integrator = Integrator::kEulerMaruyama;
      for (const int threads : {1, 2}) {
        int stops = 0;
        const auto resumed = with_interruptions(description, threads, stops);
        EXPECT_GE(stops, 2);
        EXPECT_EQ(all_numbers(resumed), all_numbers(simulate(description)));
      }
    }
  }
}

TEST(Simulation, SavedStatesOfAnotherNetworkAreNotTaken) {
  MemoryStore store;
  auto description = network(TimeKind::kDiscrete, 30);
  system::Context context;
  context.checkpoints = &store;
  static_cast<void>(simulate_network(description, context));
  ASSERT_FALSE(store.blobs.empty());
  description.populations[0].transfer.gain = 1.5;
  EXPECT_EQ(all_numbers(simulate_network(description, context)), all_numbers(simulate(description)));
  // A blob that was renamed to the right place does not fit either.
  MemoryStore renamed;
  static_cast<void>(simulate_network(description, context));
  context.checkpoints = &renamed;
  static_cast<void>(simulate_network(description, context));
  for (auto& [name, bytes] : renamed.blobs) bytes = "something else\n" + bytes;
  EXPECT_EQ(all_numbers(simulate_network(description, context)), all_numbers(simulate(description)));
}

TEST(Simulation, AnInterruptionLeavesWhatWasFinished) {
  auto description = network(TimeKind::kDiscrete, 30);
  description.simulation.realisations = 4;
  std::atomic<bool> flag{false};
  system::Context context;
  context.stop = StopToken(&flag);
  context.progress = [&](double fraction, const std::string&) { flag = fraction > 0.6; };
  const auto outcome = simulate_network(description, context);
  EXPECT_EQ(outcome.status, system::Status::kInterrupted);
  EXPECT_EQ(outcome.planned, 4);
  ASSERT_EQ(outcome.realisations.size(), 2u);
  EXPECT_EQ(outcome.realisations[1].index, 1);
}

TEST(Simulation, SinglePrecisionAgreesWithDouble) {
  auto description = network(TimeKind::kContinuous, 200);
  description.coupling.deviation(0, 0) = 0.8;  // no chaos: rounding does not grow
  description.populations[0].threshold_deviation = 0.5;
  description.simulation.measured_steps = 600;
  const auto exact = simulate(description);
  description.simulation.single_precision = true;
  const auto rounded = simulate(description);
  for (const char* name : {"mean", "variance", "mean_output", "jacobian_radius", "coupling_norm", "field_variance"}) {
    // Sums of 200 products of numbers good to 6e-8.
    EXPECT_NEAR(quantity(rounded, name), quantity(exact, name), 1e-5) << name;
  }
  EXPECT_NEAR(quantity(rounded, "lyapunov_exponent"), quantity(exact, "lyapunov_exponent"), 1e-3);
}

TEST(Simulation, DivergenceIsReportedAndNoNumberOfItIsUsed) {
  auto description = network(TimeKind::kDiscrete, 50);
  description.populations[0].transfer.kind = transfer::Kind::kRelu;
  description.coupling.deviation(0, 0) = 5.0;
  description.simulation.realisations = 2;
  const auto outcome = simulate(description);
  EXPECT_EQ(outcome.status, system::Status::kDiverged);
  ASSERT_EQ(outcome.realisations.size(), 2u);
  for (const auto& realisation : outcome.realisations) {
    EXPECT_TRUE(realisation.diverged);
    EXPECT_TRUE(realisation.quantities.empty());
    ASSERT_FALSE(realisation.warnings.empty());
    EXPECT_NE(realisation.warnings[0].find("diverged: |u| exceeded 1e8 at step"), std::string::npos);
  }
  for (const double number : all_numbers(outcome)) EXPECT_TRUE(std::isfinite(number));
  EXPECT_FALSE(outcome.warnings.empty());
}

TEST(Simulation, EveryNameIsMeasuredAndFinite) {
  for (const auto time : {TimeKind::kDiscrete, TimeKind::kContinuous}) {
    auto description = network(time, 100);
    description.coupling.deviation(0, 0) = 2.5;
    description.coupling.generator = Generator::kPortable;
    description.simulation.jacobian_spectrum = true;
    const auto outcome = simulate(description);
    EXPECT_EQ(outcome.status, system::Status::kOk);
    for (const char* name : {"mean", "variance", "frozen_variance", "mean_output", "lyapunov_exponent", "coupling_norm",
                             "contraction_gain", "jacobian_radius", "field_mean", "field_variance", "field_kurtosis",
                             "pair_correlation_rms"}) {
      EXPECT_TRUE(find_quantity(outcome.realisations[0], name).has_value()) << name;
    }
    for (const char* name : {"autocovariance", "power_spectrum", "mean_trajectory", "variance_trajectory",
                             "mean_output_trajectory", "jacobian_spectrum", "neuron_mean", "neuron_variance"}) {
      EXPECT_NO_THROW(static_cast<void>(curve(outcome, name))) << name;
    }
    for (const double number : all_numbers(outcome)) EXPECT_TRUE(std::isfinite(number));
    // Consistent with each other: the autocovariance at lag 0 is the variance.
    EXPECT_NEAR(curve(outcome, "autocovariance").values.values[0], quantity(outcome, "variance"), 1e-12);
    // Chaos: not an isolated eigenvalue of a fixed point.
    EXPECT_FALSE(find_quantity(outcome.realisations[0], "jacobian_outlier").has_value());
  }
}

TEST(Simulation, AQuietNetworkComesToRestWithoutNonsense) {
  auto description = network(TimeKind::kDiscrete, 80);
  description.populations[0].transfer.gain = 0.2;
  description.simulation.transient_steps = 1500;  // 0.2^1500: beneath the smallest double
  const auto outcome = simulate(description);
  EXPECT_EQ(outcome.status, system::Status::kOk);
  EXPECT_EQ(quantity(outcome, "variance"), 0.0);
  EXPECT_FALSE(find_quantity(outcome.realisations[0], "field_kurtosis").has_value());
  EXPECT_FALSE(find_quantity(outcome.realisations[0], "pair_correlation_rms").has_value());
  EXPECT_NEAR(quantity(outcome, "lyapunov_exponent"), std::log(0.2), 0.1);  // ln(g rho(J)), rho = 1 + O(N^-1/2)
  for (const double number : all_numbers(outcome)) EXPECT_TRUE(std::isfinite(number));
}

TEST(Simulation, ArraysOfOneWhereTheSizeIsAnArray) {
  auto description = network(TimeKind::kDiscrete, 40);
  description.coupling.deviation(0, 0) = 2.0;
  description.array_results = true;
  const auto outcome = simulate(description);
  EXPECT_EQ(find_quantity(outcome.realisations[0], "variance")->value.shape, (std::vector<std::size_t>{1}));
  EXPECT_TRUE(find_quantity(outcome.realisations[0], "lyapunov_exponent")->value.shape.empty());
  const auto covariance = curve(outcome, "autocovariance");
  ASSERT_EQ(covariance.axes.size(), 2u);
  EXPECT_EQ(covariance.axes[0].name, "population");
  EXPECT_EQ(covariance.values.shape, (std::vector<std::size_t>{1, 21}));
}

TEST(Simulation, ChaoticNetworkComesNearItsLimit) {
  // Note 10: gamma = 0, g = 3: v = .7005990532, lambda = .3102493151; N = 400, 4 networks.
  auto description = network(TimeKind::kDiscrete, 400);
  description.populations[0].transfer.gain = 3.0;
  description.simulation.realisations = 4;
  description.simulation.transient_steps = 200;
  description.simulation.measured_steps = 1000;
  const auto outcome = simulate(description, 2);
  double variance = 0.0;
  double exponent = 0.0;
  for (std::size_t r = 0; r < 4; ++r) {
    variance += quantity(outcome, "variance", r) / 4.0;
    exponent += quantity(outcome, "lyapunov_exponent", r) / 4.0;
  }
  // Spread between networks of N = 400 about 0.01 each in v, 0.005 in lambda, and a shift of O(1/N) = 0.0025.
  EXPECT_NEAR(variance, 0.7006, 0.02);
  EXPECT_NEAR(exponent, 0.31025, 0.015);
}

}  // namespace
}  // namespace limes::rate

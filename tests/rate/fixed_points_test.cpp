#include "limes/rate/given_matrix/fixed_points.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "limes/coupling/gaussian.hpp"

namespace limes::rate::given_matrix {
namespace {

using coupling::DenseMatrix;
using coupling::Matrix;
using transfer::Kind;

TEST(FixedPoints, OneNeuronFoldsWhereTheNoteSays) {
  // J = 1: folds at |theta| = sqrt(1 - (1-gamma)/g) - (1-gamma) acosh(sqrt(g/(1-gamma)))/g; three points inside.
  const Matrix matrix = DenseMatrix(DenseMatrix::Constant(1, 1, 1.0));
  for (const double leak : {0.0, 0.4}) {
    const double gain = 2.0;
    const double rest = 1.0 - leak;
    const double fold = std::sqrt(1 - rest / gain) - rest * std::acosh(std::sqrt(gain / rest)) / gain;
    if (leak == 0.0) {
      EXPECT_NEAR(fold, 0.2664200, 5e-8);
    }
    QuenchedProblem problem{&matrix, {Kind::kTanh, gain}, false, leak, {0.999 * fold}, 0.0, 0.0};
    const FixedPointSearch inside = fixed_points(problem);
    ASSERT_EQ(inside.points.size(), 3U) << leak;
    EXPECT_TRUE(inside.points[0].stable);
    EXPECT_FALSE(inside.points[1].stable);
    EXPECT_TRUE(inside.points[2].stable);
    for (const FixedPoint& point : inside.points) {
      const double u = point.state[0];
      EXPECT_NEAR(leak * u + std::tanh(gain * u) - problem.threshold[0], u, 1e-10);
      const double slope = leak + gain / std::pow(std::cosh(gain * u), 2.0);
      EXPECT_NEAR(point.leading_eigenvalue.real(), slope, 1e-8);
      EXPECT_NEAR(point.lyapunov_exponent, std::log(slope), 1e-8);
      EXPECT_EQ(point.variance, 0.0);
    }
    problem.threshold = {1.001 * fold};
    EXPECT_EQ(fixed_points(problem).points.size(), 1U) << leak;
  }
}

TEST(FixedPoints, LinearNetworkIsSolvedExactly) {
  const DenseMatrix coupling = coupling::gaussian_matrix(2, 0, 30, 0.0, 0.7);
  const Matrix matrix = coupling;
  const std::vector<double> threshold(30, 0.4);
  for (const bool continuous : {false, true}) {
    const double leak = continuous ? 0.0 : 0.2;
    const QuenchedProblem problem{&matrix, {Kind::kLinear, 1.0}, continuous, leak, threshold, 0.0, 0.0};
    const FixedPointSearch search = fixed_points(problem);
    ASSERT_EQ(search.points.size(), 1U);
    const Eigen::MatrixXd system = (1.0 - leak) * Eigen::MatrixXd::Identity(30, 30) - Eigen::MatrixXd(coupling);
    const Eigen::VectorXd exact = system.partialPivLu().solve(Eigen::VectorXd::Constant(30, -0.4));
    for (Eigen::Index i = 0; i < 30; ++i) {
      EXPECT_NEAR(search.points[0].state[static_cast<std::size_t>(i)], exact[i], 1e-9);
    }
    const Eigen::VectorXcd eigenvalues =
        Eigen::EigenSolver<Eigen::MatrixXd>(Eigen::MatrixXd(coupling) + leak * Eigen::MatrixXd::Identity(30, 30))
            .eigenvalues();
    ASSERT_EQ(search.points[0].spectrum.size(), 30U);
    const double expected =
        continuous ? eigenvalues.real().maxCoeff() - 1.0 : std::log(eigenvalues.cwiseAbs().maxCoeff());
    EXPECT_NEAR(search.points[0].lyapunov_exponent, expected, 1e-9);
  }
}

TEST(FixedPoints, OddNetworksHavePairsAndTheOrigin) {
  const Matrix matrix = coupling::gaussian_matrix(4, 0, 40, 2.0, 0.5);
  const QuenchedProblem problem{&matrix, {Kind::kTanh, 1.2}, false, 0.0, {}, 0.0, 0.0};
  const FixedPointSearch search = fixed_points(problem);
  ASSERT_GE(search.points.size(), 3U);
  EXPECT_EQ(search.points.size() % 2, 1U);  // pairs, and u = 0
  const std::size_t last = search.points.size() - 1;
  for (std::size_t k = 0; k <= last; ++k) {
    EXPECT_LE(search.points[k].residual, 1e-10);
    if (k > 0) {
      EXPECT_LE(search.points[k - 1].mean, search.points[k].mean);
    }
    for (std::size_t i = 0; i < 40 && k == 0; ++i) {
      EXPECT_NEAR(search.points[0].state[i], -search.points[last].state[i], 1e-8);
    }
  }
  EXPECT_TRUE(search.points.front().stable);
  EXPECT_TRUE(search.points.back().stable);
  EXPECT_NE(search.statement.find("there may be more"), std::string::npos);
}

TEST(FixedPoints, SparseKrylovStepsAgreeWithDenseOnes) {
  const Matrix dense = coupling::gaussian_matrix(4, 0, 50, 2.0, 0.5);
  const Matrix sparse = coupling::to_sparse(dense);
  QuenchedProblem problem{&dense, {Kind::kTanh, 1.2}, true, 0.0, std::vector<double>(50, 0.1), 0.0, 0.0};
  FixedPointOptions options;
  options.random_starts = 6;
  const FixedPointSearch a = fixed_points(problem, options);
  problem.coupling = &sparse;
  options.dense_up_to = 0;
  options.spectrum_up_to = 0;
  const FixedPointSearch b = fixed_points(problem, options);
  ASSERT_FALSE(a.points.empty());
  ASSERT_FALSE(b.points.empty());
  // Both hold the upper stable state; what else they find depends on the steps.
  EXPECT_NEAR(a.points.back().mean, b.points.back().mean, 1e-9);
  EXPECT_NEAR(a.points.back().lyapunov_exponent, b.points.back().lyapunov_exponent, 1e-7);  // Krylov tolerance
  EXPECT_TRUE(b.points.back().spectrum.empty());
}

TEST(FixedPoints, RefusesStartsOfAnotherLength) {
  const Matrix matrix = DenseMatrix(DenseMatrix::Constant(2, 2, 0.1));
  const QuenchedProblem problem{&matrix, {Kind::kTanh, 1.0}, false, 0.0, {}, 0.0, 0.0};
  EXPECT_THROW((void)fixed_points(problem, {}, {{1.0}}), InputError);
}

}  // namespace
}  // namespace limes::rate::given_matrix

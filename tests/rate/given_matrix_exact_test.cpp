#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <vector>

#include "limes/coupling/gaussian.hpp"
#include "limes/rate/given_matrix/exact.hpp"

namespace limes::rate::given_matrix {
namespace {

using coupling::DenseMatrix;
using coupling::Matrix;
using transfer::Kind;

TEST(GivenMatrixExact, NormIsTheLargestSingularValue) {
  const DenseMatrix dense = coupling::gaussian_matrix(8, 0, 90, 0.3, 1.0);
  const double exact = Eigen::JacobiSVD<Eigen::MatrixXd>(Eigen::MatrixXd(dense)).singularValues()[0];
  const Bound a = coupling_norm(Matrix(dense));
  EXPECT_NEAR(a.value, exact, 1e-9 * exact);
  EXPECT_NEAR(coupling_norm(Matrix(coupling::to_sparse(Matrix(dense)))).value, exact, 1e-9 * exact);
}

TEST(GivenMatrixExact, ContractionGainHoldsTheLargestSlope) {
  const Matrix matrix = DenseMatrix(DenseMatrix::Constant(1, 1, -2.0));
  QuenchedProblem problem{&matrix, {Kind::kTanh, 5.0}, false, 0.25, {}, 0.0, 0.0};
  const Bound norm = coupling_norm(matrix);
  EXPECT_NEAR(norm.value, 2.0, 1e-12);
  EXPECT_NEAR(contraction_gain(problem, norm)->value, 0.75 / 2.0, 1e-12);  // the gain itself does not enter
  problem.transfer.kind = Kind::kLogistic;
  EXPECT_NEAR(contraction_gain(problem, norm)->value, 0.75 / (0.5 * 2.0), 1e-12);
  problem.continuous = true;
  EXPECT_NEAR(contraction_gain(problem, norm)->value, 1.0 / (0.5 * 2.0), 1e-12);
  EXPECT_FALSE(contraction_gain(problem, {0.0, 0.0}).has_value());
}

TEST(GivenMatrixExact, CriticalGainOfARotation) {
  // (gamma + g a)^2 + g^2 b^2 = 1 (note 7); the flow loses stability at g a = 1.
  const double a = 0.4;
  const double b = 0.7;
  DenseMatrix rotation(2, 2);
  rotation << a, -b, b, a;
  const Matrix matrix = rotation;
  for (const double leak : {0.0, 0.5}) {
    const QuenchedProblem problem{&matrix, {Kind::kTanh, 9.0}, false, leak, {}, 0.0, 0.0};
    const CriticalGain gain = critical_gain(problem);
    ASSERT_TRUE(gain.value.has_value());
    EXPECT_NEAR(std::pow(leak + *gain.value * a, 2.0) + std::pow(*gain.value * b, 2.0), 1.0, 1e-12);
  }
  QuenchedProblem flow{&matrix, {Kind::kErf, 1.0}, true, 0.0, {0.0, 0.0}, 0.0, 0.0};
  EXPECT_NEAR(*critical_gain(flow).value, 1.0 / a, 1e-12);
}

TEST(GivenMatrixExact, CriticalGainOfThePortableMatrix) {
  // Note 2.1: P_1 has spectral radius 1.047424080853.
  const Matrix matrix = coupling::portable_matrix(1, 100, 0.0, 1.0);
  const QuenchedProblem problem{&matrix, {Kind::kTanh, 1.0}, false, 0.0, {}, 0.0, 0.0};
  EXPECT_NEAR(*critical_gain(problem).value, 1.0 / 1.047424080853, 1e-11);
}

TEST(GivenMatrixExact, CriticalGainOfManyNeuronsFromTheLeadingEigenvalue) {
  // More neurons than all eigenvalues are computed for: blocks a +- i b on the diagonal, b from 0 to 1. With a leak the
  // pair that crosses first is not the one of largest modulus, which lies across from the leak.
  const Eigen::Index pairs = 1700;
  coupling::SparseMatrix blocks(2 * pairs, 2 * pairs);
  std::vector<Eigen::Triplet<double>> entries;
  double smallest = 1e9;
  double flow = 1e9;
  const double leak = 0.4;
  for (int k = 0; k < static_cast<int>(pairs); ++k) {
    const double share = static_cast<double>(k) / static_cast<double>(pairs);
    const double a = k == 0 ? -1.2 : 0.5 * std::cos(3.0 * share);
    const double b = share;
    entries.insert(entries.end(),
                   {{2 * k, 2 * k, a}, {2 * k, 2 * k + 1, -b}, {2 * k + 1, 2 * k, b}, {2 * k + 1, 2 * k + 1, a}});
    // |leak + g (a + i b)| = 1.
    const double square = a * a + b * b;
    smallest = std::min(smallest, (std::sqrt(leak * leak * a * a + (1 - leak * leak) * square) - leak * a) / square);
    if (a > 0) flow = std::min(flow, 1 / a);
  }
  blocks.setFromTriplets(entries.begin(), entries.end());
  const Matrix matrix = blocks;
  QuenchedProblem problem{&matrix, {Kind::kTanh, 1.0}, false, leak, {}, 0.0, 0.0};
  const CriticalGain map = critical_gain(problem);
  ASSERT_TRUE(map.value.has_value());
  EXPECT_GT(std::abs(smallest * 1.2), 1.0 - leak);  // the pair across from the leak does not cross first
  EXPECT_NEAR(*map.value, smallest, std::max(map.error, 1e-6 * smallest));
  EXPECT_LT(map.error, 1e-2 * smallest);
  problem.continuous = true;
  problem.leak = 0.0;
  const CriticalGain continuous = critical_gain(problem);
  EXPECT_NEAR(*continuous.value, flow, std::max(continuous.error, 1e-6 * flow));
}

TEST(GivenMatrixExact, SaysWhyThereIsNoCriticalGain) {
  DenseMatrix chain = DenseMatrix::Zero(3, 3);
  chain(1, 0) = 2.0;
  chain(2, 1) = -3.0;
  const Matrix matrix = chain;
  QuenchedProblem problem{&matrix, {Kind::kTanh, 1.0}, true, 0.0, {}, 0.0, 0.0};
  EXPECT_FALSE(critical_gain(problem).value.has_value());
  EXPECT_NE(critical_gain(problem).reason.find("no eigenvalue"), std::string::npos);
  problem.transfer.kind = Kind::kNormalCdf;
  EXPECT_NE(critical_gain(problem).reason.find("f(0)"), std::string::npos);
  problem.transfer.kind = Kind::kRelu;
  EXPECT_NE(critical_gain(problem).reason.find("kink"), std::string::npos);
  problem.threshold = {0.0, 0.1, 0.0};
  EXPECT_NE(critical_gain(problem).reason.find("threshold"), std::string::npos);
}

}  // namespace
}  // namespace limes::rate::given_matrix

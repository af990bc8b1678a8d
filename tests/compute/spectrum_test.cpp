#include "limes/compute/spectrum.hpp"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <Eigen/SVD>
#include <cmath>
#include <thread>

#include "compute/scalar_reference.hpp"
#include "limes/base/errors.hpp"
#include "limes/compute/blas_threads.hpp"
#include "limes/compute/dense_operator.hpp"
#include "limes/compute/sparse_operator.hpp"

namespace limes::compute {
namespace {

RowMajorMatrix random_matrix(Eigen::Index size, std::uint64_t seed = 5) {
  const auto values = reference::numbers<double>(static_cast<std::size_t>(size * size), seed);
  return Eigen::Map<const RowMajorMatrix>(values.data(), size, size) / std::sqrt(static_cast<double>(size) / 3);
}

TEST(Eigenvalues, OfARotationAndAStretching) {
  RowMajorMatrix matrix = RowMajorMatrix::Zero(4, 4);
  matrix(0, 0) = -3;
  matrix(1, 1) = 2;
  matrix(2, 3) = -1;
  matrix(3, 2) = 1;
  const auto values = eigenvalues(matrix);
  ASSERT_EQ(values.size(), 4U);
  const std::complex<double> expected[] = {{-3, 0}, {2, 0}, {0, 1}, {0, -1}};
  for (std::size_t k = 0; k < 4; ++k) EXPECT_LT(std::abs(values[k] - expected[k]), 1e-14);  // rounding of O(1) numbers
}

TEST(Eigenvalues, EqualEigensOwn) {
  const RowMajorMatrix matrix = random_matrix(60);
  const auto values = eigenvalues(matrix);
  const Eigen::VectorXcd other = Eigen::EigenSolver<Eigen::MatrixXd>(matrix, false).eigenvalues();
  // Both are backward stable; the eigenvalues of this matrix are well separated, conditions of order 10.
  for (const auto& value : values) EXPECT_LT((other.array() - value).abs().minCoeff(), 1e-12);
  for (std::size_t k = 0; k + 1 < values.size(); ++k) EXPECT_GE(std::abs(values[k]), std::abs(values[k + 1]));
}

TEST(Eigenvalues, OfASymmetricMatrixWithVectors) {
  const RowMajorMatrix half = random_matrix(40);
  const RowMajorMatrix matrix = half + half.transpose();
  const auto spectrum = symmetric_spectrum(matrix, true);
  // Rounding of O(1) numbers, 40 of them.
  EXPECT_LT((matrix * spectrum.vectors - spectrum.vectors * spectrum.values.asDiagonal()).norm(), 1e-12);
  EXPECT_LT((spectrum.vectors.transpose() * spectrum.vectors - Eigen::MatrixXd::Identity(40, 40)).norm(), 1e-12);
  const auto values_only = symmetric_spectrum(matrix);
  EXPECT_EQ(values_only.vectors.size(), 0);
  EXPECT_LT((values_only.values - spectrum.values).norm(), 1e-12);
  for (Eigen::Index k = 0; k + 1 < 40; ++k) EXPECT_LE(spectrum.values[k], spectrum.values[k + 1]);
}

TEST(Eigenvalues, BadInputIsNamed) {
  EXPECT_THROW((void)eigenvalues(RowMajorMatrix(0, 0)), InputError);
  EXPECT_THROW((void)symmetric_spectrum(RowMajorMatrix(2, 3)), InputError);
  RowMajorMatrix matrix = RowMajorMatrix::Zero(3, 3);
  matrix(1, 2) = std::nan("");
  try {
    (void)eigenvalues(matrix);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "eigenvalues need finite entries; entry (1, 2) is nan");
  }
}

TEST(SingleThreadedBlas, SetsOneThreadAndRestoresTheFormerNumber) {
  const auto set = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
  const auto get = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
  if (set == nullptr || get == nullptr) GTEST_SKIP() << "the BLAS linked here is not OpenBLAS";
  const int before = get();
  set(2);
  if (get() != 2) GTEST_SKIP() << "this OpenBLAS has one thread only";
  {
    const SingleThreadedBlas outer;
    EXPECT_EQ(get(), 1);
    { const SingleThreadedBlas inner; }
    EXPECT_EQ(get(), 1) << "the first user is still there";
  }
  EXPECT_EQ(get(), 2);
  set(before);
}

TEST(Eigenvalues, BitsDoNotDependOnTheThreadsOfTheBlas) {
  const auto set = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
  if (set == nullptr) GTEST_SKIP() << "the BLAS linked here is not OpenBLAS";
  const RowMajorMatrix matrix = random_matrix(300);
  set(1);
  const auto one = eigenvalues(matrix);
  set(2);
  EXPECT_EQ(eigenvalues(matrix), one);
}

TEST(LeadingSingularValue, EqualsEigensSingularValues) {
  for (const Eigen::Index size : {1, 2, 3, 5, 17, 64, 127}) {
    const RowMajorMatrix matrix = random_matrix(size, 40);
    const DenseOperator<double> map(matrix);
    Threads threads(2);
    const auto found = leading_singular_value(linear_map(map, threads));
    const double expected = Eigen::JacobiSVD<Eigen::MatrixXd>(matrix).singularValues()[0];
    // The error of the value is the square of the residual (1e-8) over the gap (about 1e-2): far below 1e-12.
    EXPECT_NEAR(found.value, expected, 1e-12 * expected) << "N = " << size;
    EXPECT_LE(found.residual, 1e-8 * found.value);
    EXPECT_LT((matrix * found.right - found.value * found.left).norm(), 1e-12) << "exact but for rounding";
    EXPECT_LT((matrix.transpose() * found.left - found.value * found.right).norm(), 1e-8 * expected + 1e-13);
  }
}

TEST(LeadingSingularValue, OfASparseMatrixIsThatOfTheDenseOne) {
  RowMajorMatrix matrix = random_matrix(90);
  matrix = (matrix.array().abs() > 0.25).select(matrix, 0.0);
  const SparseOperator<double> sparse(Eigen::SparseMatrix<double, Eigen::RowMajor>(matrix.sparseView()));
  Threads threads(2);
  EXPECT_NEAR(leading_singular_value(linear_map(sparse, threads)).value,
              Eigen::JacobiSVD<Eigen::MatrixXd>(matrix).singularValues()[0], 1e-12);
}

TEST(LeadingSingularValue, OfDegenerateMatrices) {
  Threads threads(1);
  const auto norm = [&](const RowMajorMatrix& matrix) {
    const DenseOperator<double> map(matrix);
    return leading_singular_value(linear_map(map, threads)).value;
  };
  EXPECT_EQ(norm(RowMajorMatrix::Zero(6, 6)), 0.0);
  EXPECT_NEAR(norm(RowMajorMatrix::Identity(50, 50)), 1.0, 1e-14);
  // Rank one: |a| |b|.
  const Eigen::VectorXd a = Eigen::VectorXd::LinSpaced(30, 1, 2), b = Eigen::VectorXd::LinSpaced(30, -1, 3);
  EXPECT_NEAR(norm(a * b.transpose()), a.norm() * b.norm(), 1e-12);
  // Nilpotent: all eigenvalues 0, norm 1.
  RowMajorMatrix shift = RowMajorMatrix::Zero(20, 20);
  for (Eigen::Index i = 0; i + 1 < 20; ++i) shift(i, i + 1) = 1;
  EXPECT_NEAR(norm(shift), 1.0, 1e-13);
}

TEST(LeadingSingularValue, SaysThatItDidNotConverge) {
  const DenseOperator<double> map(random_matrix(200));
  Threads threads(1);
  try {
    (void)leading_singular_value(linear_map(map, threads), {.tolerance = 1e-12, .max_iterations = 5});
    FAIL();
  } catch (const ConvergenceError& error) {
    EXPECT_GT(error.residual(), 1e-12);
  }
}

TEST(LeadingSingularValue, BitsDoNotDependOnTheNumberOfThreads) {
  const DenseOperator<double> map(random_matrix(401));
  Threads one(1), two(2);
  const auto a = leading_singular_value(linear_map(map, one)), b = leading_singular_value(linear_map(map, two));
  EXPECT_EQ(a.value, b.value);
  EXPECT_EQ(a.residual, b.residual);
}

}  // namespace
}  // namespace limes::compute

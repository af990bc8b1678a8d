#include "limes/coupling/matrix.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <tuple>
#include <vector>

#include "limes/base/errors.hpp"
#include "limes/coupling/gaussian.hpp"
#include "limes/coupling/heavy_tailed.hpp"
#include "limes/coupling/strong_components.hpp"
#include "limes/math/random.hpp"

namespace limes::coupling {
namespace {

using ::testing::HasSubstr;
using ::testing::Property;
using ::testing::Throws;

DenseMatrix dense(std::initializer_list<std::initializer_list<double>> rows) {
  DenseMatrix matrix(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(rows.begin()->size()));
  Eigen::Index row = 0;
  for (const auto& values : rows) {
    Eigen::Index column = 0;
    for (const double value : values) matrix(row, column++) = value;
    ++row;
  }
  return matrix;
}

template <typename Error>
auto throws_with(const std::string& text) {
  return Throws<Error>(Property(&std::runtime_error::what, HasSubstr(text)));
}

TEST(Matrix, DenseAndSparseFormsAnswerAlike) {
  const DenseMatrix values = dense({{0, 2, 0}, {-1, 0, 0}, {0.5, 0, 3}});
  const Matrix full = values;
  const Matrix sparse = to_sparse(full);
  EXPECT_TRUE(is_sparse(sparse));
  EXPECT_FALSE(is_sparse(full));
  EXPECT_EQ(to_dense(sparse), values);
  for (const Matrix& matrix : {full, sparse}) {
    EXPECT_EQ(size(matrix), 3);
    EXPECT_EQ(nonzeros(matrix), 4);
    EXPECT_EQ(to_dense(transposed(matrix)), values.transpose());
    EXPECT_EQ(to_dense(scaled(matrix, -2.0)), -2.0 * values);
    std::vector<std::tuple<int, int, double>> entries;
    for_each_entry(matrix, [&](Eigen::Index row, Eigen::Index column, double value) {
      entries.emplace_back(static_cast<int>(row), static_cast<int>(column), value);
    });
    EXPECT_EQ(entries,
              (std::vector<std::tuple<int, int, double>>{{0, 1, 2.0}, {1, 0, -1.0}, {2, 0, 0.5}, {2, 2, 3.0}}));
    EXPECT_EQ(product(matrix, Eigen::Vector3d(1, 10, 100)), Eigen::Vector3d(20, -1, 300.5));
  }
  EXPECT_EQ(to_sparse(Matrix(DenseMatrix(DenseMatrix::Zero(3, 3)))).nonZeros(), 0);
}

TEST(Matrix, StatisticsCountAllEntriesZerosAndDiagonalIncluded) {
  // Sum 4.5 over 9 entries: mean 1/2 = Jbar / 3; squares 14.25 / 9 - 1/4 = 4/3 = J^2 / 3.
  const Matrix full = dense({{0, 2, 0}, {-1, 0, 0}, {0.5, 0, 3}});
  for (const Matrix& matrix : {full, Matrix(to_sparse(full))}) {
    const Statistics found = statistics(matrix);
    EXPECT_EQ(found.size, 3);
    EXPECT_EQ(found.nonzeros, 4);
    EXPECT_NEAR(found.mean_coupling, 1.5, 1e-15);  // round-off of a sum of nine terms
    EXPECT_NEAR(found.deviation, 2.0, 1e-15);
  }
  EXPECT_THAT([] { (void)statistics(DenseMatrix(0, 0)); }, throws_with<InputError>("no units"));
}

TEST(StrongComponents, AreTheBlocksOfTheTriangularForm) {
  // 0 -> 1 -> 2 -> 0 is a cycle (row = target), 3 hangs below it, 4 and 5 drive each other, 6 is alone.
  DenseMatrix matrix = DenseMatrix::Zero(7, 7);
  matrix(1, 0) = matrix(2, 1) = matrix(0, 2) = 1.0;
  matrix(3, 0) = matrix(4, 3) = 1.0;
  matrix(4, 5) = matrix(5, 4) = 1.0;
  for (const Matrix& form : {Matrix(matrix), Matrix(to_sparse(matrix))}) {
    auto components = strong_components(form);
    std::sort(components.begin(), components.end());
    EXPECT_EQ(components, (std::vector<std::vector<int>>{{0, 1, 2}, {3}, {4, 5}, {6}}));
  }
}

TEST(SpectralRadius, HasItsClosedForms) {
  EXPECT_DOUBLE_EQ(spectral_radius(dense({{-3}})), 3.0);
  EXPECT_NEAR(spectral_radius(dense({{0, -2}, {2, 0}})), 2.0, 1e-14);  // rotation: +-2 i
  EXPECT_NEAR(spectral_radius(dense({{1, 4}, {1, 1}})), 3.0, 1e-14);   // 1 +- 2
  EXPECT_NEAR(spectral_radius(dense({{0, 8, 0}, {0, 0, 1}, {1, 0, 0}})), 2.0,
              1e-14);  // cycle: cube root of the product
  EXPECT_EQ(spectral_radius(DenseMatrix(DenseMatrix::Zero(4, 4))), 0.0);
  // A feed-forward chain in a shuffled order is nilpotent: a QR algorithm would find 1e-16^(1/N), the graph says 0.
  DenseMatrix chain = DenseMatrix::Zero(100, 100);
  for (int k = 0; k + 1 < 100; ++k) chain((37 * (k + 1)) % 100, (37 * k) % 100) = 1.0;
  EXPECT_EQ(spectral_radius(chain), 0.0);
  EXPECT_EQ(spectral_radius(to_sparse(chain)), 0.0);
  chain(0, 37 * 9 % 100) = 1024.0;  // closes a cycle of 10 connections
  EXPECT_NEAR(spectral_radius(chain), 2.0, 1e-12);
  chain(5, 5) = std::nan("");
  EXPECT_THAT([&] { (void)spectral_radius(chain); }, throws_with<InputError>("entry (5, 5)"));
}

TEST(SpectralRadius, OfLargeMatricesIsThatOfTheDenseAlgorithm) {
  // Above 600 units Arnoldi takes over (1e-11 relative times the condition of the eigenvalue, below 100 here).
  const DenseMatrix circular = gaussian_matrix(1, 0, 620, 0.0, 1.0);
  const double by_qr = Eigen::EigenSolver<Eigen::MatrixXd>(circular, false).eigenvalues().cwiseAbs().maxCoeff();
  EXPECT_NEAR(spectral_radius(circular), by_qr, 1e-9);
  // A mean coupling of 3 puts one eigenvalue at 3 (+- O(N^-1/2)), far outside the disc.
  const DenseMatrix outlier = gaussian_matrix(1, 1, 620, 3.0, 1.0);
  EXPECT_NEAR(spectral_radius(outlier), 3.0, 0.2);
  EXPECT_NEAR(spectral_radius(to_sparse(outlier)), spectral_radius(outlier), 1e-9);
  // All eigenvalues of a long cycle have the same modulus: Arnoldi does not converge, and the dense algorithm answers.
  DenseMatrix cycle = DenseMatrix::Zero(601, 601);
  for (int k = 0; k < 601; ++k) cycle(k, (k + 1) % 601) = 1.5;
  EXPECT_NEAR(spectral_radius(to_sparse(cycle)), 1.5, 1e-10);
}

TEST(OperatorNorm, IsTheLargestSingularValue) {
  EXPECT_NEAR(operator_norm(dense({{3, 0}, {4, 0}})), 5.0, 1e-14);
  EXPECT_EQ(operator_norm(DenseMatrix(DenseMatrix::Zero(3, 3))), 0.0);
  EXPECT_NEAR(operator_norm(dense({{3e200, 0}, {4e200, 0}})) / 5e200, 1.0, 1e-14);
  for (const Eigen::Index units : {300, 700}) {
    const DenseMatrix matrix = gaussian_matrix(2, 0, units, 0.5, 1.3);
    const double by_svd = Eigen::BDCSVD<Eigen::MatrixXd>(matrix).singularValues()[0];
    EXPECT_NEAR(operator_norm(matrix), by_svd, 1e-10 * by_svd);
    EXPECT_NEAR(operator_norm(to_sparse(matrix)), by_svd, 1e-10 * by_svd);
    // An invariant: radius <= norm.
    EXPECT_LE(spectral_radius(matrix), by_svd);
  }
}

TEST(ApplyScale, BringsTheChosenNumberToTheTarget) {
  const DenseMatrix drawn = gaussian_matrix(3, 0, 50, 0.7, 2.0);
  for (Matrix matrix : {Matrix(drawn), Matrix(to_sparse(drawn))}) {
    const Statistics before = statistics(matrix);
    const double factor = apply_scale(matrix, Scale::kDeviation, 0.8);
    EXPECT_NEAR(statistics(matrix).deviation, 0.8, 1e-14);
    EXPECT_NEAR(statistics(matrix).mean_coupling, factor * before.mean_coupling, 1e-14);
    apply_scale(matrix, Scale::kSpectralRadius, 1.5);
    EXPECT_NEAR(spectral_radius(matrix), 1.5, 1e-12);
    EXPECT_EQ(apply_scale(matrix, Scale::kNone, 9.0), 1.0);
    EXPECT_NEAR(spectral_radius(matrix), 1.5, 1e-12);
  }
}

TEST(ApplyScale, RefusesWhatCannotBeScaled) {
  Matrix nilpotent = dense({{0, 1}, {0, 0}});
  EXPECT_THAT([&] { apply_scale(nilpotent, Scale::kSpectralRadius, 1.0); },
              throws_with<InputError>("spectral radius 0"));
  Matrix constant = DenseMatrix(DenseMatrix::Constant(3, 3, 0.1));
  EXPECT_THAT([&] { apply_scale(constant, Scale::kDeviation, 1.0); },
              throws_with<InputError>("entries of the coupling matrix are equal"));
  EXPECT_THAT([&] { apply_scale(constant, Scale::kSpectralRadius, -1.0); },
              throws_with<InputError>("negative or infinite"));
}

}  // namespace
}  // namespace limes::coupling

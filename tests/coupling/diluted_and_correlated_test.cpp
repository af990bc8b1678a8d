// Ensembles with structure: several populations, partial symmetry, dilution, correlations. Moments by counting; bounds
// are six standard errors of what is averaged.

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

#include "limes/base/errors.hpp"
#include "limes/coupling/correlated.hpp"
#include "limes/coupling/diluted.hpp"
#include "limes/coupling/gaussian.hpp"

namespace limes::coupling {
namespace {

TEST(Gaussian, BordersDoNotChangeTheNormals) {
  const std::size_t size = 2500;  // beyond one piece of the generator
  std::vector<double> one(size), blocks(size);
  const ColumnLaw whole{size, 0.0, 1.0};
  const ColumnLaw parts[] = {{700, 1.0, 2.0}, {0, 5.0, 5.0}, {1800, -1.0, 3.0}};
  fill_gaussian_row(3, 1, std::size_t{7}, std::span(&whole, 1), std::span<double>(one));
  fill_gaussian_row(3, 1, std::size_t{7}, parts, std::span<double>(blocks));
  for (std::size_t j = 0; j < size; ++j) EXPECT_EQ(blocks[j], j < 700 ? 1.0 + 2.0 * one[j] : -1.0 + 3.0 * one[j]);
  EXPECT_THROW(fill_gaussian_row(3, 1, std::size_t{7}, std::span(parts, 1), std::span<double>(one)),
               std::invalid_argument);
}

TEST(Gaussian, PortableBlocksFollowTheContract) {
  const std::size_t sizes[] = {2, 1};
  Eigen::MatrixXd means(2, 2), deviations(2, 2);
  means << 1.0, 2.0, 3.0, 4.0;
  deviations << 0.5, 1.0, 1.5, 2.0;
  const DenseMatrix plain = portable_matrix(1, 3, 0.0, std::sqrt(3.0));  // n_ij
  const DenseMatrix matrix = portable_matrix(1, sizes, means, deviations);
  EXPECT_DOUBLE_EQ(matrix(0, 1), 1.0 / 2.0 + 0.5 * plain(0, 1) / std::sqrt(2.0));
  EXPECT_DOUBLE_EQ(matrix(1, 2), 2.0 + 1.0 * plain(1, 2));
  EXPECT_DOUBLE_EQ(matrix(2, 0), 3.0 / 2.0 + 1.5 * plain(2, 0) / std::sqrt(2.0));
}

TEST(PartiallySymmetric, MomentsAndLimits) {
  const Eigen::Index size = 300;
  for (const double eta : {-1.0, -0.5, 0.0, 0.5, 1.0}) {
    const DenseMatrix matrix = partially_symmetric_matrix(5, 0, size, 3.0, 2.0, eta);
    double power = 0.0, product = 0.0;
    for (Eigen::Index i = 0; i < size; ++i) {
      for (Eigen::Index j = 0; j < i; ++j) {
        const double a = matrix(i, j) - 3.0 / size, b = matrix(j, i) - 3.0 / size;
        power += (a * a + b * b) / 2.0;
        product += a * b;
      }
    }
    const double pairs = static_cast<double>(size * (size - 1) / 2);
    const double unit = 4.0 / static_cast<double>(size) * pairs;
    EXPECT_NEAR(power / unit, 1.0, 6.0 * std::sqrt(2.0 / pairs));
    EXPECT_NEAR(product / unit, eta, 6.0 * std::sqrt(2.0 / pairs));
  }
  const DenseMatrix symmetric = partially_symmetric_matrix(5, 0, 20, 0.0, 1.0, 1.0);
  EXPECT_EQ((symmetric - symmetric.transpose()).cwiseAbs().maxCoeff(), 0.0);
  EXPECT_THROW(static_cast<void>(partially_symmetric_matrix(5, 0, 20, 0.0, 1.0, 1.5)), InputError);
}

TEST(Diluted, BernoulliDegreesAndWeights) {
  const std::size_t sizes[] = {600, 300};
  DilutedLaw law;
  law.mean = Eigen::MatrixXd(2, 2);
  law.mean << 4.0, -3.0, 0.0, 2.0;
  law.deviation = Eigen::MatrixXd::Constant(2, 2, 1.5);
  law.degree = Eigen::MatrixXd(2, 2);
  law.degree << 20.0, 10.0, 0.0, 300.0;
  const SparseMatrix matrix = diluted_matrix(2, 0, sizes, law);
  double count[2][2] = {}, sum[2][2] = {}, square[2][2] = {};
  for_each_entry(matrix, [&](Eigen::Index i, Eigen::Index j, double value) {
    const int a = i >= 600, b = j >= 600;
    count[a][b] += 1.0;
    sum[a][b] += value;
    square[a][b] += value * value;
  });
  EXPECT_EQ(count[1][0], 0.0);
  EXPECT_EQ(count[1][1], 300.0 * 300.0);  // K = N: all of them
  EXPECT_NEAR(count[0][0] / 600.0, 20.0, 6.0 * std::sqrt(20.0 / 600.0));
  EXPECT_NEAR(count[0][1] / 600.0, 10.0, 6.0 * std::sqrt(10.0 / 600.0));
  const double mean = sum[0][0] / count[0][0];
  EXPECT_NEAR(mean, 4.0 / 20.0, 6.0 * 1.5 / std::sqrt(20.0 * count[0][0]));
  EXPECT_NEAR(square[0][0] / count[0][0] - mean * mean, 2.25 / 20.0, 6.0 * 2.25 / 20.0 * std::sqrt(2.0 / count[0][0]));
}

TEST(Diluted, FixedInDegreeIsExact) {
  const std::size_t sizes[] = {50, 30};
  DilutedLaw law{Dilution::kFixedInDegree, Eigen::MatrixXd::Ones(2, 2), Eigen::MatrixXd::Ones(2, 2),
                 Eigen::MatrixXd(2, 2)};
  law.degree << 7.0, 30.0, 50.0, 1.0;
  const SparseMatrix matrix = diluted_matrix(2, 3, sizes, law);
  for (Eigen::Index i = 0; i < 80; ++i) {
    std::set<int> first, second;
    for (SparseMatrix::InnerIterator entry(matrix, i); entry; ++entry) {
      (entry.col() < 50 ? first : second).insert(static_cast<int>(entry.col()));
    }
    EXPECT_EQ(first.size(), i < 50 ? 7u : 50u);
    EXPECT_EQ(second.size(), i < 50 ? 30u : 1u);
  }
  EXPECT_TRUE(matrix.isApprox(diluted_matrix(2, 3, sizes, law)));
  EXPECT_FALSE(matrix.isApprox(diluted_matrix(2, 4, sizes, law)));
  law.degree(0, 0) = 7.5;
  EXPECT_THROW(static_cast<void>(diluted_matrix(2, 3, sizes, law)), InputError);
}

TEST(Correlated, CovariancesOnTheRing) {
  const Eigen::Index size = 400;
  const std::vector<double> rows{1.0, 0.35, 0.1}, columns{1.0, -0.3};
  const DenseMatrix matrix = correlated_matrix(4, 0, size, 2.0, 1.2, rows, columns);
  const double unit = 1.44 / static_cast<double>(size);
  const auto covariance = [&](Eigen::Index k, Eigen::Index l) {
    double sum = 0.0;
    for (Eigen::Index i = 0; i < size; ++i) {
      for (Eigen::Index j = 0; j < size; ++j) {
        sum += (matrix(i, j) - 2.0 / size) * (matrix((i + k) % size, (j + l) % size) - 2.0 / size);
      }
    }
    return sum / static_cast<double>(size * size) / unit;
  };
  // Entries are correlated over a few neighbours: some 4/N^2 is the variance of each mean.
  const double bound = 6.0 * 2.0 / static_cast<double>(size);
  EXPECT_NEAR(covariance(0, 0), 1.0, bound);
  EXPECT_NEAR(covariance(1, 0), 0.35, bound);
  EXPECT_NEAR(covariance(2, 0), 0.1, bound);
  EXPECT_NEAR(covariance(3, 0), 0.0, bound);
  EXPECT_NEAR(covariance(0, 1), -0.3, bound);
  EXPECT_NEAR(covariance(1, 1), 0.35 * -0.3, bound);
  EXPECT_NEAR(covariance(0, 2), 0.0, bound);
}

TEST(Correlated, SpectrumAndRefusal) {
  const std::vector<double> covariance{1.0, 0.35};
  const auto spectrum = ring_spectrum(covariance, 10);
  for (std::size_t n = 0; n < 10; ++n)
    EXPECT_NEAR(spectrum[n], 1.0 + 0.7 * std::cos(0.2 * M_PI * static_cast<double>(n)), 1e-14);
  const std::vector<double> edge{1.0, 0.5}, beyond{1.0, 0.6}, one{1.0};
  EXPECT_NO_THROW(require_covariance(edge, one, 40));
  EXPECT_THROW(require_covariance(beyond, one, 40), InputError);
  EXPECT_THROW(require_covariance(one, beyond, 40), InputError);
}

}  // namespace
}  // namespace limes::coupling

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "limes/base/errors.hpp"
#include "limes/coupling/gaussian.hpp"
#include "limes/coupling/heavy_tailed.hpp"

namespace limes::coupling {
namespace {

using ::testing::HasSubstr;
using ::testing::Property;
using ::testing::Throws;

auto input_error(const std::string& text) { return Throws<InputError>(Property(&InputError::what, HasSubstr(text))); }

TEST(GaussianEnsemble, RowsAreTheRowsOfTheMatrixInAnyOrder) {
  const Eigen::Index units = 1500;  // more than one piece of a row
  const DenseMatrix matrix = gaussian_matrix(7, 3, units, 0.4, 1.2);
  std::vector<double> row(static_cast<std::size_t>(units));
  std::vector<float> single(static_cast<std::size_t>(units));
  for (const Eigen::Index index : {1499, 0, 700}) {
    fill_gaussian_row(7, 3, index, units, 0.4, 1.2, std::span<double>(row));
    fill_gaussian_row(7, 3, index, units, 0.4, 1.2, std::span<float>(single));
    for (Eigen::Index column = 0; column < units; ++column) {
      ASSERT_EQ(row[static_cast<std::size_t>(column)], matrix(index, column));
      ASSERT_EQ(single[static_cast<std::size_t>(column)], static_cast<float>(matrix(index, column)));
    }
  }
  // Entry j of row i is entry j of the stream, whatever came before: mean and deviation only shift and stretch it.
  math::RandomStream stream(7, 3, math::Purpose::kCoupling, 700);
  EXPECT_NEAR(matrix(700, 0), 0.4 / 1500 + 1.2 * stream.normal() / std::sqrt(1500.0), 1e-16);
}

TEST(GaussianEnsemble, HasTheMeanAndTheDeviationOfTheEnsemble) {
  const Eigen::Index units = 1000;
  const Statistics found = statistics(gaussian_matrix(1, 0, units, 0.5, 1.5));
  // Standard errors: Jbar = sum / N has J (the sum of N^2 entries of deviation J / sqrt(N), over N: J / sqrt(N) * 1,
  // times sqrt(1) = 1.5 / sqrt(1000) = 0.047); J has J / sqrt(2 N^2) = 0.0011. 4.5 of them: 7e-6 each, and fixed seeds.
  EXPECT_NEAR(found.mean_coupling, 0.5, 4.5 * 1.5 / std::sqrt(1000.0));
  EXPECT_NEAR(found.deviation, 1.5, 4.5 * 1.5 / std::sqrt(2e6));
  EXPECT_EQ(found.nonzeros, units * units);
}

TEST(GaussianEnsemble, SeedsRealisationsAndPurposesDiffer) {
  const DenseMatrix base = gaussian_matrix(1, 0, 30, 0.0, 1.0);
  EXPECT_EQ(base, gaussian_matrix(1, 0, 30, 0.0, 1.0));
  for (const DenseMatrix& other : {gaussian_matrix(2, 0, 30, 0.0, 1.0), gaussian_matrix(1, 1, 30, 0.0, 1.0),
                                   gaussian_matrix(1, 0, 30, 0.0, 1.0, math::Purpose::kSurrogate)}) {
    // The largest of 900 correlations' worth of products: a common entry would show as an exact equality.
    EXPECT_EQ((base.array() == other.array()).count(), 0);
  }
}

TEST(GaussianEnsemble, RefusesBadParameters) {
  EXPECT_THAT([] { (void)gaussian_matrix(1, 0, 0, 0.0, 1.0); }, input_error("at least one unit"));
  EXPECT_THAT([] { (void)gaussian_matrix(1, 0, 3, 0.0, -1.0); }, input_error("deviation"));
  EXPECT_THAT([] { (void)gaussian_matrix(1, 0, 3, std::nan(""), 1.0); }, input_error("mean coupling"));
  EXPECT_THAT([] { (void)portable_matrix(1, 0, 0.0, 1.0); }, input_error("at least one unit"));
  std::vector<double> row(3);
  EXPECT_THROW(fill_gaussian_row(1, 0, 4, 4, 0.0, 1.0, std::span<double>(row)), std::invalid_argument);
}

TEST(PortableMatrix, IsFilledRowMajorFromThePublishedGenerator) {
  // Note rate-networks.md 2.1: portable_normal(1, 4) and the spectral radius of P_1.
  const DenseMatrix matrix = portable_matrix(1, 100, 0.0, 1.0);
  EXPECT_NEAR(matrix(0, 0), -0.002824975, 0.5e-9);
  EXPECT_NEAR(matrix(0, 3), 0.008309417, 0.5e-9);
  EXPECT_NEAR(spectral_radius(matrix), 1.047424080853, 1e-12);
  const DenseMatrix shifted = portable_matrix(1, 100, 2.0, 0.5);
  EXPECT_NEAR(shifted(99, 99), 0.02 + 0.5 * matrix(99, 99), 1e-15);
}

TEST(HeavyTailedMatrix, IsSparseSignedBySourceAndHeavyTailed) {
  HeavyTailed law;
  law.size = 1000;
  law.mean_degree = 30.0;
  const SparseMatrix matrix = heavy_tailed_matrix(1, law);
  std::vector<int> degree(1000, 0);
  std::vector<int> sign(1000, 0);
  double sum = 0.0;
  double magnitude = 0.0;
  for_each_entry(matrix, [&](Eigen::Index row, Eigen::Index column, double value) {
    EXPECT_NE(row, column);
    ++degree[static_cast<std::size_t>(row)];
    int& seen = sign[static_cast<std::size_t>(column)];
    EXPECT_TRUE(seen == 0 || seen == (value > 0 ? 1 : -1)) << "source " << column << " has both signs";
    seen = value > 0 ? 1 : -1;
    sum += value;
    magnitude += std::abs(value);
  });
  EXPECT_EQ(std::count(sign.begin(), sign.end(), -1), 200);
  // The Pareto law of exponent 2.5 has deviation 0.89 of its mean: standard error of the mean degree 0.9; 4.5 of them.
  EXPECT_NEAR(std::accumulate(degree.begin(), degree.end(), 0.0) / 1000.0, 30.0, 4.0);
  // Its largest of 1000 is typically 18 (1000^0.4 = 16) times its smallest, 18: a Poisson degree would stay below 55.
  EXPECT_GT(*std::max_element(degree.begin(), degree.end()), 120);
  EXPECT_GE(*std::min_element(degree.begin(), degree.end()), 17);
  // Excitation and inhibition balance up to the fluctuation of 6000 inhibitory weights of mean 4, deviation 5.2.
  EXPECT_LT(std::abs(sum) / magnitude, 0.05);
}

TEST(HeavyTailedMatrix, IsReproducibleAndTakesItsLimits) {
  HeavyTailed law;
  law.size = 20;
  law.mean_degree = 19.0;  // everybody
  law.inhibitory_fraction = 0.0;
  const SparseMatrix full = heavy_tailed_matrix(4, law);
  EXPECT_EQ(full.nonZeros(), 20 * 19);
  for_each_entry(full, [](Eigen::Index, Eigen::Index, double value) { EXPECT_GT(value, 0.0); });
  law.inhibitory_fraction = 1.0;
  law.weight_log_deviation = 0.0;
  for_each_entry(heavy_tailed_matrix(4, law), [](Eigen::Index, Eigen::Index, double value) { EXPECT_EQ(value, -1.0); });
  law = HeavyTailed{};
  EXPECT_EQ(DenseMatrix(heavy_tailed_matrix(4, law)), DenseMatrix(heavy_tailed_matrix(4, law)));
  EXPECT_NE(DenseMatrix(heavy_tailed_matrix(4, law)), DenseMatrix(heavy_tailed_matrix(5, law)));
  EXPECT_NE(DenseMatrix(heavy_tailed_matrix(4, law)), DenseMatrix(heavy_tailed_matrix(4, law, 1)));
}

TEST(HeavyTailedMatrix, RefusesBadParameters) {
  const auto draw = [](auto change) {
    HeavyTailed law;
    change(law);
    return [law] { (void)heavy_tailed_matrix(1, law); };
  };
  EXPECT_THAT(draw([](HeavyTailed& law) { law.size = 1; }), input_error("at least two units"));
  EXPECT_THAT(draw([](HeavyTailed& law) { law.mean_degree = 300.0; }), input_error("mean degree 300"));
  EXPECT_THAT(draw([](HeavyTailed& law) { law.mean_degree = std::nan(""); }), input_error("mean degree"));
  EXPECT_THAT(draw([](HeavyTailed& law) { law.inhibitory_fraction = 1.5; }), input_error("inhibitory fraction"));
  EXPECT_THAT(draw([](HeavyTailed& law) { law.weight_log_deviation = -1.0; }), input_error("logarithms"));
  EXPECT_THAT(draw([](HeavyTailed& law) { law.degree_exponent = 1.0; }), input_error("exponent"));
}

}  // namespace
}  // namespace limes::coupling

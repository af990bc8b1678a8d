#include "limes/stats/summary.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace limes::stats {
namespace {

TEST(Summary, OfAFewNumbers) {
  const std::vector<double> sample{1.0, 2.0, 3.0, 4.0};
  EXPECT_DOUBLE_EQ(mean(sample), 2.5);
  EXPECT_DOUBLE_EQ(variance(sample), 5.0 / 3.0);
  EXPECT_DOUBLE_EQ(standard_error(sample), std::sqrt(5.0 / 12.0));
  const Summary summary = summarise(sample);
  EXPECT_EQ(summary.count, 4U);
  EXPECT_DOUBLE_EQ(summary.standard_deviation, std::sqrt(5.0 / 3.0));
}

TEST(Summary, KeepsDigitsBesideALargeMean) {
  // Deviations of 1 beside a mean of 1e9: the naive sum of squares would keep no digit of the variance.
  const std::vector<double> sample{1e9 - 1.0, 1e9, 1e9 + 1.0};
  EXPECT_DOUBLE_EQ(variance(sample), 1.0);
  EXPECT_DOUBLE_EQ(mean(sample), 1e9);
}

TEST(Summary, OfOneValueHasNoSpread) {
  const std::vector<double> one{3.0};
  EXPECT_EQ(summarise(one).count, 1U);
  EXPECT_EQ(summarise(one).standard_error, 0.0);
  EXPECT_THROW((void)variance(one), std::invalid_argument);
  EXPECT_THROW((void)mean({}), std::invalid_argument);
}

TEST(WeightedMean, WeighsByTheInverseSquareOfTheError) {
  const std::vector<double> values{1.0, 4.0};
  const std::vector<double> errors{1.0, 2.0};
  const WeightedMean result = weighted_mean(values, errors);
  EXPECT_DOUBLE_EQ(result.mean, 1.6);  // (1 + 4/4) / (1 + 1/4)
  EXPECT_DOUBLE_EQ(result.error, std::sqrt(0.8));
  EXPECT_DOUBLE_EQ(result.chi_square, 1.8);  // 3^2 / (1 + 4)
  EXPECT_THROW((void)weighted_mean(values, std::vector<double>{1.0, 0.0}), std::invalid_argument);
  EXPECT_THROW((void)weighted_mean(values, std::vector<double>{1.0}), std::invalid_argument);
}

TEST(SampleCovariance, OfTwoColumns) {
  Eigen::MatrixXd rows(3, 2);
  rows << 1.0, 2.0, 2.0, 4.0, 3.0, 9.0;
  const Eigen::MatrixXd covariance = sample_covariance(rows);
  EXPECT_DOUBLE_EQ(covariance(0, 0), 1.0);
  EXPECT_DOUBLE_EQ(covariance(0, 1), 3.5);
  EXPECT_DOUBLE_EQ(covariance(1, 0), 3.5);
  EXPECT_DOUBLE_EQ(covariance(1, 1), 13.0);
  EXPECT_THROW((void)sample_covariance(rows.topRows(1)), std::invalid_argument);
}

}  // namespace
}  // namespace limes::stats

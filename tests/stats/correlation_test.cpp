#include "limes/stats/correlation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "limes/math/random.hpp"

namespace limes::stats {
namespace {

std::vector<double> autoregression(double a, std::size_t length, double centre) {
  math::RandomStream stream(12, 0, math::Purpose::kUser, 0);
  std::vector<double> record(length);
  double x = stream.normal();
  for (double& value : record) {
    value = centre + x;
    x = a * x + std::sqrt(1.0 - a * a) * stream.normal();
  }
  return record;
}

TEST(Autocovariance, OfAnAutoregressionDecaysGeometrically) {
  const auto record = autoregression(0.8, 200000, 3.0);
  const auto c = autocovariance(record, 10);
  // Bartlett: the deviation of C(k) is below sqrt(2 (1+a^2)/(1-a^2) / n) = 0.0068; four of them.
  for (std::size_t k = 0; k <= 10; ++k) EXPECT_NEAR(c[k], std::pow(0.8, static_cast<double>(k)), 0.027) << k;
  const auto known = autocovariance_about(record, 3.0, 10);
  EXPECT_NEAR(known[0] - c[0], std::pow(math::linear_autocorrelation(record, 0)[0] - 9.0 - known[0], 2) / 36.0, 1e-9);
}

TEST(StreamingAutocovariance, AgreesWithTheWholeRecordForAnyBlocks) {
  const auto record = autoregression(0.7, 3000, 1.0);
  const auto whole = math::linear_autocorrelation(record, 50);
  const std::vector<std::vector<std::size_t>> blockings{
      {3000}, {1, 2, 47, 950, 2000}, {10, 40, 1, 1, 500, 2448}, {1500, 1500}};
  for (const auto& blocks : blockings) {
    StreamingAutocovariance stream(50);
    std::size_t start = 0;
    for (const std::size_t length : blocks) {
      stream.push(std::span(record).subspan(start, length));
      start += length;
    }
    ASSERT_EQ(start, record.size());
    EXPECT_EQ(stream.count(), record.size());
    const auto products = stream.products();
    ASSERT_EQ(products.size(), 51U);
    for (std::size_t k = 0; k <= 50; ++k) EXPECT_NEAR(products[k], whole[k], 1e-12) << k;  // rounding of 3000 terms
    EXPECT_NEAR(stream.autocovariance()[0], whole[0] - stream.mean() * stream.mean(), 1e-12);
  }
}

TEST(StreamingAutocovariance, UsesTheFourierTransformForLongBlocksWithTheSameResult) {
  const auto record = autoregression(0.7, 20000, 0.5);
  StreamingAutocovariance stream(400);
  for (std::size_t start = 0; start < record.size(); start += 2000) stream.push(std::span(record).subspan(start, 2000));
  const auto whole = math::linear_autocorrelation(record, 400);
  for (std::size_t k = 0; k <= 400; ++k) EXPECT_NEAR(stream.products()[k], whole[k], 1e-12);
}

TEST(StreamingAutocovariance, DoesNotPairAcrossABreak) {
  StreamingAutocovariance stream(2);
  stream.push(std::vector<double>{1.0, 2.0});
  stream.break_record();
  stream.push(std::vector<double>{10.0, 20.0});
  const auto products = stream.products();
  ASSERT_EQ(products.size(), 2U);  // no pair at lag 2
  EXPECT_DOUBLE_EQ(products[1], (1.0 * 2.0 + 10.0 * 20.0) / 2.0);
  EXPECT_THROW((void)StreamingAutocovariance(3).mean(), std::invalid_argument);
}

TEST(FrozenVariance, IsNotBiasedByShortHalves) {
  // Frozen part of variance 0.25 per neuron, and independent noise of variance 1 in each half.
  math::RandomStream stream(13, 0, math::Purpose::kUser, 0);
  const std::size_t n = 40000;
  std::vector<double> first(n);
  std::vector<double> second(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double frozen = 2.0 + 0.5 * stream.normal();
    first[i] = frozen + stream.normal();
    second[i] = frozen + stream.normal();
  }
  // Deviation: sqrt((1.25^2 + 0.25^2)/n) = 0.0064; the square of one half would give 1.25.
  EXPECT_NEAR(frozen_variance(first, second), 0.25, 0.026);
  EXPECT_THROW((void)frozen_variance(first, std::vector<double>(3)), std::invalid_argument);
}

}  // namespace
}  // namespace limes::stats

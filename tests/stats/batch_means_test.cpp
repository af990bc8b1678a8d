#include "limes/stats/batch_means.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "limes/math/random.hpp"
#include "limes/stats/student_t.hpp"

namespace limes::stats {
namespace {

// x_{t+1} = a x_t + sqrt(1 - a^2) n: variance 1, integrated correlation time (1 + a)/(2 (1 - a)).
std::vector<double> autoregression(double a, std::size_t length, std::uint64_t index) {
  math::RandomStream stream(11, 0, math::Purpose::kUser, index);
  std::vector<double> record(length);
  double x = stream.normal();
  for (double& value : record) {
    value = x;
    x = a * x + std::sqrt(1.0 - a * a) * stream.normal();
  }
  return record;
}

TEST(BatchMeans, KnowsTheErrorOfACorrelatedRecord) {
  for (const double a : {0.0, 0.8, 0.95}) {
    const double time = 0.5 * (1.0 + a) / (1.0 - a);
    const std::size_t length = 40000;
    const double exact = std::sqrt(2.0 * time / static_cast<double>(length));
    double squares = 0.0;
    double times = 0.0;
    constexpr int kRecords = 50;
    for (int i = 0; i < kRecords; ++i) {
      const BatchMeans result = batch_means(autoregression(a, length, static_cast<std::uint64_t>(i)));
      EXPECT_TRUE(result.reliable) << a;
      EXPECT_GE(result.batches, 20U);
      squares += result.standard_error * result.standard_error / kRecords;
      times += result.correlation_time / kRecords;
    }
    // Bias of the square: 1/20 from the batch length; scatter of the mean square over 50 records: below 4 %.
    EXPECT_NEAR(std::sqrt(squares) / exact, 1.0, 0.06) << a;
    EXPECT_NEAR(times / time, 1.0, 0.06) << a;
  }
}

TEST(BatchMeans, CoversTheTruth) {
  // 95 % intervals of 400 records: 380 expected, deviation 4.4; the bias of the error costs about one percent of them.
  int covered = 0;
  for (std::uint64_t i = 0; i < 400; ++i) {
    const BatchMeans result = batch_means(autoregression(0.9, 8000, 1000 + i));
    const double reach = student_t_quantile(0.975, result.degrees_of_freedom) * result.standard_error;
    covered += std::abs(result.mean) <= reach ? 1 : 0;
  }
  EXPECT_GE(covered, 362);
  EXPECT_LE(covered, 394);
}

TEST(BatchMeans, SaysWhenTheRecordIsTooShort) {
  EXPECT_FALSE(batch_means(autoregression(0.995, 2000, 7)).reliable);  // five correlation times of 200
  EXPECT_FALSE(batch_means(std::vector<double>(100, 2.5)).reliable);   // constant
  EXPECT_EQ(batch_means(std::vector<double>(100, 2.5)).standard_error, 0.0);
}

TEST(BatchMeans, OfGivenLengthOneIsThePlainStandardError) {
  const std::vector<double> record = autoregression(0.5, 500, 3);
  double mean = 0.0;
  for (const double x : record) mean += x / 500.0;
  double squares = 0.0;
  for (const double x : record) squares += (x - mean) * (x - mean);
  EXPECT_NEAR(batch_means(record, 1).standard_error, std::sqrt(squares / (499.0 * 500.0)), 1e-14);
}

TEST(BatchMeans, RefusesBadInput) {
  EXPECT_THROW((void)batch_means(std::vector<double>(39, 1.0)), std::invalid_argument);
  EXPECT_THROW((void)batch_means(std::vector<double>(100, std::nan(""))), std::invalid_argument);
  EXPECT_THROW((void)batch_means(std::vector<double>(100, 1.0), 51), std::invalid_argument);
}

}  // namespace
}  // namespace limes::stats

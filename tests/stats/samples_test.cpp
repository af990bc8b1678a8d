// Percentiles, moments, participation ratios and resampling.
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "limes/stats/bootstrap.hpp"
#include "limes/stats/moments.hpp"
#include "limes/stats/participation_ratio.hpp"
#include "limes/stats/percentile.hpp"
#include "limes/stats/student_t.hpp"
#include "limes/stats/summary.hpp"

namespace limes::stats {
namespace {

std::vector<double> normals(std::size_t n, std::uint64_t index) {
  math::RandomStream stream(41, 0, math::Purpose::kUser, index);
  std::vector<double> sample(n);
  for (double& x : sample) x = stream.normal();
  return sample;
}

TEST(PlaceAmong, CountsRanksWithTiesInTheMiddle) {
  const std::vector<double> sample{1.0, 2.0, 2.0, 3.0};
  EXPECT_DOUBLE_EQ(place_among(2.0, sample).percentile, 50.0);
  EXPECT_DOUBLE_EQ(place_among(2.5, sample).percentile, 75.0);
  EXPECT_DOUBLE_EQ(place_among(9.0, sample).percentile, 100.0);
  EXPECT_DOUBLE_EQ(place_among(9.0, sample).rank_p, 0.4);  // 2 x 1/5: four draws cannot say more
  EXPECT_DOUBLE_EQ(place_among(2.0, sample).rank_p, 1.0);
  const PlaceAmongSample place = place_among(3.5, sample);  // mean 2, variance 2/3
  EXPECT_NEAR(place.statistic, 1.5 / std::sqrt(2.0 / 3.0 * 1.25), 1e-14);
  EXPECT_NEAR(place.prediction_p, student_t_two_sided_p(place.statistic, 3.0), 1e-15);
  EXPECT_THROW((void)place_among(1.0, {}), std::invalid_argument);
}

TEST(PlaceAmong, OneMoreDrawIsRejectedAtItsLevel) {
  int by_rank = 0;
  int by_prediction = 0;
  for (std::uint64_t i = 0; i < 4000; ++i) {
    const auto sample = normals(41, i);
    const PlaceAmongSample place = place_among(sample.back(), std::span(sample).first(40));
    by_rank += place.rank_p <= 0.05 ? 1 : 0;
    by_prediction += place.prediction_p <= 0.05 ? 1 : 0;
  }
  // 200 expected (ranks of 41: 2/41 = 0.0488 gives 195), deviation 13.8; four of them.
  EXPECT_NEAR(by_rank, 195, 56);
  EXPECT_NEAR(by_prediction, 200, 56);
}

TEST(Moments, AgreeWithTheirDefinitionsAndMerge) {
  const auto sample = normals(1001, 1);
  MomentAccumulator whole;
  MomentAccumulator left;
  MomentAccumulator right;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double x = 5.0 + sample[i] + 0.2 * sample[i] * sample[i];
    whole.push(x);
    (i < 300 ? left : right).push(x);
  }
  double m2 = 0.0, m3 = 0.0, m4 = 0.0;
  for (const double n : sample) {
    const double d = 5.0 + n + 0.2 * n * n - whole.mean();
    m2 += d * d;
    m3 += d * d * d;
    m4 += d * d * d * d;
  }
  const auto n = static_cast<double>(sample.size());
  // Rounding of sums of a thousand terms.
  EXPECT_NEAR(whole.variance(), m2 / (n - 1.0), 1e-12);
  EXPECT_NEAR(whole.skewness(), m3 / n / std::pow(m2 / n, 1.5), 1e-11);
  EXPECT_NEAR(whole.kurtosis(), m4 * n / (m2 * m2) - 3.0, 1e-11);
  left.merge(right);
  EXPECT_EQ(left.count(), whole.count());
  EXPECT_NEAR(left.mean(), whole.mean(), 1e-13);
  EXPECT_NEAR(left.skewness(), whole.skewness(), 1e-11);
  EXPECT_NEAR(left.kurtosis(), whole.kurtosis(), 1e-11);
  MomentAccumulator empty;
  empty.merge(whole);
  whole.merge(MomentAccumulator());
  EXPECT_EQ(empty.kurtosis(), whole.kurtosis());
}

TEST(Moments, KurtosisOfGaussianValuesHasTheStatedErrorAndBias) {
  double biased = 0.0;
  double unbiased = 0.0;
  double squares = 0.0;
  constexpr int kSamples = 4000;
  for (std::uint64_t i = 0; i < kSamples; ++i) {
    MomentAccumulator moments;
    moments.push(normals(50, 100 + i));
    biased += moments.kurtosis() / kSamples;
    unbiased += moments.unbiased_kurtosis() / kSamples;
    squares += moments.kurtosis() * moments.kurtosis() / kSamples;
  }
  const double error = gaussian_kurtosis_error(50);
  EXPECT_NEAR(biased, -6.0 / 51.0, 4.0 * error / std::sqrt(kSamples));
  EXPECT_NEAR(unbiased, 0.0, 4.5 * error / std::sqrt(kSamples));
  EXPECT_NEAR(std::sqrt(squares - biased * biased) / error, 1.0, 0.08);  // heavy tails: 2 % deviation of a deviation
  EXPECT_THROW((void)gaussian_kurtosis_error(3), std::invalid_argument);
}

TEST(Moments, OfConstantOrNoValuesAreZero) {
  MomentAccumulator moments;
  EXPECT_EQ(moments.variance(), 0.0);
  EXPECT_EQ(moments.population_variance(), 0.0);
  moments.push(std::vector<double>{2.0, 2.0, 2.0, 2.0});
  EXPECT_EQ(moments.kurtosis(), 0.0);
  EXPECT_EQ(moments.skewness(), 0.0);
}

TEST(ParticipationRatio, CountsEqualEigenvalues) {
  EXPECT_DOUBLE_EQ(participation_ratio(std::vector<double>{2.0, 2.0, 2.0, 0.0}), 3.0);
  Eigen::MatrixXd covariance(2, 2);
  covariance << 2.0, 1.0, 1.0, 2.0;  // eigenvalues 1 and 3
  EXPECT_NEAR(participation_ratio(covariance), 16.0 / 10.0, 1e-14);
  EXPECT_THROW((void)participation_ratio(std::vector<double>{0.0}), std::invalid_argument);
  EXPECT_THROW((void)participation_ratio(covariance, Eigen::MatrixXd::Identity(3, 3)), std::invalid_argument);
}

TEST(ParticipationRatio, OfTwoHalvesIsNotBiasedByFewSamples) {
  // 20 independent dimensions of variance 1, seen in two halves of 40 samples each.
  const auto covariance_of = [](std::uint64_t index) {
    const auto numbers = normals(20 * 40, index);
    const Eigen::Map<const Eigen::MatrixXd> samples(numbers.data(), 40, 20);
    return Eigen::MatrixXd(samples.transpose() * samples / 40.0);
  };
  double two_halves = 0.0;
  double one_half = 0.0;
  constexpr int kTrials = 100;
  for (std::uint64_t i = 0; i < kTrials; ++i) {
    const Eigen::MatrixXd first = covariance_of(9000 + 2 * i);
    const Eigen::MatrixXd second = covariance_of(9001 + 2 * i);
    two_halves += participation_ratio(first, second) / kTrials;
    one_half += participation_ratio(first) / kTrials;
  }
  EXPECT_NEAR(two_halves, 20.0, 0.5);                      // deviation of one trial about 1
  EXPECT_NEAR(one_half, 20.0 / (1.0 + 21.0 / 40.0), 0.5);  // E tr C^2 = p (1 + (p+1)/n)
}

TEST(Bootstrap, KnowsTheErrorOfAMeanAndCoversIt) {
  const auto mean_of = [](std::span<const double> sample) { return mean(sample); };
  const auto sample = normals(200, 77);
  const auto result = bootstrap(sample, mean_of, 2000, math::RandomStream(1, 0, math::Purpose::kBootstrap, 0));
  // The bootstrap variance of a mean is (n-1)/n s^2/n; 2000 resamples know it to 1.6 %.
  EXPECT_NEAR(result.standard_error / (standard_error(sample) * std::sqrt(199.0 / 200.0)), 1.0, 0.065);
  EXPECT_NEAR(result.bias, 0.0, 4.0 * result.standard_error / std::sqrt(2000.0));
  EXPECT_NEAR(result.upper - result.lower, 2.0 * 1.96 * result.standard_error, 0.1 * result.standard_error * 4.0);
  const auto again = bootstrap(sample, mean_of, 2000, math::RandomStream(1, 0, math::Purpose::kBootstrap, 0));
  EXPECT_EQ(result.lower, again.lower);
  EXPECT_THROW(
      (void)bootstrap(std::vector<double>{1.0}, mean_of, 10, math::RandomStream(1, 0, math::Purpose::kBootstrap, 0)),
      std::invalid_argument);
}

TEST(Jackknife, RemovesTheBiasOfTheVariance) {
  // The variance over n has bias -sigma^2/n; the jackknife of it is exactly the variance over n - 1.
  const auto over_n = [](std::span<const double> sample) {
    return variance(sample) * static_cast<double>(sample.size() - 1) / static_cast<double>(sample.size());
  };
  const auto sample = normals(12, 5);
  EXPECT_NEAR(jackknife(sample, over_n).estimate, variance(sample), 1e-13);
  const auto mean_of = [](std::span<const double> values) { return mean(values); };
  EXPECT_NEAR(jackknife(sample, mean_of).standard_error, standard_error(sample), 1e-14);
  EXPECT_THROW((void)jackknife(std::vector<double>{1.0}, mean_of), std::invalid_argument);
}

}  // namespace
}  // namespace limes::stats

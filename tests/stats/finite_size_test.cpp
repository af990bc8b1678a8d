#include "limes/stats/finite_size.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>
#include <vector>

#include "limes/stats/student_t.hpp"

namespace limes::stats {
namespace {

const std::vector<double> kSizes = {250, 500, 1000, 2000};

/// `samples` networks per size, whose values are normal about law(N) with the deviation spread(N).
std::vector<SizedDifference> drawn(std::mt19937_64& random, int samples, const std::function<double(double)>& law,
                                   const std::function<double(double)>& spread) {
  std::normal_distribution<double> normal;
  std::vector<SizedDifference> points;
  for (const double size : kSizes) {
    double sum = 0.0, squares = 0.0;
    for (int i = 0; i < samples; ++i) {
      const double value = law(size) + spread(size) * normal(random);
      sum += value;
      squares += value * value;
    }
    const double mean = sum / samples;
    const double variance = (squares - samples * mean * mean) / (samples - 1);
    points.push_back({size, mean, std::sqrt(variance / samples), samples});
  }
  return points;
}

double quenched(double size) { return 2.0 / std::sqrt(size); }

struct Rates {
  double limit = 0.0, law = 0.0, root = 0.0;
};

/// Shares of 4000 studies in which a p value lies below 0.05.
Rates rates(int samples, const std::function<double(double)>& law) {
  std::mt19937_64 random(17);
  constexpr int kStudies = 4000;
  Rates result;
  for (int i = 0; i < kStudies; ++i) {
    const auto fit = fit_finite_size(drawn(random, samples, law, quenched));
    result.limit += (fit->limit_p < 0.05) / static_cast<double>(kStudies);
    result.law += (fit->law_p < 0.05) / static_cast<double>(kStudies);
    result.root += (fit->root_law_p < 0.05) / static_cast<double>(kStudies);
  }
  return result;
}

// Four standard errors of a share of 0.05 among 4000 studies are 0.0138; the approximations of Welch, Satterthwaite and
// Johansen add their own error, largest at few networks.
TEST(FiniteSize, AnExactTheoryWithQuenchedSpreadHasAZeroLimit) {
  for (const auto& [samples, slack] : {std::pair{4, 0.02}, {8, 0.014}, {30, 0.014}}) {
    const Rates zero = rates(samples, [](double) { return 0.0; });
    EXPECT_NEAR(zero.limit, 0.05, slack) << samples;
    EXPECT_NEAR(zero.law, 0.05, slack) << samples;
    const Rates shifted = rates(samples, [](double size) { return 100.0 / size; });
    EXPECT_NEAR(shifted.limit, 0.05, slack) << samples;
    EXPECT_NEAR(shifted.law, 0.05, slack) << samples;
  }
}

TEST(FiniteSize, AWrongTheoryHasALimitThatIsNotZero) {
  // The error of the limit at 8 networks per size is 0.042: 0.25 is six of them.
  const Rates wrong = rates(8, [](double size) { return 0.25 + 100.0 / size; });
  EXPECT_GT(wrong.limit, 0.99);
  EXPECT_NEAR(wrong.law, 0.05, 0.014);
}

TEST(FiniteSize, TellsALawOfTheSquareRoot) {
  const Rates root = rates(30, [](double size) { return 20.0 / std::sqrt(size); });
  EXPECT_NEAR(root.root, 0.05, 0.014);
  EXPECT_GT(root.limit, 0.5);  // the straight line in 1/N does not end at zero
  EXPECT_GT(rates(30, [](double size) { return 400.0 / size; }).root, 0.9);
}

TEST(FiniteSize, TheSpreadHasItsOwnLaw) {
  std::mt19937_64 random(3);
  double sum = 0.0, squares = 0.0, error = 0.0;
  constexpr int kStudies = 3000;
  for (int i = 0; i < kStudies; ++i) {
    const auto fit = fit_finite_size(drawn(
        random, 5, [](double) { return 0.0; }, quenched));
    sum += fit->spread_power / kStudies;
    squares += fit->spread_power * fit->spread_power / kStudies;
    error = fit->spread_power_error;
  }
  const double deviation = std::sqrt(squares - sum * sum);
  EXPECT_NEAR(sum, -0.5, 4.0 * error / std::sqrt(kStudies));
  EXPECT_NEAR(deviation, error, 0.06 * error);  // the error of a deviation of 3000 numbers is 1.3 %; four of them
}

TEST(FiniteSize, FollowsNumbersWithoutNoise) {
  std::vector<SizedDifference> points;
  for (const double size : kSizes) points.push_back({size, 0.5 - 30.0 / size, 0.1 * std::pow(size / 250, -0.7), 6});
  const auto fit = fit_finite_size(points);
  EXPECT_NEAR(fit->limit, 0.5, 1e-12);  // rounding
  EXPECT_NEAR(fit->slope, -30.0, 1e-9);
  EXPECT_NEAR(fit->spread_power, -0.7, 1e-12);
  EXPECT_NEAR(fit->law_statistic, 0.0, 1e-12);
  EXPECT_EQ(fit->law_degrees, 2);
  EXPECT_NEAR(fit->law_p, 1.0, 1e-9);
}

TEST(FiniteSize, RefusesWhatHasNoFit) {
  const SizedDifference good{100, 0.1, 0.01, 4};
  const auto none = [&](const SizedDifference& other) {
    return !fit_finite_size(std::vector{good, other}).has_value();
  };
  EXPECT_FALSE(none({200, 0.1, 0.01, 4}));
  EXPECT_TRUE(none({100, 0.1, 0.01, 4}));  // one size
  EXPECT_TRUE(none({200, 0.1, 0.0, 4}));   // deterministic
  EXPECT_TRUE(none({200, 0.1, NAN, 1}));   // one network
  EXPECT_TRUE(none({200, NAN, 0.01, 4}));
  EXPECT_TRUE(none({0, 0.1, 0.01, 4}));
}

TEST(ExponentialLaw, FindsTheSlopeWithItsError) {
  // 400 studies at 4 sizes with errors estimated from 4 runs each: the slope is unbiased, and deviates from the truth
  // as its error and degrees of freedom say. The mean z of a t distribution of some 4 degrees: spread 1.4/20; square
  // 2 +- 0.3.
  std::mt19937_64 generator(3);
  std::normal_distribution<double> normal;
  double sum = 0.0, beyond = 0.0;
  for (int study = 0; study < 400; ++study) {
    std::vector<SizedDifference> points;
    for (const double size : {10.0, 14.0, 18.0, 22.0}) {
      const double truth = std::exp(1.0 + 0.2 * size), deviation = 0.04 * std::exp(0.1 * (size - 10.0)) * truth;
      double mean = 0.0, square = 0.0;
      for (int run = 0; run < 4; ++run) {
        const double value = truth + deviation * normal(generator);
        mean += value / 4.0;
        square += value * value / 4.0;
      }
      points.push_back({size, mean, std::sqrt((square - mean * mean) / 3.0), 4});
    }
    const auto law = fit_exponential_law(points);
    ASSERT_TRUE(law.has_value());
    const double z = (law->slope - 0.2) / law->slope_error;
    sum += z;
    beyond += student_t_two_sided_p(z, law->slope_degrees) < 0.05 ? 1.0 : 0.0;
  }
  EXPECT_LT(std::abs(sum / 400.0), 0.3);
  // Five per cent of 400: 20 +- 4.4; the approximation of the degrees of freedom is good to a third.
  EXPECT_LT(beyond, 44.0);
  EXPECT_GT(beyond, 4.0);
}

TEST(ExponentialLaw, LeavesOutSizesThatAreTooSmall) {
  // Exponential above 10 only, as exactly as the errors say.
  std::vector<SizedDifference> points;
  for (const double size : {4.0, 7.0, 10.0, 14.0, 20.0}) {
    const double value = std::exp(2.0 + 0.21 * size) + (size < 9.0 ? 40.0 : 0.0);
    points.push_back({size, value, 0.02 * value, 30});
  }
  const auto law = fit_exponential_law(points);
  ASSERT_TRUE(law.has_value());
  EXPECT_EQ(law->first_size, 10.0);
  EXPECT_TRUE(law->all_follow);
  EXPECT_NEAR(law->slope, 0.21, 1e-9);
  EXPECT_NEAR(law->intercept, 2.0, 1e-9);
  // The error of a line with equal relative errors: 0.02 / sqrt(sum (x - mean)^2).
  EXPECT_NEAR(law->slope_error, 0.02 / std::sqrt(50.667), 1e-6);
  EXPECT_FALSE(fit_exponential_law(std::vector<SizedDifference>{{4.0, -1.0, 0.1, 4}, {5.0, 1.0, 0.1, 4}}).has_value());
  EXPECT_FALSE(fit_exponential_law(std::vector<SizedDifference>{{4.0, 1.0, 0.1, 4}}).has_value());
  // A law that nothing follows.
  points = {{1.0, 1.0, 0.01, 30}, {2.0, 9.0, 0.09, 30}, {3.0, 1.0, 0.01, 30}, {4.0, 9.0, 0.09, 30}};
  EXPECT_FALSE(fit_exponential_law(points)->all_follow);
}

}  // namespace
}  // namespace limes::stats

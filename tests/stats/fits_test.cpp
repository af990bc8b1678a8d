#include "limes/stats/fits.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "limes/math/random.hpp"

namespace limes::stats {
namespace {

TEST(WeightedLine, ReproducesALineAndItsErrors) {
  const std::vector<double> x{0.0, 1.0, 2.0, 3.0};
  const std::vector<double> y{1.0, 3.0, 5.0, 7.0};
  const std::vector<double> errors(4, 0.5);
  const LineFit fit = weighted_line(x, y, errors);
  EXPECT_NEAR(fit.intercept, 1.0, 1e-14);
  EXPECT_NEAR(fit.slope, 2.0, 1e-14);
  EXPECT_NEAR(fit.slope_error, 0.5 / std::sqrt(5.0), 1e-14);  // sigma / sqrt(sum (x - 1.5)^2)
  EXPECT_NEAR(fit.intercept_error, 0.5 * std::sqrt(0.25 + 2.25 / 5.0), 1e-14);
  EXPECT_NEAR(fit.covariance, -0.25 * 1.5 / 5.0, 1e-14);
  EXPECT_NEAR(fit.chi_square, 0.0, 1e-20);
  EXPECT_EQ(fit.degrees_of_freedom, 2);
  EXPECT_NEAR(fit.p_value, 1.0, 1e-12);
}

TEST(WeightedLine, ErrorsCoverTheTruth) {
  // Pulls (estimate - truth)/error of 2000 fits: mean 0 and variance 1 within four deviations (0.09, 0.13).
  double sum = 0.0;
  double squares = 0.0;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    math::RandomStream stream(31, 0, math::Purpose::kUser, i);
    std::vector<double> x, y, errors;
    for (int k = 0; k < 5; ++k) {
      x.push_back(k);
      errors.push_back(0.1 * (k + 1));
      y.push_back(-1.0 + 0.7 * k + errors.back() * stream.normal());
    }
    const double pull = (weighted_line(x, y, errors).intercept + 1.0) / weighted_line(x, y, errors).intercept_error;
    sum += pull;
    squares += pull * pull;
  }
  EXPECT_NEAR(sum / 2000.0, 0.0, 0.09);
  EXPECT_NEAR(squares / 2000.0, 1.0, 0.13);
}

TEST(InverseSizeLaw, FindsTheLimitAndTheSlope) {
  const std::vector<double> sizes{250.0, 500.0, 1000.0};
  std::vector<double> differences;
  for (const double size : sizes) differences.push_back(0.01 - 20.0 / size);
  const LineFit fit = inverse_size_law(sizes, differences, std::vector<double>(3, 0.001));
  EXPECT_NEAR(fit.intercept, 0.01, 1e-14);
  EXPECT_NEAR(fit.slope, -20.0, 1e-11);
  EXPECT_THROW((void)inverse_size_law(std::vector<double>{0.0, 1.0}, std::vector<double>{1.0, 1.0},
                                      std::vector<double>{1.0, 1.0}),
               std::invalid_argument);
}

TEST(PowerLaw, FindsTheExponent) {
  const std::vector<double> sizes{100.0, 400.0, 1600.0};
  const std::vector<double> values{0.3, 0.15, 0.075};
  const PowerLaw law = power_law(sizes, values, std::vector<double>{0.01, 0.01, 0.01});
  EXPECT_NEAR(law.exponent, -0.5, 1e-13);
  EXPECT_NEAR(law.prefactor, 3.0, 1e-11);
  EXPECT_THROW((void)power_law(sizes, std::vector<double>{0.3, 0.0, 0.1}, values), std::invalid_argument);
}

TEST(WeightedLine, RefusesBadInput) {
  const std::vector<double> two{1.0, 2.0};
  EXPECT_THROW((void)weighted_line(std::vector<double>{1.0, 1.0}, two, two), std::invalid_argument);
  EXPECT_THROW((void)weighted_line(two, two, std::vector<double>{1.0, 0.0}), std::invalid_argument);
  EXPECT_THROW((void)weighted_line(two, std::vector<double>{1.0, std::nan("")}, two), std::invalid_argument);
  EXPECT_THROW((void)weighted_line(std::vector<double>{1.0}, std::vector<double>{1.0}, std::vector<double>{1.0}),
               std::invalid_argument);
}

}  // namespace
}  // namespace limes::stats

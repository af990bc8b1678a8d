#include "limes/experiment/bounded_curve.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "limes/math/random.hpp"

namespace limes::experiment {
namespace {

constexpr std::size_t kPoints = 60;

struct Setting {
  double bias = 0.0;    ///< root mean square, of alternating sign and growing along the curve
  double bound = 0.0;   ///< the same at every point
  double common = 0.0;  ///< noise that moves all points together
  double private_noise = 0.0;
  std::size_t realisations = 8;
};

BoundedCurve draw(const Setting& setting, std::uint64_t seed) {
  const std::size_t n = setting.realisations;
  math::RandomStream stream(seed, 0, math::Purpose::kUser, 0);
  std::vector<double> together(n);
  for (double& x : together) x = setting.common * stream.normal();
  BoundedCurve curve;
  double squares = 0.0;
  for (std::size_t k = 0; k < kPoints; ++k) squares += static_cast<double>(k * k) / kPoints;
  for (std::size_t k = 0; k < kPoints; ++k) {
    const double shape = static_cast<double>(k) / std::sqrt(squares) * (k % 2 == 0 ? 1.0 : -1.0);
    double sum = 0.0;
    std::vector<double> values;
    for (std::size_t r = 0; r < n; ++r) {
      values.push_back(setting.bias * shape + together[r] + setting.private_noise * stream.normal());
      sum += values.back();
    }
    double spread = 0.0;
    for (const double x : values) spread += std::pow(x - sum / static_cast<double>(n), 2);
    curve.residuals.insert(curve.residuals.end(), values.begin(), values.end());
    curve.bounds.push_back(setting.bound);
    curve.standard_errors.push_back(n > 1 ? std::sqrt(spread / static_cast<double>(n * (n - 1)))
                                          : std::hypot(setting.common, setting.private_noise));
  }
  return curve;
}

int called_wrong(const Setting& setting, int runs = 1000, double level = 0.01) {
  int count = 0;
  for (int i = 0; i < runs; ++i) {
    const auto test = test_bounded_curve(draw(setting, static_cast<std::uint64_t>(i)), setting.realisations);
    count += test.p_value <= level;
  }
  return count;
}

TEST(BoundedCurve, WithoutNoiseTheErrorOfApproximationDecides) {
  const BoundedCurve curve{{0.3, 0.3, -0.4, -0.4}, {0.3, 0.5}, {0.0, 0.0}};
  const auto within = test_bounded_curve(curve, 2);
  EXPECT_DOUBLE_EQ(within.difference, std::sqrt(0.125));  // (0.09 + 0.16)/2
  EXPECT_DOUBLE_EQ(within.bound, std::sqrt(0.17));        // (0.09 + 0.25)/2
  EXPECT_EQ(within.p_value, 1.0);
  EXPECT_LT(test_bounded_curve({curve.residuals, {0.3, 0.2}, curve.standard_errors}, 2).p_value, 1e-6);
  // One point may exceed its own error where the curve as a whole does not.
  EXPECT_EQ(test_bounded_curve({curve.residuals, {0.5, 0.1}, curve.standard_errors}, 2).p_value, 1.0);
}

TEST(BoundedCurve, ABiasWithinTheBoundIsRarelyCalledWrong) {
  // At the bound itself the level is 1 % but for the approximation of X as normal: 10 expected of 1000, more than 22
  // has probability 0.001. Below the bound, fewer.
  for (const Setting& setting : {Setting{1.0, 1.0, 0.3, 0.0}, Setting{1.0, 1.0, 0.0, 1.0}, Setting{1.0, 1.0, 0.5, 0.5},
                                 Setting{0.5, 1.0, 0.5, 0.5}, Setting{1.0, 1.0, 0.5, 0.5, 1}}) {
    EXPECT_LE(called_wrong(setting), 22) << setting.common << ' ' << setting.private_noise;
  }
}

TEST(BoundedCurve, ChanceAloneIsRarelyCalledWrong) {
  // A theory without any error, and simulations that differ from it by noise: X is a weighted sum of chi squares, whose
  // tail is longer than Student's; independent points add up to a normal one.
  EXPECT_LE(called_wrong({0.0, 0.0, 0.0, 1.0}), 22);
  EXPECT_LE(called_wrong({0.0, 0.0, 1.0, 0.0}), 22);
  EXPECT_LE(called_wrong({0.0, 0.0, 1.0, 0.0, 1}), 22);
}

TEST(BoundedCurve, ABiasBeyondTheBoundIsCalledWrong) {
  // Twice the stated error with noise of half of it: certain.
  EXPECT_GE(called_wrong({2.0, 1.0, 0.2, 0.5}, 200), 198);
  EXPECT_GE(called_wrong({2.0, 1.0, 0.0, 0.2, 1}, 200), 198);
  EXPECT_GE(called_wrong({2.0, 1.0, 0.2, 0.5, 3}, 200), 150);
}

TEST(BoundedCurve, RefusesLengthsThatDoNotFit) {
  EXPECT_THROW(static_cast<void>(test_bounded_curve({}, 2)), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(test_bounded_curve({{1.0, 2.0}, {1.0}, {1.0}}, 1)), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(test_bounded_curve({{1.0, 2.0}, {1.0}, {}}, 2)), std::invalid_argument);
}

}  // namespace
}  // namespace limes::experiment

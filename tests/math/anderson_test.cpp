#include "limes/math/anderson.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace limes::math {
namespace {

// A linear contraction with factors up to 0.99: x_i = a_i x_i + b_i.
std::vector<double> slow_map(const std::vector<double>& x) {
  std::vector<double> image(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double factor = 0.99 * static_cast<double>(i + 1) / static_cast<double>(x.size());
    image[i] = factor * x[i] + (1.0 - factor) * static_cast<double>(i);
  }
  return image;
}

TEST(Anderson, SolvesALinearProblemInAboutItsDimension) {
  AndersonOptions options;
  options.depth = 8;
  const auto result = anderson(slow_map, std::vector<double>(6, 0.0), options);
  ASSERT_TRUE(result.converged);
  // In exact arithmetic GMRES-like: dimension + 1 differences suffice; rounding takes a few more.
  EXPECT_LE(result.residual_history.size(), 15U);
  // |x - x*| <= |r| / (1 - 0.99)
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(result.x[i], static_cast<double>(i), 1e-10);
  EXPECT_LE(result.residual, 1e-12);
}

TEST(Anderson, OfDepthZeroIsTheDampedIteration) {
  AndersonOptions options;
  options.depth = 0;
  options.damping = 0.5;
  options.max_iterations = 4;
  options.tolerance = 0.0;
  const auto result =
      anderson([](const std::vector<double>& x) { return std::vector<double>{0.5 * x[0]}; }, {1.0}, options);
  ASSERT_EQ(result.residual_history.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_DOUBLE_EQ(result.residual_history[i], 0.5 * std::pow(0.75, static_cast<double>(i)));
  }
  EXPECT_FALSE(result.converged);
}

TEST(Anderson, FindsAFixedPointThatThePlainIterationLeaves) {
  // x = 3.5 x (1 - x) repels (slope -1.5) at x* = 5/7.
  AndersonOptions options;
  options.depth = 3;
  const auto result = anderson(
      [](const std::vector<double>& x) { return std::vector<double>{3.5 * x[0] * (1.0 - x[0])}; }, {0.6}, options);
  ASSERT_TRUE(result.converged);
  EXPECT_NEAR(result.x[0], 5.0 / 7.0, 1e-12);
}

TEST(Anderson, ReturnsFromOutsideTheDomain) {
  // 2 + log x from x = 0.1 leads to a negative number, where the map has no value; fixed points 0.158594 and 3.146193
  // (x = -W(-exp(-2)), both branches of Lambert's W).
  const auto result =
      anderson([](const std::vector<double>& x) { return std::vector<double>{2.0 + std::log(x[0])}; }, {0.1});
  EXPECT_TRUE(std::isinf(result.residual_history[1]));
  ASSERT_TRUE(result.converged);
  EXPECT_LT(std::min(std::abs(result.x[0] - 0.158594339563), std::abs(result.x[0] - 3.146193220621)), 1e-11);
}

TEST(Anderson, SaysWhenItDidNotConvergeAndObeysTheCallback) {
  AndersonOptions options;
  options.max_iterations = 20;
  const auto shift = [](const std::vector<double>& x) { return std::vector<double>{x[0] + 1.0}; };
  const auto never = anderson(shift, {0.0}, options);
  EXPECT_FALSE(never.converged);
  EXPECT_DOUBLE_EQ(never.residual, 1.0);
  options.proceed = [](int iteration, double, const std::vector<double>&) { return iteration < 2; };
  EXPECT_EQ(anderson(shift, {0.0}, options).residual_history.size(), 3U);
  const auto nowhere = [](const std::vector<double>&) { return std::vector<double>{std::nan("")}; };
  EXPECT_FALSE(anderson(nowhere, {0.0}).converged);
}

TEST(Anderson, RefusesBadOptions) {
  AndersonOptions options;
  options.damping = 0.0;
  EXPECT_THROW((void)anderson(slow_map, {0.0}, options), std::invalid_argument);
  EXPECT_THROW((void)anderson([](const std::vector<double>&) { return std::vector<double>(3); }, {0.0}),
               std::invalid_argument);
}

}  // namespace
}  // namespace limes::math

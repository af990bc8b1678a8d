#include "limes/math/roots.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

namespace limes::math {
namespace {

std::vector<double> grid_of(double low, double high, int intervals) {
  std::vector<double> grid;
  for (int i = 0; i <= intervals; ++i) grid.push_back(low + (high - low) * i / intervals);
  return grid;
}

TEST(Brent, FindsZerosToRounding) {
  // Dottie's number, published to all digits.
  EXPECT_NEAR(brent([](double x) { return std::cos(x) - x; }, 0.0, 1.0), 0.73908513321516064, 4e-16);
  EXPECT_NEAR(brent([](double x) { return x * x - 2.0; }, 2.0, 0.0), std::numbers::sqrt2, 4e-16);
  // A triple zero: interpolation is useless, bisection must carry it. |x - 1| < 1e-5 is where f leaves rounding.
  EXPECT_NEAR(brent([](double x) { return std::pow(x - 1.0, 3); }, -3.0, 10.0), 1.0, 1e-5);
  EXPECT_EQ(brent([](double x) { return x; }, 0.0, 1.0), 0.0);
}

TEST(Brent, NeedsFewEvaluations) {
  int evaluations = 0;
  (void)brent(
      [&](double x) {
        ++evaluations;
        return std::exp(x) - 5.0;
      },
      0.0, 4.0);
  EXPECT_LT(evaluations, 15);  // bisection would take 53
}

TEST(Brent, RefusesABracketWithoutSignChange) {
  EXPECT_THROW((void)brent([](double x) { return x * x + 1.0; }, -1.0, 1.0), std::invalid_argument);
  EXPECT_THROW((void)brent([](double x) { return std::sqrt(x); }, -1.0, 1.0), std::invalid_argument);
}

TEST(AllRoots, FindsSignChangesOnAndOffTheGrid) {
  const auto roots = all_roots([](double x) { return x * (x - 0.55) * (x + 0.3); }, grid_of(-1.0, 1.0, 20));
  ASSERT_EQ(roots.size(), 3U);
  EXPECT_NEAR(roots[0], -0.3, 1e-15);
  EXPECT_NEAR(roots[1], 0.0, 1e-15);
  EXPECT_NEAR(roots[2], 0.55, 1e-15);
}

TEST(AllRoots, FindsANearDoubleRootBetweenGridPoints) {
  // Two zeros 2e-4 apart between grid points 0.1 apart.
  const double centre = 0.5321;
  const auto roots = all_roots([&](double x) { return (x - centre) * (x - centre) - 1e-8; }, grid_of(0.0, 1.0, 10));
  ASSERT_EQ(roots.size(), 2U);
  EXPECT_NEAR(roots[0], centre - 1e-4, 1e-11);  // slope 2e-4: rounding of f, 1e-17, over it, with a margin
  EXPECT_NEAR(roots[1], centre + 1e-4, 1e-11);
}

TEST(AllRoots, ReportsATouchingZeroOnceAndAGapNever) {
  const auto touching = all_roots([](double x) { return -std::pow(x - 0.53, 2); }, grid_of(0.0, 1.0, 10));
  ASSERT_EQ(touching.size(), 1U);
  EXPECT_NEAR(touching[0], 0.53, 1e-7);
  EXPECT_TRUE(all_roots([](double x) { return std::pow(x - 0.53, 2) + 1e-6; }, grid_of(0.0, 1.0, 10)).empty());
}

TEST(AllRoots, SkipsPolesAndPlacesWithoutValue) {
  // tan has zeros at 0 and pi and a pole between; log(x) is no number below zero.
  const auto roots = all_roots([](double x) { return std::tan(x); }, grid_of(-0.45, 4.0, 37));
  ASSERT_EQ(roots.size(), 2U);
  EXPECT_NEAR(roots[1], std::numbers::pi, 1e-14);
  const auto logarithm = all_roots([](double x) { return std::log(x); }, grid_of(-3.05, 3.0, 50));
  ASSERT_EQ(logarithm.size(), 1U);
  EXPECT_NEAR(logarithm[0], 1.0, 1e-15);
}

TEST(Newton2, ConvergesQuadraticallyWithAndWithoutJacobian) {
  const auto f = [](Vector2 x) { return Vector2{x[0] * x[0] + x[1] * x[1] - 4.0, std::exp(x[0]) + x[1] - 1.0}; };
  const auto jacobian = [](Vector2 x) { return Matrix2{{{2.0 * x[0], 2.0 * x[1]}, {std::exp(x[0]), 1.0}}}; };
  const Root2 analytic = newton2(f, jacobian, {1.0, -1.7});
  const Root2 numerical = newton2(f, {}, {1.0, -1.7});
  ASSERT_TRUE(analytic.converged && numerical.converged);
  EXPECT_LE(analytic.iterations, 7);
  for (std::size_t j = 0; j < 2; ++j) {
    EXPECT_NEAR(analytic.point[j], numerical.point[j], 1e-14);
    EXPECT_LT(std::abs(analytic.residual[j]), 1e-14);
  }
  EXPECT_NEAR(analytic.point[0], 1.00416873847, 1e-10);  // Burden & Faires, Numerical Analysis, exercise 10.2
}

TEST(Newton2, DampsAnOvershootAndSaysWhenThereIsNoRoot) {
  const Root2 far = newton2([](Vector2 x) { return Vector2{std::atan(x[0]), x[1] - 1.0}; }, {}, {20.0, 0.0});
  EXPECT_TRUE(far.converged);  // the undamped iteration diverges beyond |x| = 1.39
  EXPECT_NEAR(far.point[0], 0.0, 1e-14);
  EXPECT_FALSE(newton2([](Vector2 x) { return Vector2{x[0] * x[0] + 1.0, x[1]}; }, {}, {0.3, 0.4}).converged);
  const auto outside = [](Vector2 x) { return Vector2{std::sqrt(x[0]) - 0.1, x[1]}; };
  const Root2 edge = newton2(outside, {}, {3.0, 1.0});  // full steps lead to sqrt of a negative number
  EXPECT_TRUE(edge.converged);
  EXPECT_NEAR(edge.point[0], 0.01, 1e-14);
}

TEST(AllRoots2d, FindsEveryIntersectionOfTwoCurves) {
  // The circle of radius 2 and the ellipse x^2/9 + y^2 = 1... intersect in four points: x^2 = 27/8, y^2 = 5/8.
  const auto f = [](Vector2 x) {
    return Vector2{x[0] * x[0] + x[1] * x[1] - 4.0, x[0] * x[0] / 9.0 + x[1] * x[1] - 1.0};
  };
  const auto roots = all_roots_2d(f, grid_of(-3.0, 3.0, 12), grid_of(-3.0, 3.0, 12));
  ASSERT_EQ(roots.size(), 4U);
  for (const Root2& root : roots) {
    EXPECT_NEAR(std::abs(root.point[0]), std::sqrt(27.0 / 8.0), 1e-14);
    EXPECT_NEAR(std::abs(root.point[1]), std::sqrt(5.0 / 8.0), 1e-14);
    EXPECT_LT(std::abs(root.residual[0]), 1e-14);
  }
}

TEST(AllRoots2d, FindsAPairNearAFoldInsideOneCell) {
  // y = x^2 and y = 1e-4: two zeros 0.02 apart in a cell of width 0.3.
  const auto f = [](Vector2 x) { return Vector2{x[1] - (x[0] - 0.11) * (x[0] - 0.11), x[1] - 1e-4}; };
  const auto roots = all_roots_2d(f, grid_of(-0.7, 0.8, 5), grid_of(-0.5, 1.0, 5));
  ASSERT_EQ(roots.size(), 2U);
  EXPECT_NEAR(roots[0].point[0], 0.10, 1e-13);
  EXPECT_NEAR(roots[1].point[0], 0.12, 1e-13);
}

TEST(AllRoots2d, KeepsToTheRectangleAndToFiniteValues) {
  const auto f = [](Vector2 x) { return Vector2{x[0] - 5.0, x[1]}; };
  EXPECT_TRUE(all_roots_2d(f, grid_of(-1.0, 1.0, 4), grid_of(-1.0, 1.0, 4)).empty());
  const auto half = [](Vector2 x) { return Vector2{x[0], x[1] > 0.5 ? std::nan("") : x[1] - 0.1}; };
  EXPECT_EQ(all_roots_2d(half, grid_of(-1.0, 1.0, 7), grid_of(-1.0, 1.0, 21)).size(), 1U);
}

TEST(AllRoots2d, FindsARootOnTheEdge) {
  // A state of zero variance lies on the edge of what is allowed.
  const auto f = [](Vector2 x) { return Vector2{std::tanh(2.0 * x[0]) - x[0] + x[1], -x[1] * (0.3 + x[1])}; };
  const auto roots = all_roots_2d(f, grid_of(-2.0, 2.0, 20), grid_of(0.0, 2.0, 10));
  ASSERT_EQ(roots.size(), 3U);
  for (const Root2& root : roots) EXPECT_NEAR(root.point[1], 0.0, 1e-14);
  EXPECT_NEAR(roots[2].point[0], 0.95750402407723, 1e-12);  // x = tanh 2x
}

TEST(AllRoots2d, RefusesAGridWithoutCells) {
  const auto f = [](Vector2 x) { return x; };
  const std::vector<double> one{1.0};
  EXPECT_THROW((void)all_roots_2d(f, one, one), std::invalid_argument);
}

}  // namespace
}  // namespace limes::math

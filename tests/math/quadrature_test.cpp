#include "limes/math/quadrature.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "limes/base/errors.hpp"

namespace limes::math {
namespace {

TEST(GaussLegendre, IsExactForPolynomialsOfItsDegree) {
  for (const std::size_t order : {1u, 2u, 3u, 7u, 24u, 64u, 201u}) {
    const QuadratureRule rule = gauss_legendre(order);
    ASSERT_EQ(rule.nodes.size(), order);
    const int degree = static_cast<int>(2 * order) - 2;  // the highest even one: int_-1^1 x^degree = 2/(degree + 1)
    double highest = 0;
    double odd = 0;
    for (std::size_t i = 0; i < order; ++i) {
      highest += rule.weights[i] * std::pow(rule.nodes[i], degree);
      odd += rule.weights[i] * std::pow(rule.nodes[i], degree + 1);
    }
    EXPECT_NEAR(highest, 2.0 / (degree + 1), 1e-14) << order;  // rounding of the nodes times the slope at the end
    EXPECT_NEAR(odd, 0, 1e-15) << order;
    // One degree too many must show: the error of x^(2n) is a number, not rounding.
    if (order <= 7) {
      double beyond = 0;
      for (std::size_t i = 0; i < order; ++i) beyond += rule.weights[i] * std::pow(rule.nodes[i], degree + 2);
      EXPECT_GT(std::abs(beyond - 2.0 / (degree + 3)), 1e-5) << order;
    }
  }
}

TEST(GaussLegendre, HasTheKnownNodesOfThreePoints) {
  const QuadratureRule rule = gauss_legendre(3);
  EXPECT_NEAR(rule.nodes[0], -std::sqrt(0.6), 1e-15);
  EXPECT_EQ(rule.nodes[1], 0);
  EXPECT_NEAR(rule.weights[1], 8.0 / 9, 1e-15);
  EXPECT_NEAR(rule.weights[2], 5.0 / 9, 1e-15);
}

TEST(GaussLegendre, RefusesNoNodes) { EXPECT_THROW((void)gauss_legendre(0), InputError); }

TEST(GaussianTrapezoid, GivesTheMomentsOfTheNormalDistribution) {
  // An entire function: the step for 36 digits (base e) leaves 2e-16.
  const double step = gaussian_trapezoid_step(std::numeric_limits<double>::infinity(), 36);
  const QuadratureRule rule = gaussian_trapezoid(step, -10, 10);
  double second = 0;
  double fourth = 0;
  double cosine = 0;
  for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
    const double square = rule.nodes[i] * rule.nodes[i];
    second += rule.weights[i] * square;
    fourth += rule.weights[i] * square * square;
    cosine += rule.weights[i] * std::cos(rule.nodes[i]);
  }
  EXPECT_NEAR(std::accumulate(rule.weights.begin(), rule.weights.end(), 0.0), 1, 1e-15);
  // The bound exp(-36) holds on the line Im h = 8.5 of the complex plane: times 8.5^2, 8.5^4 and exp(8.5) there.
  EXPECT_NEAR(second, 1, 1e-13);
  EXPECT_NEAR(fourth, 3, 1e-11);
  EXPECT_NEAR(cosine, std::exp(-0.5), 4e-12);
}

TEST(GaussianTrapezoid, StepResolvesThePole) {
  // E 1/(1 + h^2/d^2) = sqrt(pi/2) d exp(d^2/2) erfc(d/sqrt 2), poles at +-i d.
  for (const double pole : {0.05, 0.3, 1.0, 3.0, 8.0}) {
    const double exact =
        std::sqrt(std::numbers::pi / 2) * pole * std::exp(0.5 * pole * pole) * std::erfc(pole / std::numbers::sqrt2);
    const auto average = [&](double step) {
      const QuadratureRule rule = gaussian_trapezoid(step, -10, 10);
      double sum = 0;
      for (std::size_t i = 0; i < rule.nodes.size(); ++i)
        sum += rule.weights[i] / (1 + rule.nodes[i] * rule.nodes[i] / (pole * pole));
      return sum;
    };
    const double step = gaussian_trapezoid_step(pole, 36);
    EXPECT_NEAR(average(step) / exact, 1, 3e-14) << pole;              // exp(-36) and a few hundred roundings
    EXPECT_GT(std::abs(average(3 * step) / exact - 1), 1e-9) << pole;  // exp(-12): the step is not wasted
  }
}

TEST(GaussianTrapezoid, RefusesBadLimits) {
  EXPECT_THROW((void)gaussian_trapezoid(0, -1, 1), InputError);
  EXPECT_THROW((void)gaussian_trapezoid(0.1, 1, 2), InputError);
  EXPECT_THROW((void)gaussian_trapezoid(std::nan(""), -1, 1), InputError);
}

TEST(IntegrateAdaptive, ReachesItsTolerance) {
  double error = 1;
  const double value = integrate_adaptive([](double x) { return std::sqrt(x); }, 0.0, 1.0, 1e-10, &error);
  EXPECT_NEAR(value, 2.0 / 3, 1e-9);  // a square-root end: the estimate of the error is pessimistic there
  EXPECT_LT(error, 1e-6);
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_NEAR(integrate_adaptive([](double x) { return std::exp(-0.5 * x * x); }, -infinity, infinity),
              std::sqrt(2 * std::numbers::pi), 1e-11);
}

}  // namespace
}  // namespace limes::math

#include "limes/math/chebyshev.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "limes/base/errors.hpp"

namespace limes::math {
namespace {

TEST(Chebyshev, NodesAreSymmetricAndContainTheEnds) {
  for (const std::size_t degree : {1u, 2u, 5u, 16u, 33u}) {
    const std::vector<double> nodes = chebyshev_nodes(degree);
    ASSERT_EQ(nodes.size(), degree + 1);
    EXPECT_EQ(nodes.front(), 1);
    EXPECT_EQ(nodes.back(), -1);
    for (std::size_t k = 0; k <= degree; ++k) {
      EXPECT_EQ(nodes[k], -nodes[degree - k]);
      EXPECT_NEAR(nodes[k], std::cos(std::numbers::pi * static_cast<double>(k) / static_cast<double>(degree)), 1e-15);
    }
  }
}

TEST(Chebyshev, RecoversAPolynomialExactly) {
  // 3 T_0 - 2 T_1 + T_3/2 + 4 T_4
  const std::vector<double> expected = {3, -2, 0, 0.5, 4};
  std::vector<double> values;
  for (const double t : chebyshev_nodes(4)) {
    const double a = std::acos(t);
    values.push_back(3 - 2 * std::cos(a) + 0.5 * std::cos(3 * a) + 4 * std::cos(4 * a));
  }
  const std::vector<double> coefficients = chebyshev_coefficients(values);
  for (std::size_t k = 0; k < 5; ++k) EXPECT_NEAR(coefficients[k], expected[k], 1e-14);
  const ChebyshevSeries series(-1, 1, expected);
  EXPECT_EQ(series.coefficients(), expected);
  for (const double t : {-1.0, -0.3, 0.0, 0.7, 1.0}) {
    const double a = std::acos(t);
    EXPECT_NEAR(series(t), 3 - 2 * std::cos(a) + 0.5 * std::cos(3 * a) + 4 * std::cos(4 * a), 1e-14);
  }
}

TEST(Chebyshev, FitsDifferentiatesAndIntegrates) {
  const ChebyshevSeries series = fit_chebyshev([](double x) { return std::exp(x) * std::sin(3 * x); }, -0.5, 2.0);
  const ChebyshevSeries slope = series.derivative();
  const ChebyshevSeries integral = series.integral_from(0.25);
  const auto primitive = [](double x) { return std::exp(x) * (std::sin(3 * x) - 3 * std::cos(3 * x)) / 10; };
  EXPECT_LT(series.coefficients().size(), 40u);
  for (double x = -0.5; x <= 2; x += 0.0625) {
    EXPECT_NEAR(series(x), std::exp(x) * std::sin(3 * x), 1e-13);  // 1e-13 of the largest coefficient, about 3
    // Differentiation multiplies the error of the coefficients by about degree^2.
    EXPECT_NEAR(slope(x), std::exp(x) * (std::sin(3 * x) + 3 * std::cos(3 * x)), 1e-10);
    EXPECT_NEAR(integral(x), primitive(x) - primitive(0.25), 1e-13);
  }
  EXPECT_NEAR(integral(0.25), 0, 1e-16);
}

TEST(Chebyshev, ManyValuesHaveTheBitsOfSingleOnes) {
  const ChebyshevSeries series = fit_chebyshev([](double x) { return 1 / (1 + 4 * x * x); }, -1, 3);
  std::vector<double> x(37);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = -1 + 4 * static_cast<double>(i) / 36;
  std::vector<double> values(x.size());
  series.evaluate(x, values);
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(values[i], series(x[i]));
  series.evaluate(x, x);  // in place
  EXPECT_EQ(x, values);
}

TEST(Chebyshev, ImposesParityAndCallsOneHalf) {
  double lowest = 1;
  const auto f = [&](double x, std::span<double> values) {
    lowest = std::min(lowest, x);
    values[0] = std::sin(x);
    values[1] = std::cos(x);
  };
  const std::vector<Parity> parities = {Parity::kOdd, Parity::kEven};
  const std::vector<ChebyshevSeries> fits = fit_chebyshev(f, -2, 2, parities);
  EXPECT_GE(lowest, -1e-15);
  for (const double x : {1e-12, 0.1, 1.3, 2.0}) {
    EXPECT_NEAR(fits[0](x) / std::sin(x), 1, 1e-13);  // relative, near the zero as well
    EXPECT_NEAR(fits[0](x), -fits[0](-x), 0);
    EXPECT_NEAR(fits[1](x), std::cos(x), 1e-14);
  }
}

TEST(Chebyshev, SaysWhenItDoesNotConverge) {
  ChebyshevFit options;
  options.highest_degree = 64;
  try {
    (void)fit_chebyshev([](double x) { return std::abs(x - 0.1); }, -1, 1, Parity::kNone, options);
    FAIL() << "a kink has no convergent series of degree 64";
  } catch (const ConvergenceError& error) {
    EXPECT_GT(error.residual(), 1e-6);
    EXPECT_LT(error.residual(), 1e-1);
  }
}

TEST(Chebyshev, StopsAtANoiseFloor) {
  // Noise of 1e-12 on every value: below `acceptable`, so the fit rests there instead of failing.
  int calls = 0;
  const auto noisy = [&](double x) { return std::exp(x) + 1e-12 * std::sin(1e6 * x + ++calls); };
  const ChebyshevSeries series = fit_chebyshev(noisy, -1, 1);
  EXPECT_LE(calls, 129);
  EXPECT_NEAR(series(0.3), std::exp(0.3), 1e-11);
}

TEST(Chebyshev, RefusesBadInput) {
  EXPECT_THROW((void)chebyshev_nodes(0), InputError);
  EXPECT_THROW((void)chebyshev_coefficients(std::vector<double>{1}), InputError);
  EXPECT_THROW(ChebyshevSeries(1, 1, {1}), InputError);
}

}  // namespace
}  // namespace limes::math

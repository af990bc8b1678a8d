#include "limes/math/gaussian.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/special_functions/owens_t.hpp>
#include <cmath>
#include <numbers>
#include <vector>

#include "limes/math/quadrature.hpp"

namespace limes::math {
namespace {

/// P(X <= h, Y <= k) by the conditional law: int_-inf^h phi(x) Phi((k - rho x)/sqrt(1 - rho^2)) dx, panels halving
/// towards the places where the integrand turns.
double conditional(double h, double k, double rho, double cosine) {
  const auto integrand = [&](double x) { return normal_density(x) * normal_cdf((k - rho * x) / cosine); };
  const QuadratureRule rule = gauss_legendre(30);
  const double turn = k / rho;
  std::vector<double> ends = {std::min(h, 0.0) - 12};
  for (double x = ends[0]; x < h; x += 0.5) ends.push_back(x);
  for (double width = 64; width > 1e-3 * cosine; width /= 2)
    for (const double sign : {-1.0, 1.0}) ends.push_back(turn + sign * width);
  ends.push_back(turn);
  ends.push_back(h);
  std::sort(ends.begin(), ends.end());
  double sum = 0;
  for (std::size_t i = 0; i + 1 < ends.size(); ++i) {
    if (ends[i] < std::min(h, 0.0) - 12 || ends[i + 1] > h) continue;
    const double half = 0.5 * (ends[i + 1] - ends[i]);
    for (std::size_t j = 0; j < rule.nodes.size(); ++j)
      sum += half * rule.weights[j] * integrand(ends[i] + half * (1 + rule.nodes[j]));
  }
  return sum;
}

TEST(Normal, KeepsItsLowerTail) {
  EXPECT_NEAR(normal_cdf(-10) / 7.619853024160526e-24, 1, 1e-13);
  EXPECT_EQ(normal_cdf(0), 0.5);
  EXPECT_NEAR(normal_density(1), std::exp(-0.5) / std::sqrt(2 * std::numbers::pi), 1e-16);
}

TEST(BivariateNormal, HasTheArcSineLawAtTheOrigin) {
  for (const double angle : {-1.5, -0.7, 1e-9, 0.2, 1.0, 1.57})
    EXPECT_NEAR(bivariate_normal_excess(0, 0, std::sin(angle), std::cos(angle)), angle / (2 * std::numbers::pi),
                1e-15 * std::abs(angle));
}

TEST(BivariateNormal, MatchesOwensTOnTheDiagonal) {
  // P(X <= h, Y <= h) = Phi(h) - 2 T(h, sqrt((1 - rho)/(1 + rho))).
  for (const double h : {-6.0, -2.0, -0.3, 0.0, 0.4, 3.0})
    for (const double angle : {-1.5, -0.5, 0.3, 1.2, 1.5, 1.5706}) {
      const double ratio = std::tan(0.5 * (std::numbers::pi / 2 - angle));
      const double expected = normal_cdf(h) - 2 * boost::math::owens_t(h, ratio);
      // The difference cancels where Phi(h) is small, Owen's T itself is good to 1e-15.
      EXPECT_NEAR(bivariate_normal_cdf(h, h, std::sin(angle), std::cos(angle)), expected, 5e-16) << h << ' ' << angle;
    }
}

TEST(BivariateNormal, MatchesTheConditionalLaw) {
  for (const double h : {-5.0, -1.0, 0.0, 0.5, 2.0})
    for (const double k : {-5.0, -1.0, -0.99, 0.2, 0.5, 4.0})
      for (const double angle : {-1.57, -1.4, -0.5, 0.5, 1.4, 1.5, 1.57}) {
        const double sine = std::sin(angle);
        const double cosine = std::cos(angle);
        const double scale = std::sqrt(normal_cdf(h) * normal_cdf(k));
        EXPECT_NEAR(bivariate_normal_cdf(h, k, sine, cosine), conditional(h, k, sine, cosine), 5e-14 * scale)
            << h << ' ' << k << ' ' << angle;  // the reference adds some 1e3 terms
      }
}

TEST(BivariateNormal, HasItsDegenerateLimits) {
  EXPECT_EQ(bivariate_normal_cdf(0.3, -0.7, 1, 0), normal_cdf(-0.7));
  EXPECT_EQ(bivariate_normal_cdf(0.3, -0.7, -1, 0), 0);
  EXPECT_NEAR(bivariate_normal_cdf(0.3, 0.7, -1, 0), normal_cdf(0.3) - normal_cdf(-0.7), 1e-16);
  EXPECT_EQ(bivariate_normal_cdf(0.3, -0.7, 0, 1), normal_cdf(0.3) * normal_cdf(-0.7));
  EXPECT_NEAR(bivariate_normal_cdf(0.3, -0.7, std::cos(1e-6), std::sin(1e-6)), normal_cdf(-0.7), 1e-15);
}

TEST(BivariateNormal, IntegralHasTheExcessAsSlope) {
  const double h = 0.4;
  for (const double k : {0.4, -0.4, 1.1})
    for (const double angle : {-1.3, -0.4, 0.6, 1.4}) {
      const auto integral = [&](double rho) {
        return bivariate_normal_excess_integral(h, k, rho, std::sqrt((1 - rho) * (1 + rho)));
      };
      const double rho = std::sin(angle);
      const double d = 1e-4;
      // Central difference of fourth order: d^4 and rounding 1e-16/d.
      const double slope =
          (8 * (integral(rho + d) - integral(rho - d)) - (integral(rho + 2 * d) - integral(rho - 2 * d))) / (12 * d);
      EXPECT_NEAR(slope, bivariate_normal_excess(h, k, rho, std::cos(angle)), 1e-11);
    }
  EXPECT_EQ(bivariate_normal_excess_integral(0.4, 0.4, 0, 1), 0);
  // Zero thresholds: int_0^rho asin(r) dr/(2 pi).
  const double rho = 0.8;
  EXPECT_NEAR(bivariate_normal_excess_integral(0, 0, rho, 0.6),
              (rho * std::asin(rho) + 0.6 - 1) / (2 * std::numbers::pi), 1e-16);
}

}  // namespace
}  // namespace limes::math

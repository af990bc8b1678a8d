#include "limes/transfer/moments.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/math/special_functions/owens_t.hpp>
#include <cmath>
#include <numbers>
#include <string>

#include "limes/base/errors.hpp"
#include "limes/math/gaussian.hpp"
#include "reference.hpp"

namespace limes::transfer {
namespace {

class MomentsOfKind : public testing::TestWithParam<Kind> {};

std::string kind_name(const testing::TestParamInfo<Kind>& info) { return std::string(name(info.param)); }

INSTANTIATE_TEST_SUITE_P(All, MomentsOfKind,
                         testing::Values(Kind::kTanh, Kind::kErf, Kind::kLogistic, Kind::kNormalCdf, Kind::kRelu,
                                         Kind::kLinear, Kind::kClippedTan),
                         kind_name);

TEST_P(MomentsOfKind, MatchBruteForce) {
  for (const double g : {0.01, 0.4, 1.0, 3.0, 10.0, 50.0, 200.0})
    for (const double mean : {0.0, 0.3, -1.5, 4.0, -9.0}) {
      const Transfer transfer{GetParam(), g};
      const double variance = 1.7;
      const double deviation = std::sqrt(variance);
      const auto average = [&](auto&& f) { return reference::average(transfer, mean * deviation, variance, f); };
      const auto f = [&](double u) { return value(transfer, u); };
      const auto df = [&](double u) { return derivative(transfer, u); };
      const Moments m = moments(transfer, mean * deviation, variance);
      const double ff = average([&](double u, double) { return f(u) * f(u); });
      const double dfdf = average([&](double u, double) { return df(u) * df(u); });
      const double mixed = average([&](double u, double) { return f(u) * df(u); });
      // Stein's identity E h F(u) = sqrt(v) E F'(u) gives the distributional second derivatives.
      const double ddf = average([&](double u, double h) { return h * df(u); }) / deviation;
      const double f_ddf = average([&](double u, double h) { return h * f(u) * df(u); }) / deviation - dfdf;
      // 1e-11 of the natural scale of each moment; far from the step the references cancel where they carry a sign.
      const std::string place = "g = " + std::to_string(g) + ", mean = " + std::to_string(mean);
      EXPECT_NEAR(m.f, average([&](double u, double) { return f(u); }), 1e-11 * std::sqrt(ff)) << place;
      EXPECT_NEAR(m.ff, ff, 1e-11 * ff) << place;
      EXPECT_NEAR(m.df, average([&](double u, double) { return df(u); }), 1e-11 * std::sqrt(dfdf)) << place;
      EXPECT_NEAR(m.dfdf, dfdf, 1e-11 * dfdf) << place;
      EXPECT_NEAR(m.f_df, mixed, 1e-11 * std::sqrt(ff * dfdf)) << place;
      EXPECT_NEAR(m.ddf, ddf, 1e-11 * std::sqrt(dfdf) / deviation * (1 + std::abs(mean))) << place;
      EXPECT_NEAR(m.f_ddf, f_ddf, 1e-11 * (dfdf + std::sqrt(ff * dfdf) / deviation * (1 + std::abs(mean)))) << place;
    }
}

TEST_P(MomentsOfKind, PairsMatchBruteForce) {
  struct Shape {
    double mean1, mean2, variance2;
  };
  for (const double g : {0.01, 2.0, 50.0})
    for (const Shape& shape : {Shape{0, 0, 1}, Shape{-1.2, -1.2, 1}, Shape{0.7, -0.4, 2.5}, Shape{6, 6, 1}})
      for (const double rho : {0.3, -0.9, 0.99, -0.999, 0.9999, 1.0}) {
        const Transfer transfer{GetParam(), g};
        const Pair pair{shape.mean1, 1, shape.mean2, shape.variance2, rho * std::sqrt(shape.variance2)};
        const PairAverages expected = reference::pair(transfer, pair, rho, std::sqrt((1 - rho) * (1 + rho)));
        const Moments first = moments(transfer, pair.mean1, pair.variance1);
        const Moments second = moments(transfer, pair.mean2, pair.variance2);
        const PairAverages found = pair_averages(transfer, pair);
        // The contract asks for 1e-10 of these scales. relu's gain is linear in acos(rho): the rounding of the
        // covariance by 1e-16 alone moves it by 1e-16/sqrt(1 - rho^2), 1e-14 at .9999.
        EXPECT_NEAR(found.output, expected.output, 2e-11 * std::sqrt(first.ff * second.ff))
            << g << ' ' << shape.mean1 << ' ' << shape.variance2 << ' ' << rho;
        EXPECT_NEAR(found.gain, expected.gain, 2e-11 * std::sqrt(first.dfdf * second.dfdf))
            << g << ' ' << shape.mean1 << ' ' << shape.variance2 << ' ' << rho;
      }
}

TEST_P(MomentsOfKind, PairsHaveTheirLimits) {
  for (const double g : {0.01, 2.0, 50.0})
    for (const double mean : {0.0, 0.8}) {
      const Transfer transfer{GetParam(), g};
      const double v = 0.9;
      const Moments m = moments(transfer, mean, v);
      // Full correlation: the one-point moments; none: the products; two independent computations each, 1e-12.
      const PairAverages full = pair_averages(transfer, {mean, v, mean, v, v});
      EXPECT_NEAR(full.output, m.ff, 1e-12 * m.ff) << g;
      EXPECT_NEAR(full.gain, m.dfdf, 1e-12 * m.dfdf) << g;
      const PairAverages none = pair_averages(transfer, {mean, v, -mean, 2 * v, 0});
      const Moments other = moments(transfer, -mean, 2 * v);
      EXPECT_EQ(none.output, m.f * other.f);
      EXPECT_EQ(none.gain, m.df * other.df);
      // Nearly none: continuous. The slope of the output is the gain (Price), so the step of 1e-13 may show as that.
      const PairAverages little = pair_averages(transfer, {mean, v, -mean, 2 * v, 1e-13});
      EXPECT_NEAR(little.output, none.output, 1e-12 * std::sqrt(m.ff * other.ff)) << g;
      EXPECT_NEAR(little.gain, none.gain, 1e-11 * std::sqrt(m.dfdf * other.dfdf)) << g;
    }
}

TEST_P(MomentsOfKind, ObeyPricesTheorem) {
  for (const double g : {0.5, 4.0})
    for (const double rho : {-0.8, 0.2, 0.95}) {
      const Transfer transfer{GetParam(), g};
      const double v1 = 1.3;
      const double v2 = 0.6;
      const double c = rho * std::sqrt(v1 * v2);
      const double d = 2e-4;
      const auto output = [&](double x) { return output_pair(transfer, 0.2, v1, -0.3, v2, x); };
      const double slope = (8 * (output(c + d) - output(c - d)) - (output(c + 2 * d) - output(c - 2 * d))) / (12 * d);
      const double gain = gain_pair(transfer, 0.2, v1, -0.3, v2, c);
      // Fourth-order differences: d^4 C'''''/30 with C''''' up to about (g^2)^4 gain near rho = 1; rounding 1e-15/d.
      EXPECT_NEAR(slope, gain, 1e-7 * gain + 1e-11) << g << ' ' << rho;
    }
}

TEST_P(MomentsOfKind, AreExactWithoutVariance) {
  for (const double mean : {-0.4, 0.0, 0.3, 5.0}) {
    const Transfer transfer{GetParam(), 1.4};
    const Moments m = moments(transfer, mean, 0);
    EXPECT_EQ(m.f, value(transfer, mean));
    EXPECT_EQ(m.ff, m.f * m.f);
    EXPECT_EQ(m.df, derivative(transfer, mean));
    EXPECT_EQ(m.dfdf, m.df * m.df);
    EXPECT_EQ(m.ddf, second_derivative(transfer, mean));
    const PairAverages pair = pair_averages(transfer, {mean, 0, 0.1, 0, 0});
    EXPECT_EQ(pair.output, value(transfer, mean) * value(transfer, 0.1));
    EXPECT_EQ(pair.gain, derivative(transfer, mean) * derivative(transfer, 0.1));
    if (mean == 0) continue;  // a kink of relu: its slope there is a convention, not a limit
    const Moments near = moments(transfer, mean, 1e-20);
    EXPECT_NEAR(near.ff, m.ff, 1e-14);
    EXPECT_NEAR(near.dfdf, m.dfdf, 1e-13);
    EXPECT_NEAR(near.f_ddf, m.f_ddf, 1e-12);
  }
}

TEST_P(MomentsOfKind, AreConstantWithoutGain) {
  const Moments m = moments({GetParam(), 0}, 0.3, 2);
  const double f = value({GetParam(), 0}, 0);
  EXPECT_EQ(m.ff, f * f);
  EXPECT_EQ(m.dfdf, 0);
}

TEST(Moments, HaveTheClosedFormsOfTheErrorFunction) {
  // Theory note 1.1, a = pi g^2/2.
  for (const double g : {0.1, 1.0, 7.0, 50.0}) {
    const double a = std::numbers::pi * g * g / 2;
    const double v1 = 1.2;
    const double v2 = 0.7;
    const double c = -0.5;
    const double scale = std::sqrt((1 + a * v1) * (1 + a * v2));
    EXPECT_NEAR(output_pair({Kind::kErf, g}, 0, v1, 0, v2, c), 2 / std::numbers::pi * std::asin(a * c / scale), 2e-15);
    EXPECT_NEAR(gain_pair({Kind::kErf, g}, 0, v1, 0, v2, c), g * g / std::sqrt(scale * scale - a * a * c * c),
                1e-14 * g);
    EXPECT_NEAR(moments({Kind::kErf, g}, 0, v1).dfdf, g * g / std::sqrt(1 + 2 * a * v1), 1e-14 * g);
  }
}

TEST(Moments, HaveTheClosedFormsOfTheNormalDistributionFunction) {
  for (const double g : {0.3, 2.0, 20.0})
    for (const double mean : {-1.0, 0.0, 0.6}) {
      const double v = 1.4;
      const double h = g * mean / std::sqrt(1 + g * g * v);
      const Moments m = moments({Kind::kNormalCdf, g}, mean, v);
      EXPECT_NEAR(m.f, math::normal_cdf(h), 1e-16);
      EXPECT_NEAR(m.ff, math::normal_cdf(h) - 2 * boost::math::owens_t(h, 1 / std::sqrt(1 + 2 * g * g * v)), 1e-15);
    }
}

TEST(Moments, HaveTheArcCosineKernelOfRelu) {
  // E x+ y+ = sqrt(v1 v2) (sin t + (pi - t) cos t)/(2 pi), cos t = rho.
  for (const double t : {0.0, 0.01, 1.0, 2.0, 3.1}) {
    const double v1 = 2;
    const double v2 = 2;
    const PairAverages pair = pair_averages({Kind::kRelu, 3}, {0, v1, 0, v2, 2 * std::cos(t)});
    EXPECT_NEAR(pair.output, 9 * 2 * (std::sin(t) + (std::numbers::pi - t) * std::cos(t)) / (2 * std::numbers::pi),
                1e-14);
    EXPECT_NEAR(pair.gain, 9 * (std::numbers::pi - t) / (2 * std::numbers::pi), 1e-13);  // the covariance is rounded
  }
  const Moments far =
      moments({Kind::kRelu, 1}, -12, 1);  // upper tail: E max(z - 12, 0)^2 ~ 2 phi(12)/12^3 (1 - 6/144...)
  const double leading = 2 * math::normal_density(12) / (12 * 12 * 12);
  EXPECT_NEAR(far.ff / leading, 1 - 6 / 144.0 + 45 / 20736.0, 2e-4);  // the next term is -420/144^3 = -1.4e-4
}

TEST(Moments, HaveThePublicCheckValues) {
  // Theory note 10, gamma = 0, J = 1, theta = 0: v = E f^2 and lambda = ln(E f'^2)/2, to the digits given there.
  struct Case {
    Kind kind;
    double gain, variance, exponent;
  };
  for (const Case& c :
       {Case{Kind::kTanh, 1.05, .0482997653, .0014357258}, Case{Kind::kTanh, 1.5, .3526017968, .0652172119},
        Case{Kind::kTanh, 5, .8279746738, .5324279416}, Case{Kind::kErf, 1.5, .3968595844, .0713706641},
        Case{Kind::kErf, 3, .7304826851, .3298157636}}) {
    const Moments m = moments({c.kind, c.gain}, 0, c.variance);
    EXPECT_NEAR(m.ff, c.variance, 1e-10) << c.gain;  // the map v -> E f^2 contracts at the fixed point
    EXPECT_NEAR(0.5 * std::log(m.dfdf), c.exponent, 5e-10) << c.gain;
  }
}

TEST(Moments, RefuseBadInput) {
  const Transfer tanh{Kind::kTanh, 1};
  const double nan = std::nan("");
  EXPECT_THROW((void)moments(tanh, 0, -1e-9), InputError);
  EXPECT_THROW((void)moments(tanh, nan, 1), InputError);
  EXPECT_THROW((void)moments(tanh, 0, nan), InputError);
  EXPECT_THROW((void)moments(tanh, 0, 1.0 / 0.0), InputError);
  EXPECT_THROW((void)moments({Kind::kTanh, -1}, 0, 1), InputError);
  EXPECT_THROW((void)output_pair(tanh, 0, 1, 0, 1, 1 + 1e-8), InputError);
  EXPECT_THROW((void)output_pair(tanh, 0, 1, 0, 1, nan), InputError);
  EXPECT_THROW((void)output_pair(tanh, 0, 0, 0, 1, 0.1), InputError);
  EXPECT_EQ(output_pair(tanh, 0, 1, 0, 1, 1 + 1e-10), output_pair(tanh, 0, 1, 0, 1, 1));  // rounding is forgiven
  try {
    (void)moments(tanh, 0, -2);
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("-2"));
  }
}

}  // namespace
}  // namespace limes::transfer

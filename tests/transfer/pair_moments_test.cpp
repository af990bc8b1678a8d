#include "limes/transfer/pair_moments.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "limes/base/errors.hpp"
#include "reference.hpp"

namespace limes::transfer {
namespace {

class PairMomentsOfKind : public testing::TestWithParam<Kind> {};

std::string kind_name(const testing::TestParamInfo<Kind>& info) { return std::string(name(info.param)); }

INSTANTIATE_TEST_SUITE_P(All, PairMomentsOfKind,
                         testing::Values(Kind::kTanh, Kind::kErf, Kind::kLogistic, Kind::kNormalCdf, Kind::kRelu,
                                         Kind::kLinear, Kind::kClippedTan),
                         kind_name);

constexpr double kGains[] = {0.01, 1.0, 4.0, 50.0};
constexpr double kMeans[] = {0.0, 0.5, -3.0};
constexpr double kVariance = 1.3;

TEST_P(PairMomentsOfKind, MatchThePairAverages) {
  for (const double g : kGains)
    for (const double mean : kMeans) {
      const Transfer transfer{GetParam(), g};
      const PairMoments pair(transfer, mean, kVariance);
      const Moments m = moments(transfer, mean, kVariance);
      for (const double rho : {-1.0, -0.9999, -0.99, -0.6, -1e-3, 0.0, 1e-9, 0.2, 0.77, 0.9, 0.999, 0.9999, 1.0}) {
        const double c = rho * kVariance;
        const PairAverages exact = pair_averages(transfer, {mean, kVariance, mean, kVariance, c});
        // The series end at 1e-13 of the largest term; the rounding of the terms adds up to a few 1e-14.
        EXPECT_NEAR(pair.output(c), exact.output, 1e-12 * m.ff) << g << ' ' << mean << ' ' << rho;
        EXPECT_NEAR(pair.gain(c), exact.gain, 1e-12 * m.dfdf) << g << ' ' << mean << ' ' << rho;
      }
      EXPECT_NEAR(pair.output(kVariance), m.ff, 1e-13 * m.ff);
      EXPECT_EQ(pair.output(0), m.f * m.f);
      EXPECT_EQ(pair.output(kVariance * (1 + 1e-12)), pair.output(kVariance));  // rounding beyond the end
      EXPECT_EQ(pair.gain(-kVariance * (1 + 1e-12)), pair.gain(-kVariance));
    }
}

TEST_P(PairMomentsOfKind, ManyValuesHaveTheBitsOfSingleOnes) {
  const PairMoments pair({GetParam(), 2}, 0.3, kVariance);
  std::vector<double> c(203);  // longer than a block, with changes of sign
  for (std::size_t i = 0; i < c.size(); ++i) c[i] = kVariance * std::cos(0.37 * static_cast<double>(i));
  std::vector<double> outputs(c.size());
  std::vector<double> gains(c.size());
  pair.outputs(c, outputs);
  pair.gains(c, gains);
  for (std::size_t i = 0; i < c.size(); ++i) {
    EXPECT_EQ(outputs[i], pair.output(c[i]));
    EXPECT_EQ(gains[i], pair.gain(c[i]));
  }
  pair.outputs(c, c);  // in place
  EXPECT_EQ(c, outputs);
}

TEST_P(PairMomentsOfKind, IntegralIsTheCovarianceOfThePrimitive) {
  for (const double g : kGains)
    for (const double mean : {0.0, 0.5}) {
      const Transfer transfer{GetParam(), g};
      const PairMoments pair(transfer, mean, kVariance);
      const auto F = [&](double u) { return primitive(transfer, u); };
      const double average = reference::average(transfer, mean, kVariance, [&](double u, double) { return F(u); });
      // At c = v: Var F(x); at c = -v: Cov(F(x), F(2 mean - x)). Means taken off first against cancellation.
      const double full = reference::average(transfer, mean, kVariance,
                                             [&](double u, double) { return (F(u) - average) * (F(u) - average); });
      EXPECT_NEAR(pair.output_integral(kVariance), full, 1e-12 * kVariance * moments(transfer, mean, kVariance).ff)
          << g;
      EXPECT_NEAR(pair.output_integral(0), 0, 1e-15 * pair.output(kVariance));  // rounding
      if (mean == 0) {
        const double opposite = reference::average(
            transfer, mean, kVariance, [&](double u, double) { return (F(u) - average) * (F(-u) - average); });
        EXPECT_NEAR(pair.output_integral(-kVariance), opposite,
                    1e-12 * kVariance * moments(transfer, mean, kVariance).ff)
            << g;
      }
    }
}

TEST_P(PairMomentsOfKind, DerivativesBelongTogether) {
  for (const double g : {0.5, 3.0})
    for (const double mean : {0.0, 0.5}) {
      const PairMoments pair({GetParam(), g}, mean, kVariance);
      for (const double rho : {-0.95, -0.4, 0.05, 0.5, 0.9, 0.98}) {
        const double c = rho * kVariance;
        const double d = 2e-3 * (1 - std::abs(rho));
        const auto slope = [&](const auto& f) {
          return (8 * (f(c + d) - f(c - d)) - (f(c + 2 * d) - f(c - 2 * d))) / (12 * d);
        };
        const double ff = pair.output(kVariance);
        const double dfdf = pair.gain(kVariance);
        // Fourth-order differences of functions good to 1e-14: 1e-14/d of rounding, (d/distance to the end)^4.
        EXPECT_NEAR(slope([&](double x) { return pair.output_integral(x); }), pair.output(c), 1e-9 * ff);
        EXPECT_NEAR(slope([&](double x) { return pair.output(x); }), pair.gain(c), 1e-9 * (ff + dfdf));
        EXPECT_NEAR(slope([&](double x) { return pair.gain(x); }), pair.gain_derivative(c),
                    1e-8 * (1 + g * g) * dfdf / (1 - std::abs(rho)))
            << g << ' ' << mean << ' ' << rho;
      }
    }
}

TEST(PairMoments, FollowTheKinksOfClippedTanWhereverTheyLie) {
  // Kinks that nearly meet at c = -v (small means), slopes in the far tail (large means): against the nested form,
  // which shares no quadrature with the series.
  for (const double g : {0.3, 4.0, 50.0})
    for (const double mean : {1e-3, 0.02, 6.0, -12.0}) {
      const Transfer transfer{Kind::kClippedTan, g};
      const PairMoments pair(transfer, mean, kVariance);
      const Moments m = moments(transfer, mean, kVariance);
      for (const double rho : {-1.0, -1 + 1e-7, -0.9999, -0.99, -0.6, -1e-3, 0.2, 0.77, 0.99, 0.9999, 1 - 1e-7, 1.0}) {
        const double c = rho * kVariance;
        const PairAverages exact = pair_averages(transfer, {mean, kVariance, mean, kVariance, c});
        EXPECT_NEAR(pair.output(c), exact.output, 1e-12 * m.ff) << g << ' ' << mean << ' ' << rho;
        // At rho = 1 - 1e-7 the rounding of c alone moves a gain with kinks by 1e-16 / sqrt(1e-7) of its scale.
        EXPECT_NEAR(pair.gain(c), exact.gain, 2e-12 * m.dfdf) << g << ' ' << mean << ' ' << rho;
      }
    }
}

TEST(PairMoments, SteepTanhIsASignWithNoise) {
  // tanh(g u) = E sign(u + e), e logistic with variance pi^2/(12 g^2): for g sqrt(v) >> 1 C is the arcsine law with
  // that much more variance; what e's fourth cumulant adds is of order (g^2 v)^-2 = 1e-12.
  const double g = 1000;
  const double v = 1.3;
  const double noisy = v + std::numbers::pi * std::numbers::pi / (12 * g * g);
  const PairMoments pair({Kind::kTanh, g}, 0, v);
  for (const double c : {-0.9 * v, -0.2, 0.1, 0.5 * v, 0.9 * v}) {
    EXPECT_NEAR(pair.output(c), 2 / std::numbers::pi * std::asin(c / noisy), 1e-11) << c;
    EXPECT_NEAR(pair.gain(c), 2 / std::numbers::pi / std::sqrt((noisy - c) * (noisy + c)), 1e-10) << c;
  }
}

TEST(PairMoments, HaveTheClosedFormsOfTheErrorFunction) {
  for (const double g : {0.7, 6.0, 50.0}) {
    const double a = std::numbers::pi * g * g / 2;
    const double v = 0.8;
    const PairMoments pair({Kind::kErf, g}, 0, v);
    for (const double c : {-v, -0.3, 0.1, 0.7, 0.7999, v}) {
      const double ratio = a / (1 + a * v);
      const double left = std::sqrt((1 - ratio * c) * (1 + ratio * c));
      // Integral of (2/pi) asin(ratio c), and the third derivative of it.
      EXPECT_NEAR(pair.output_integral(c), 2 / std::numbers::pi * (c * std::asin(ratio * c) + (left - 1) / ratio),
                  1e-13);
      const double curvature = 2 / std::numbers::pi * ratio * ratio * ratio * c / (left * left * left);
      const double steepest = 2 / std::numbers::pi * std::pow(ratio, 3) * v / std::pow(1 - ratio * ratio * v * v, 1.5);
      EXPECT_NEAR(pair.gain_derivative(c), curvature, 1e-9 * steepest) << g << ' ' << c;
    }
  }
}

TEST(PairMoments, HaveThePublicCheckValueOfTheFlow) {
  // Theory note 10: Delta0^2/2 = g^2 int_0^Delta0 C for phi = tanh; the note's ten digits of Delta0.
  for (const auto& [g, delta0] :
       {std::pair{1.5, .7476863806}, std::pair{2.0, 1.9248054137}, std::pair{5.0, 16.964045702}}) {
    const PairMoments pair({Kind::kTanh, 1}, 0, delta0);
    EXPECT_NEAR(g * g * pair.output_integral(delta0) / (0.5 * delta0 * delta0), 1, 1e-9) << g;
  }
}

TEST(PairMoments, GainDerivativeDivergesAtAKinkOnly) {
  EXPECT_TRUE(std::isinf(PairMoments({Kind::kRelu, 1}, 0.2, 1).gain_derivative(1)));
  EXPECT_TRUE(std::isinf(PairMoments({Kind::kClippedTan, 1}, 0, 1).gain_derivative(-1)));
  const PairMoments smooth({Kind::kTanh, 1.5}, 0.4, 1);
  const double exact = reference::average({Kind::kTanh, 1.5}, 0.4, 1, [](double u, double) {
    const double bend = second_derivative({Kind::kTanh, 1.5}, u);
    return bend * bend;
  });
  EXPECT_NEAR(smooth.gain_derivative(1), exact, 1e-9 * exact);
}

TEST(PairMoments, AreExactWithoutVarianceOrGain) {
  for (const Kind kind : {Kind::kTanh, Kind::kRelu, Kind::kLogistic, Kind::kClippedTan}) {
    const PairMoments still({kind, 1.2}, 0.4, 0);
    const double f = value({kind, 1.2}, 0.4);
    const double df = derivative({kind, 1.2}, 0.4);
    EXPECT_EQ(still.output(0), f * f);
    EXPECT_EQ(still.gain(0), df * df);
    EXPECT_EQ(still.gain_derivative(0), 0);
    EXPECT_EQ(still.output_integral(0), 0);
    const PairMoments flat({kind, 0}, 0.4, 2);
    EXPECT_EQ(flat.gain(1), 0);
    EXPECT_EQ(flat.output(1), value({kind, 0}, 0) * value({kind, 0}, 0));
  }
}

TEST(PairMoments, RefuseBadInput) {
  EXPECT_THROW(PairMoments({Kind::kTanh, 1}, 0, -1), InputError);
  EXPECT_THROW(PairMoments({Kind::kTanh, 1}, std::nan(""), 1), InputError);
  EXPECT_THROW(PairMoments({Kind::kTanh, -1}, 0, 1), InputError);
}

}  // namespace
}  // namespace limes::transfer

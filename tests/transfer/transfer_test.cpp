#include "limes/transfer/transfer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "limes/base/errors.hpp"

namespace limes::transfer {
namespace {

constexpr Kind kAll[] = {Kind::kTanh, Kind::kErf,    Kind::kLogistic,  Kind::kNormalCdf,
                         Kind::kRelu, Kind::kLinear, Kind::kClippedTan};

TEST(Transfer, NamesLeadToKindsAndBack) {
  ASSERT_EQ(kind_names().size(), std::size(kAll) + 1);
  EXPECT_EQ(kind_from_name("expression"), Kind::kExpression);  // not in kAll: it needs a function
  for (const Kind kind : kAll) EXPECT_EQ(kind_from_name(name(kind)), kind);
  EXPECT_EQ(name(Kind::kNormalCdf), "normal_cdf");
}

TEST(Transfer, AnUnknownNameIsAnsweredWithTheNearest) {
  try {
    (void)kind_from_name("thanh");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("'thanh'"));
    EXPECT_THAT(error.what(), testing::HasSubstr("did you mean 'tanh'?"));
  }
  try {
    (void)kind_from_name("sigmoidal_bump");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("clipped_tan"));  // all of them
  }
}

TEST(Transfer, HasTheValuesOfItsDefinition) {
  const double u = 0.35;
  const double g = 1.7;
  EXPECT_NEAR(value({Kind::kTanh, g}, u), std::tanh(g * u), 1e-16);
  EXPECT_NEAR(value({Kind::kErf, g}, u), std::erf(std::sqrt(std::numbers::pi) * g * u / 2), 1e-16);
  EXPECT_NEAR(value({Kind::kLogistic, g}, u), 0.5 * (1 + std::tanh(g * u)), 2e-16);
  EXPECT_NEAR(value({Kind::kLogistic, g}, -30), std::exp(-2 * g * 30), 1e-60);  // not 1 - 1
  EXPECT_NEAR(value({Kind::kNormalCdf, g}, u), 0.5 * (1 + std::erf(g * u / std::numbers::sqrt2)), 2e-16);
  EXPECT_EQ(value({Kind::kRelu, g}, u), g * u);
  EXPECT_EQ(value({Kind::kRelu, g}, -u), 0);
  EXPECT_EQ(value({Kind::kLinear, g}, -u), -g * u);
  EXPECT_NEAR(value({Kind::kClippedTan, g}, u), std::tan(g * u), 1e-16);
  EXPECT_NEAR(value({Kind::kClippedTan, g}, -3), -1, 1e-15);
}

TEST(Transfer, DerivativesAndPrimitivesBelongToTheFunction) {
  const double h = 1e-3;  // differences of fourth order: error of order (g h)^4 f'''''/30, and 1e-16/h of rounding
  const auto slope = [&](const auto& function, double u) {
    return (8 * (function(u + h) - function(u - h)) - (function(u + 2 * h) - function(u - 2 * h))) / (12 * h);
  };
  for (const Kind kind : kAll)
    for (const double g : {0.3, 1.0, 2.5})
      for (const double u : {-4.0, -0.61, -0.02, 0.003, 0.25, 0.9, 7.0}) {
        const Transfer transfer{kind, g};
        const double kink = kind == Kind::kClippedTan ? std::numbers::pi / (4 * g) : 0.0;
        const bool near_kink = (kind == Kind::kRelu || kink > 0) && std::abs(std::abs(u) - kink) < 2 * h;
        if (near_kink) continue;
        EXPECT_NEAR(slope([&](double x) { return value(transfer, x); }, u), derivative(transfer, u), 1e-9)
            << name(kind) << ' ' << g << ' ' << u;
        EXPECT_NEAR(slope([&](double x) { return derivative(transfer, x); }, u), second_derivative(transfer, u), 1e-8)
            << name(kind) << ' ' << g << ' ' << u;
        EXPECT_NEAR(slope([&](double x) { return primitive(transfer, x); }, u), value(transfer, u), 1e-10)
            << name(kind) << ' ' << g << ' ' << u;
      }
}

TEST(Transfer, PrimitiveVanishesAtZeroAndKeepsItsSmallValues) {
  for (const Kind kind : kAll) EXPECT_NEAR(primitive({kind, 1.3}, 0), 0, 1e-17) << name(kind);
  // F(u) = f'(0) u^2/2 to leading order for an odd f.
  for (const Kind kind : {Kind::kTanh, Kind::kErf, Kind::kClippedTan})
    EXPECT_NEAR(primitive({kind, 1.3}, 1e-6) / (0.5 * 1.3e-12), 1, 1e-9) << name(kind);
  EXPECT_NEAR(primitive({Kind::kTanh, 1}, 800), 800 - std::numbers::ln2, 1e-12);  // no overflow of cosh
  EXPECT_EQ(primitive({Kind::kLogistic, 0}, 3), 1.5);                             // gain 0: f = 1/2
}

TEST(Transfer, LargestSlopeIsAttainedAndNotExceeded) {
  for (const Kind kind : kAll) {
    const Transfer transfer{kind, 1.9};
    double largest = 0;
    for (double u = -3; u < 3; u += 1e-4) largest = std::max(largest, derivative(transfer, u));
    EXPECT_LE(largest, largest_slope(transfer) * (1 + 1e-15)) << name(kind);
    EXPECT_GE(largest, largest_slope(transfer) * (1 - 1e-3)) << name(kind);  // the grid of 1e-4
  }
}

TEST(Transfer, KnowsItsSymmetryAndBounds) {
  for (const Kind kind : kAll) {
    const Transfer transfer{kind, 2};
    EXPECT_EQ(is_odd(transfer), std::abs(value(transfer, 0.3) + value(transfer, -0.3)) < 1e-15) << name(kind);
    EXPECT_EQ(is_bounded(transfer), std::abs(value(transfer, 1e6)) <= 1 + 1e-15) << name(kind);
  }
}

}  // namespace
}  // namespace limes::transfer

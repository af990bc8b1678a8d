// The user's own function: its program, its analysis, and its averages against the named functions and brute force.
#include "limes/transfer/expression.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "expression_helpers.hpp"
#include "limes/base/errors.hpp"
#include "limes/math/quadrature.hpp"
#include "limes/transfer/hermite_series.hpp"
#include "limes/transfer/moments.hpp"
#include "limes/transfer/pair_moments.hpp"
#include "reference.hpp"

namespace limes::transfer {
namespace {

using expressions::Builder;

TEST(Expression, HasTheValuesAndDerivativesOfTheNamedFunctions) {
  for (const auto& [named, unit] : expressions::twins())
    for (const double g : {0.3, 1.0, 4.0}) {
      const Transfer given = with_gain(named, g);
      const Transfer own = with_gain(unit, g);
      for (const double u : {-30.0, -2.0, -0.7, -0.1, 0.0, 1e-6, 0.2, 0.9, 3.0, 25.0}) {
        // Rounding: a few units in the last place of numbers up to 1, times the gain per derivative.
        const double size = std::max(1.0, std::abs(value(given, u)));
        EXPECT_NEAR(value(own, u), value(given, u), 4e-15 * size) << name(named.kind) << ' ' << u;
        EXPECT_NEAR(derivative(own, u), derivative(given, u), 8e-15 * g) << name(named.kind) << ' ' << u;
        EXPECT_NEAR(second_derivative(own, u), second_derivative(given, u), 2e-14 * g * g)
            << name(named.kind) << ' ' << u;
        EXPECT_NEAR(primitive(own, u), primitive(given, u), 1e-13 * size * (1 + std::abs(u)))
            << name(named.kind) << ' ' << u;
      }
    }
}

TEST(Expression, KnowsItsShape) {
  for (const auto& [named, own] : expressions::twins()) {
    EXPECT_EQ(is_odd(own), is_odd(named)) << name(named.kind);
    EXPECT_EQ(reflection(own).has_value(), reflection(named).has_value()) << name(named.kind);
    EXPECT_EQ(is_bounded(own), is_bounded(named)) << name(named.kind);
    EXPECT_EQ(has_kink(own), has_kink(named)) << name(named.kind);
    EXPECT_NEAR(largest_slope(own), largest_slope(named), 1e-12) << name(named.kind);
    if (!is_bounded(named)) continue;
    // The bounds hold, and exceed the limits by the slack of searches only.
    EXPECT_LE(output_range(own).low, output_range(named).low);
    EXPECT_GE(output_range(own).high, output_range(named).high);
    EXPECT_NEAR(output_range(own).square(), 1, 1e-4);
  }
  const Transfer square = expressions::saturating_square();
  EXPECT_EQ(output_range(square).low, 0);
  EXPECT_NEAR(output_range(square).high, 1, 1e-5);
  // (x^2/(1 + x^2))' = 2 x/(1 + x^2)^2 is largest at x = 1/sqrt(3): 3 sqrt(3)/8.
  EXPECT_NEAR(largest_slope(square), 3 * std::sqrt(3.0) / 8, 1e-12);
  ASSERT_EQ(square.expression->kinks().size(), 1U);
  EXPECT_EQ(square.expression->kinks()[0].place, 0);
  EXPECT_EQ(square.expression->kinks()[0].jump, 0);  // f' is continuous
  EXPECT_TRUE(has_kink_at(with_gain(expressions::clipped_line(), 2.0), 0.5));
  EXPECT_FALSE(has_kink_at(with_gain(expressions::clipped_line(), 2.0), 0.4));
}

TEST(Expression, FindsKinksWithinTheLastDigit) {
  // max(x^2 - 2, |x|/3): kinks where x^2 - |x|/3 - 2 = 0, and at 0.
  Builder b;
  const auto x = b.x();
  const auto parabola = b.add(Operation::kSubtract, b.add(Operation::kSquare, x), b.number(2));
  const auto cone = b.add(Operation::kDivide, b.add(Operation::kAbsolute, x), b.number(3));
  b.add(Operation::kMaximum, parabola, cone);
  const Transfer transfer = b.finish();
  const double crossing = (1.0 / 3 + std::sqrt(1.0 / 9 + 8)) / 2;
  ASSERT_EQ(transfer.expression->kinks().size(), 3U);
  EXPECT_NEAR(transfer.expression->kinks()[0].place, -crossing, 1e-15 * 4);
  EXPECT_EQ(transfer.expression->kinks()[1].place, 0);
  EXPECT_NEAR(transfer.expression->kinks()[2].place, crossing, 1e-15 * 4);
  EXPECT_NEAR(transfer.expression->kinks()[1].jump, 2.0 / 3, 1e-13);
  EXPECT_NEAR(transfer.expression->kinks()[2].jump, 2 * crossing - 1.0 / 3, 1e-12);
}

TEST(Expression, ASpanGetsTheSameBitsHoweverItIsCut) {
  for (const Transfer& transfer : {expressions::logistic(), expressions::saturating_square()}) {
    std::vector<double> x;
    for (int i = 0; i < 1500; ++i) x.push_back(std::sin(i) * (i % 7 == 0 ? 900 : 3));
    x.push_back(std::numeric_limits<double>::infinity());
    std::vector<double> whole(x.size()), slope(x.size()), bend(x.size()), part(x.size());
    transfer.expression->evaluate(x, whole, slope, bend);
    for (std::size_t begin = 0, length = 1; begin < x.size(); begin += length++) {
      const std::size_t count = std::min(length, x.size() - begin);
      transfer.expression->evaluate(std::span(x).subspan(begin, count), std::span(part).subspan(begin, count));
    }
    EXPECT_EQ(whole, part);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const Jet jet = transfer.expression->jet(x[i]);
      EXPECT_EQ(jet.value, whole[i]);
      EXPECT_EQ(jet.slope, slope[i]);
      EXPECT_EQ(jet.bend, bend[i]);
    }
  }
}

TEST(Expression, GoesOnWhereTheFormulaOverflows) {
  // exp(x)/(1 + exp(x)) is infinite over infinite from x = 710 on; its limit is 1.
  Builder b;
  const auto e = b.add(Operation::kExponential, b.x());
  b.add(Operation::kDivide, e, b.add(Operation::kAdd, b.number(1), e));
  const Transfer transfer = b.finish();
  EXPECT_EQ(value(transfer, 2000.0), 1);
  EXPECT_EQ(derivative(transfer, 2000.0), 0);
  EXPECT_TRUE(is_bounded(transfer));
  // ln(1 + exp(x)) has the tangent x.
  Builder c;
  const auto exponential = c.add(Operation::kExponential, c.x());
  c.add(Operation::kLogarithm, c.add(Operation::kAdd, c.number(1), exponential));
  const Transfer softplus = c.finish();
  EXPECT_NEAR(value(softplus, 2000.0), 2000.0, 1e-9);
  EXPECT_NEAR(derivative(softplus, 2000.0), 1, 1e-14);
  EXPECT_FALSE(is_bounded(softplus));
}

TEST(Expression, IsRefusedWhereItIsNoTransferFunction) {
  const auto unary = [](Operation operation) {
    Builder b;
    b.add(operation, b.x());
    return b.finish();
  };
  EXPECT_THROW(unary(Operation::kSquareRoot), InputError);  // not a number below 0
  EXPECT_THROW(unary(Operation::kLogarithm), InputError);
  EXPECT_THROW(unary(Operation::kTangent), InputError);  // poles
  EXPECT_THROW(unary(Operation::kStep), InputError);     // jumps
  EXPECT_THROW(unary(Operation::kSign), InputError);
  Builder pole;  // 1/(x - 0.3217), a pole between the points of a scan
  const auto x = pole.x();
  const auto below = pole.add(Operation::kSubtract, x, pole.number(0.3217));
  pole.add(Operation::kDivide, pole.number(1), below);
  EXPECT_THROW(pole.finish(), InputError);
  Builder constant;
  constant.number(3);
  EXPECT_THROW(constant.finish(), InputError);
  EXPECT_THROW(ExpressionProgram({{Operation::kNegate, {0, 0, 0}, 0}}), InputError);  // its own argument
  EXPECT_THROW(ExpressionProgram(std::vector<ExpressionStep>{}), InputError);
}

TEST(ExpressionMoments, AreThoseOfTheNamedFunctions) {
  for (const auto& [named, unit] : expressions::twins())
    for (const double g : {0.01, 0.4, 1.0, 3.0, 10.0, 50.0})
      for (const double distance : {0.0, 0.3, -1.5, 4.0, -9.0})
        for (const double variance : {0.0, 1e-10, 1.7}) {
          const double mean = distance * std::sqrt(1.7);
          const Moments m = moments(with_gain(named, g), mean, variance);
          const Moments own = moments(with_gain(unit, g), mean, variance);
          const double f = std::sqrt(m.ff) + 1e-280;  // exp(-709) is 0 to some
          const double df = std::sqrt(m.dfdf);
          // 1e-11, the contract of the named ones, of the same scales as in their test (moments_test.cpp); the slope of
          // the logistic function as it is written loses its relative accuracy where it saturates: 1e-16 g.
          const double slope = 1e-11 * df + 1e-15 * g;
          const std::string place = std::string(name(named.kind)) + " g = " + std::to_string(g) +
                                    ", mean = " + std::to_string(mean) + ", v = " + std::to_string(variance);
          EXPECT_NEAR(own.f, m.f, 1e-11 * f) << place;
          EXPECT_NEAR(own.ff, m.ff, 1e-11 * f * f) << place;
          EXPECT_NEAR(own.df, m.df, slope) << place;
          EXPECT_NEAR(own.dfdf, m.dfdf, slope * (df + 1e-15 * g)) << place;
          EXPECT_NEAR(own.f_df, m.f_df, slope * f) << place;
          if (variance != 1.7) continue;
          EXPECT_NEAR(own.ddf, m.ddf, slope * (1 + std::abs(distance))) << place;
          EXPECT_NEAR(own.f_ddf, m.f_ddf, slope * (df + f * (1 + std::abs(distance)))) << place;
        }
}

TEST(ExpressionMoments, PairsAreThoseOfTheNamedFunctions) {
  struct Shape {
    double mean1, mean2, variance2;
  };
  for (const auto& [named, unit] : expressions::twins())
    for (const double g : {0.01, 2.0, 50.0})
      for (const Shape& shape : {Shape{0, 0, 1}, Shape{-1.2, -1.2, 1}, Shape{0.7, -0.4, 2.5}})
        for (const double rho : {0.3, 0.9, -0.9, 0.99, 0.999, -0.999, 0.9999, 1.0, -1.0}) {
          const Transfer given = with_gain(named, g);
          const Pair pair{shape.mean1, 1, shape.mean2, shape.variance2, rho * std::sqrt(shape.variance2)};
          const PairAverages expected = pair_averages(given, pair);
          const PairAverages found = pair_averages(with_gain(unit, g), pair);
          const Moments first = moments(given, pair.mean1, pair.variance1);
          const Moments second = moments(given, pair.mean2, pair.variance2);
          // The contract asks for 1e-10 of these scales.
          EXPECT_NEAR(found.output, expected.output, 2e-11 * std::sqrt(first.ff * second.ff))
              << name(named.kind) << ' ' << g << ' ' << shape.mean1 << ' ' << rho;
          EXPECT_NEAR(found.gain, expected.gain, 2e-11 * std::sqrt(first.dfdf * second.dfdf))
              << name(named.kind) << ' ' << g << ' ' << shape.mean1 << ' ' << rho;
        }
}

TEST(ExpressionMoments, OfTheSaturatingSquareMatchBruteForce) {
  for (const double g : {0.01, 1.0, 50.0}) {
    const Transfer transfer = with_gain(expressions::saturating_square(), g);
    for (const double mean : {0.0, 0.8, -2.0}) {
      const Moments m = moments(transfer, mean, 1.0);
      const auto average = [&](auto&& f) { return reference::average(transfer, mean, 1.0, f); };
      const double ff = average([&](double u, double) { return std::pow(value(transfer, u), 2); });
      const double dfdf = average([&](double u, double) { return std::pow(derivative(transfer, u), 2); });
      EXPECT_NEAR(m.f, average([&](double u, double) { return value(transfer, u); }), 1e-11 * std::sqrt(ff));
      EXPECT_NEAR(m.ff, ff, 1e-11 * ff);
      EXPECT_NEAR(m.dfdf, dfdf, 1e-11 * dfdf);
      EXPECT_NEAR(m.ddf, average([&](double u, double) { return second_derivative(transfer, u); }),
                  1e-11 * g * std::sqrt(dfdf));
      for (const double rho : {0.9, 0.99, 0.999, 1.0, -0.999}) {
        const PairAverages found = pair_averages(transfer, {mean, 1, mean, 1, rho});
        const PairAverages expected =
            reference::pair(transfer, {mean, 1, mean, 1, rho}, rho, std::sqrt((1 - rho) * (1 + rho)));
        EXPECT_NEAR(found.output, expected.output, 2e-11 * ff) << g << ' ' << mean << ' ' << rho;
        EXPECT_NEAR(found.gain, expected.gain, 2e-11 * dfdf) << g << ' ' << mean << ' ' << rho;
      }
    }
  }
}

TEST(ExpressionMoments, OfTheClippedLineHaveClosedForms) {
  // f = F(u + 1) - F(u - 1) - 1 with F = max: E f'^2 = P(|u| < 1), E f f' = 0 at mean 0, E f'' = 0,
  // E f f'' = -2 phi(1/s)/s.
  for (const double g : {0.2, 1.0, 20.0}) {
    const Transfer transfer = with_gain(expressions::clipped_line(), g);
    const Moments m = moments(transfer, 0, 1);
    const double inside = std::erf(1 / (g * std::numbers::sqrt2));
    const double density = std::exp(-0.5 / (g * g)) / std::sqrt(2 * std::numbers::pi);
    EXPECT_NEAR(m.df, g * inside, 1e-14 * g);
    EXPECT_NEAR(m.dfdf, g * g * inside, 1e-14 * g * g);
    EXPECT_NEAR(m.ff, g * g * inside - 2 * g * density + 1 - inside, 1e-14 * (1 + g * g * inside));
    EXPECT_NEAR(m.f_ddf, -2 * g * density, 1e-13 * g);
    EXPECT_NEAR(m.f, 0, 1e-15);
  }
}

TEST(ExpressionMoments, OfTheSineHaveClosedForms) {
  // With E exp(i(x + y)) of a Gaussian pair: E sin x sin y = exp(-v) sinh c and E cos x cos y = exp(-v) cosh c at mean
  // 0.
  Builder b;
  b.add(Operation::kSine, b.x());
  const Transfer sine = b.finish();
  for (const double g : {0.5, 2.0, 10.0}) {
    const double v = g * g;
    const Moments m = moments(with_gain(sine, g), 0.3 / g, 1);
    EXPECT_NEAR(m.f, std::sin(0.3) * std::exp(-v / 2), 1e-14);
    EXPECT_NEAR(m.ff, (1 - std::cos(0.6) * std::exp(-2 * v)) / 2, 1e-14);
    EXPECT_NEAR(m.dfdf, g * g * (1 + std::cos(0.6) * std::exp(-2 * v)) / 2, 1e-14 * g * g);
    for (const double rho : {0.2, 0.9, -0.99, 0.999, 1.0}) {
      const PairAverages found = pair_averages(with_gain(sine, g), {0, 1, 0, 1, rho});
      const double near = std::exp(-v * (1 - rho)), far = std::exp(-v * (1 + rho));
      EXPECT_NEAR(found.output, (near - far) / 2, 1e-13) << g << ' ' << rho;
      EXPECT_NEAR(found.gain, g * g * (near + far) / 2, 1e-13 * g * g) << g << ' ' << rho;
    }
  }
}

TEST(ExpressionPairMoments, AreThoseOfTheNamedFunctions) {
  for (const auto& [named, unit] : expressions::twins())
    for (const double g : {0.5, 3.0})
      for (const double mean : {0.0, 0.5}) {
        const double variance = 1.3;
        const Transfer given = with_gain(named, g);
        const PairMoments expected(given, mean, variance);
        const PairMoments found(with_gain(unit, g), mean, variance);
        const Moments m = moments(given, mean, variance);
        for (double c = -variance; c <= variance; c += variance / 16) {
          // The accuracy that pair_moments_test.cpp asks of the named ones.
          EXPECT_NEAR(found.output(c), expected.output(c), 1e-11 * m.ff) << name(named.kind) << ' ' << g << ' ' << c;
          EXPECT_NEAR(found.gain(c), expected.gain(c), 1e-11 * m.dfdf) << name(named.kind) << ' ' << g << ' ' << c;
          EXPECT_NEAR(found.output_integral(c), expected.output_integral(c), 1e-11 * m.ff * variance);
        }
      }
}

TEST(ExpressionSeries, AreThoseOfTheNamedFunctions) {
  for (const auto& [named, unit] : expressions::twins()) {
    const HermiteSeries expected = hermite_series(with_gain(named, 2.0), 0.3, 1.2);
    const HermiteSeries found = hermite_series(with_gain(unit, 2.0), 0.3, 1.2);
    ASSERT_EQ(found.coefficients.size(), expected.coefficients.size()) << name(named.kind);
    // hermite_series.hpp: each to about 1e-14 of sqrt(E f^2), which is of order 1 here; the recurrences of two rules.
    for (std::size_t n = 0; n < found.coefficients.size(); ++n)
      EXPECT_NEAR(found.coefficients[n], expected.coefficients[n], 1e-13) << name(named.kind) << ' ' << n;
  }
}

}  // namespace
}  // namespace limes::transfer

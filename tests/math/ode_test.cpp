#include "limes/math/ode.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <stdexcept>

#include "limes/base/errors.hpp"

namespace limes::math {
namespace {

void oscillator(double, std::span<const double> x, std::span<double> rate) {
  rate[0] = x[1];
  rate[1] = -x[0];
}

// Largest error at the end of one turn of the oscillator.
double rk4_error(std::size_t steps) {
  const auto trajectory = rk4(oscillator, 0.0, {1.0, 0.0}, 2.0 * std::numbers::pi, steps);
  return std::hypot(trajectory[2 * steps] - 1.0, trajectory[2 * steps + 1]);
}

// With tolerances that accept anything and a fixed largest step, the pair runs at that step.
double dormand_prince_error(double step, bool dense) {
  OdeOptions options;
  options.relative_tolerance = 1e6;
  options.absolute_tolerance = 1e6;
  options.first_step = step;
  options.largest_step = step;
  const auto solution = dormand_prince(oscillator, 0.0, {1.0, 0.0}, 6.0, options);
  double error = 0.0;
  if (!dense) {
    const auto end = solution.final_state();
    return std::hypot(end[0] - std::cos(6.0), end[1] + std::sin(6.0));
  }
  for (int i = 0; i <= 997; ++i) {
    const double t = 6.0 * i / 997.0;
    error = std::max(error, std::abs(solution(t, 0) - std::cos(t)));
  }
  return error;
}

TEST(Rk4, ConvergesAtFourthOrder) {
  // Halving the step divides the error by 2^p (1 + O(h)); h = 0.06 and 0.03 leave p within 0.05.
  EXPECT_NEAR(std::log2(rk4_error(100) / rk4_error(200)), 4.0, 0.05);
}

TEST(DormandPrince, ConvergesAtFifthOrder) {
  EXPECT_NEAR(std::log2(dormand_prince_error(0.1, false) / dormand_prince_error(0.05, false)), 5.0, 0.15);
}

TEST(DormandPrince, DenseOutputIsOfFourthOrderWithFifthOrderLocalError) {
  // Error between steps: global O(h^5) and interpolation O(h^5).
  EXPECT_NEAR(std::log2(dormand_prince_error(0.2, true) / dormand_prince_error(0.1, true)), 5.0, 0.4);
}

TEST(DormandPrince, KeepsToItsTolerance) {
  for (const double tolerance : {1e-6, 1e-9, 1e-12}) {
    OdeOptions options;
    options.relative_tolerance = tolerance;
    options.absolute_tolerance = tolerance;
    const auto solution = dormand_prince(oscillator, 0.0, {1.0, 0.0}, 20.0, options);
    double error = 0.0;
    for (int i = 0; i <= 1000; ++i) error = std::max(error, std::abs(solution(0.02 * i, 0) - std::cos(0.02 * i)));
    // Local errors add up over the 20 units of time; the oscillator neither damps nor amplifies them.
    EXPECT_LT(error, 100.0 * tolerance + 1e-13);
    EXPECT_GT(error, 1e-3 * tolerance);  // and no work is wasted on accuracy that nobody asked for
  }
}

TEST(DormandPrince, IntegratesBackwards) {
  const auto solution = dormand_prince(oscillator, 3.0, {std::cos(3.0), -std::sin(3.0)}, 0.0);
  EXPECT_NEAR(solution.final_state()[0], 1.0, 1e-9);
  EXPECT_NEAR(solution(1.5, 0), std::cos(1.5), 1e-9);
}

TEST(DormandPrince, FollowsAStiffTransientByShorteningTheStep) {
  const auto f = [](double t, std::span<const double> x, std::span<double> rate) {
    rate[0] = -1000.0 * (x[0] - std::cos(t)) - std::sin(t);
  };
  EXPECT_NEAR(dormand_prince(f, 0.0, {0.0}, 1.0).final_state()[0], std::cos(1.0), 1e-9);
}

TEST(DormandPrince, StopsWhereAsked) {
  OdeOptions options;
  options.proceed = [](double, std::span<const double> x) { return x[0] > 0.0; };
  const auto solution = dormand_prince(oscillator, 0.0, {1.0, 0.0}, 20.0, options);
  EXPECT_GT(solution.end(), std::numbers::pi / 2);
  EXPECT_LT(solution.end(), std::numbers::pi);
}

TEST(DormandPrince, ReportsBlowUpAndBadStarts) {
  const auto blow_up = [](double, std::span<const double> x, std::span<double> rate) { rate[0] = x[0] * x[0]; };
  EXPECT_THROW((void)dormand_prince(blow_up, 0.0, {1.0}, 2.0), ConvergenceError);  // 1/(1-t) ends at t = 1
  const auto bad = [](double, std::span<const double>, std::span<double> rate) { rate[0] = std::nan(""); };
  EXPECT_THROW((void)dormand_prince(bad, 0.0, {1.0}, 2.0), DivergenceError);
  EXPECT_THROW((void)dormand_prince(oscillator, 0.0, {1.0, 0.0}, 1.0)(1.5), std::out_of_range);
}

TEST(DormandPrince, AnEmptyIntervalIsItsInitialState) {
  EXPECT_EQ(dormand_prince(oscillator, 1.0, {1.0, 2.0}, 1.0)(1.0), (std::vector<double>{1.0, 2.0}));
}

}  // namespace
}  // namespace limes::math

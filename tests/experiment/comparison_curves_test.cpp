#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "limes/experiment/comparison.hpp"
#include "limes/experiment/comparison_grids.hpp"
#include "limes/math/random.hpp"

namespace limes::experiment {
namespace {

using system::Axis;
using system::Branch;
using system::Realisation;
using system::SimulationOutcome;
using system::Tensor;
using system::TheoryOutcome;
using testing::HasSubstr;

Axis lag_axis(double step, int points) {
  Axis axis{"lag", "tau", {}};
  for (int k = 0; k < points; ++k) axis.values.push_back(step * k);
  return axis;
}

Tensor values_on(const Axis& axis, const std::function<double(double)>& f) {
  std::vector<double> values;
  for (const double t : axis.values) values.push_back(f(t));
  return values;
}

TheoryOutcome exponential_theory(double step, int points) {
  TheoryOutcome theory;
  theory.branches = {Branch{"fluctuating-0", true, "", "", true}};
  const Axis axis = lag_axis(step, points);
  theory.curves = {
      {"autocovariance", "fluctuating-0", {axis}, values_on(axis, [](double t) { return std::exp(-t); }), false}};
  return theory;
}

SimulationOutcome noisy_exponentials(int realisations, double step, int points, double factor = 1.0) {
  SimulationOutcome simulation;
  const Axis axis = lag_axis(step, points);
  for (int r = 0; r < realisations; ++r) {
    math::RandomStream stream(5, static_cast<std::uint32_t>(r), math::Purpose::kUser, 0);
    const double amplitude = factor * (1.0 + 0.01 * stream.normal());
    const double rate = 1.0 + 0.01 * stream.normal();
    Realisation realisation;
    realisation.index = r;
    realisation.curves = {
        {"autocovariance",
         {axis},
         values_on(axis, [&](double t) { return amplitude * std::exp(-rate * t) + 0.001 * stream.normal(); }),
         {}}};
    simulation.realisations.push_back(realisation);
  }
  return simulation;
}

TEST(Stencils, AreExactOnTheGridAndCubicBetween) {
  const std::vector<double> grid{0.0, 0.5, 1.0, 2.0, 3.0};
  const auto cubic = [](double t) { return 1.0 - t + 2.0 * t * t - 0.3 * t * t * t; };
  std::vector<double> values;
  for (const double t : grid) values.push_back(cubic(t));
  const std::vector<double> targets{-0.1, 0.0, 0.2, 1.0 + 1e-12, 1.7, 3.0, 3.1};
  const auto found = stencils(grid, targets);
  EXPECT_FALSE(found.front().has_value());
  EXPECT_FALSE(found.back().has_value());
  for (std::size_t i = 1; i + 1 < targets.size(); ++i) {
    ASSERT_TRUE(found[i].has_value());
    EXPECT_NEAR(found[i]->apply(values), cubic(targets[i]), 1e-11);  // cubic interpolation reproduces a cubic
  }
  EXPECT_EQ(found[1]->count, 1U);
  EXPECT_EQ(found[3]->count, 1U);
}

TEST(Channels, RoundTripWithLeadingAxesAndComplexValues) {
  const Tensor curve({2, 3}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, true);
  const auto channels = channels_of(curve);
  ASSERT_EQ(channels.rows(), 4);
  EXPECT_EQ(channels(1, 2), 5.0);  // imaginary part of population 0, point 2
  EXPECT_EQ(tensor_of(channels, {2}, true), curve);
}

TEST(CompareCurves, AgreesAcrossDifferentGrids) {
  const auto theory = exponential_theory(0.1, 201);
  const auto simulation = noisy_exponentials(8, 0.25, 101);
  const Comparison comparison = compare({}, &theory, &simulation);
  ASSERT_EQ(comparison.curves.size(), 1U);
  const ComparedCurve& curve = comparison.curves[0];
  EXPECT_EQ(curve.verdict, Verdict::kAgree);
  EXPECT_EQ(*curve.numerator_degrees, 2.0);  // (8 - 1)/3 modes
  EXPECT_EQ(*curve.denominator_degrees, 6.0);
  EXPECT_EQ(curve.samples, 8U);
  // The theory's grid, extended by the simulation's points beyond 20.
  ASSERT_EQ(curve.axes[0].values.size(), 201U + 20U);
  EXPECT_EQ(curve.theory->values[10], theory.curves[0].values.values[10]);
  EXPECT_TRUE(std::isnan(curve.theory->values.back()));
  EXPECT_FALSE(std::isnan(curve.simulation->values.back()));
  // Mean over 8 of errors of 1 % and noise of 0.001: three deviations.
  EXPECT_NEAR(curve.simulation->values[3], std::exp(-0.3), 0.012);
}

TEST(CompareCurves, SeesAWrongCurveAndMeasuresItsSize) {
  const auto theory = exponential_theory(0.1, 201);
  const auto simulation = noisy_exponentials(12, 0.1, 101, 1.1);
  const Comparison first = compare({}, &theory, &simulation);
  EXPECT_EQ(first.curves[0].verdict, Verdict::kDisagree);
  ASSERT_TRUE(needs_second_size(first));
  auto shrinking = noisy_exponentials(12, 0.1, 101, 1.2);
  for (Realisation& realisation : shrinking.realisations) realisation.index += 100;
  const Comparison finite = compare({}, &theory, &simulation, {}, &shrinking);
  EXPECT_EQ(finite.curves[0].verdict, Verdict::kFiniteSize);
  EXPECT_NEAR(*finite.curves[0].finite_size->exponent, 1.0, 0.2);
  const auto constant = noisy_exponentials(12, 0.1, 101, 1.1);
  EXPECT_EQ(compare({}, &theory, &simulation, {}, &constant).curves[0].verdict, Verdict::kDisagree);
}

TEST(CompareCurves, SaysWhyItDoesNotTest) {
  const auto theory = exponential_theory(0.1, 201);
  const auto three = noisy_exponentials(3, 0.1, 101);
  const auto curve = compare({}, &theory, &three).curves[0];
  EXPECT_EQ(curve.verdict, Verdict::kNotApplicable);
  EXPECT_THAT(curve.note, HasSubstr("four realisations"));
  EXPECT_TRUE(curve.standard_error.has_value());
  auto one = noisy_exponentials(6, 0.1, 101);
  one.one_matrix = true;
  EXPECT_THAT(compare({}, &theory, &one).curves[0].note, HasSubstr("one draw"));
}

TEST(CompareCurves, AnApproximateCurveIsJudgedByItsStatedError) {
  // One matrix, repeats. The simulation lies 5 % above the theory at every point.
  for (const int repeats : {2, 6}) {
    auto simulation = noisy_exponentials(repeats, 0.1, 101, 1.05);
    simulation.one_matrix = true;
    TheoryOutcome theory = exponential_theory(0.1, 201);
    theory.branches[0] = Branch{"quenched-0", true, "quenched", "", true};
    system::TheoryCurve& curve = theory.curves[0];
    curve.branch = "quenched-0";
    curve.approximate = true;
    const auto judged = [&](double relative_error) {
      curve.error = curve.values;
      for (double& e : curve.error.values) e *= relative_error;
      return compare({}, &theory, &simulation).curves[0];
    };
    const ComparedCurve within = judged(0.1);
    EXPECT_EQ(within.verdict, Verdict::kAgree);
    EXPECT_THAT(within.note, HasSubstr("stated error of approximation"));
    ASSERT_TRUE(within.theory_error.has_value());
    EXPECT_EQ(within.theory_error->shape, within.theory->shape);
    EXPECT_DOUBLE_EQ(within.theory_error->values[10], 0.1 * std::exp(-1.0));
    if (repeats == 6) {  // noise of 1 % in each repeat: two do not tell 5 % from 1 %
      const ComparedCurve beyond = judged(0.01);
      EXPECT_EQ(beyond.verdict, Verdict::kDisagree);
      EXPECT_FALSE(beyond.wants_second_size);
    }
    // Without a stated error a difference is no verdict.
    curve.error = {};
    EXPECT_EQ(compare({}, &theory, &simulation).curves[0].verdict, Verdict::kNotApplicable);
    EXPECT_FALSE(compare({}, &theory, &simulation).curves[0].theory_error.has_value());
    // Nor where the theory says that it does not hold.
    static_cast<void>(judged(0.01));
    curve.valid = false;
    curve.reason = "switching";
    const ComparedCurve invalid = compare({}, &theory, &simulation).curves[0];
    EXPECT_EQ(invalid.verdict, Verdict::kNotApplicable);
    EXPECT_EQ(invalid.note, "switching");
  }
}

TEST(CompareCurves, OneRunOnAMatrixHasItsTimeBatchesToJudgeAnApproximateCurve) {
  auto simulation = noisy_exponentials(1, 0.1, 101, 1.05);
  simulation.one_matrix = true;
  system::MeasuredCurve& measured = simulation.realisations[0].curves[0];
  TheoryOutcome theory = exponential_theory(0.1, 201);
  theory.branches[0].family = "quenched";
  theory.curves[0].approximate = true;
  theory.curves[0].error = values_on(theory.curves[0].axes[0], [](double t) { return 0.01 * std::exp(-t); });
  EXPECT_EQ(compare({}, &theory, &simulation).curves[0].verdict, Verdict::kNotApplicable);
  measured.standard_error = values_on(measured.axes[0], [](double t) { return 1e-3 * std::exp(-t); });
  EXPECT_EQ(compare({}, &theory, &simulation).curves[0].verdict, Verdict::kDisagree);
  for (double& e : theory.curves[0].error.values) e *= 10.0;
  EXPECT_EQ(compare({}, &theory, &simulation).curves[0].verdict, Verdict::kAgree);
  theory.curves[0].error = Tensor(std::vector<double>{1.0});
  EXPECT_THROW(static_cast<void>(compare({}, &theory, &simulation)), std::logic_error);
}

TEST(CompareCurves, LeavesOutBrokenCurvesWithAWarning) {
  const auto theory = exponential_theory(0.1, 201);
  auto simulation = noisy_exponentials(6, 0.1, 101);
  simulation.realisations[0].curves[0].values.values[3] = std::numeric_limits<double>::infinity();
  simulation.realisations[1].curves[0].values.values.pop_back();
  simulation.realisations[2].curves[0] = noisy_exponentials(3, 0.2, 101).realisations[2].curves[0];
  std::swap(simulation.realisations[2], simulation.realisations[5]);
  const Comparison comparison = compare({}, &theory, &simulation);
  EXPECT_EQ(comparison.curves[0].samples, 3U);
  EXPECT_EQ(comparison.warnings.size(), 3U);
}

TEST(CompareCurves, TestsEveryPopulation) {
  TheoryOutcome theory;
  theory.branches = {Branch{"fluctuating-0", true, "", "", true}};
  const Axis populations{"population", "1", {0.0, 1.0}};
  const Axis lag = lag_axis(0.1, 101);
  const auto stacked = [&](const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> values = a;
    values.insert(values.end(), b.begin(), b.end());
    return Tensor({2, 101}, values);
  };
  const auto exact = values_on(lag, [](double t) { return std::exp(-t); }).values;
  theory.curves = {{"autocovariance", "fluctuating-0", {populations, lag}, stacked(exact, exact), false}};
  const auto right = noisy_exponentials(10, 0.1, 101);
  const auto wrong = noisy_exponentials(10, 0.1, 101, 1.2);
  SimulationOutcome simulation;
  for (std::size_t r = 0; r < 10; ++r) {
    Realisation realisation;
    realisation.curves = {
        {"autocovariance",
         {populations, lag},
         stacked(right.realisations[r].curves[0].values.values, wrong.realisations[r].curves[0].values.values),
         {}}};
    simulation.realisations.push_back(realisation);
  }
  const auto curve = compare({}, &theory, &simulation).curves[0];
  EXPECT_EQ(curve.verdict, Verdict::kDisagree);
  EXPECT_EQ(curve.theory->shape, (std::vector<std::size_t>{2, 101}));
}

TEST(CompareCurves, ShowsACloudOfPointsFromOneRealisation) {
  system::System system;
  system.schema.curves = {{"jacobian_spectrum", "1", "", "", "points"}};
  SimulationOutcome simulation;
  for (const std::size_t count : {3U, 4U}) {
    Realisation realisation;
    Axis index{"index", "1", std::vector<double>(count)};
    for (std::size_t i = 0; i < count; ++i) index.values[i] = static_cast<double>(i);
    realisation.curves = {
        {"jacobian_spectrum", {index}, Tensor({count}, std::vector<double>(2 * count, 0.5), true), {}}};
    simulation.realisations.push_back(realisation);
  }
  const Comparison comparison = compare(system, nullptr, &simulation);
  ASSERT_EQ(comparison.curves.size(), 1U);
  EXPECT_EQ(comparison.curves[0].simulation->shape, (std::vector<std::size_t>{3}));
  EXPECT_EQ(comparison.curves[0].samples, 1U);
  EXPECT_TRUE(comparison.warnings.empty());
}

}  // namespace
}  // namespace limes::experiment

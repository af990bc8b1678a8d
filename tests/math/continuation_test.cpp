#include "limes/math/continuation.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace limes::math {
namespace {

using Kind = CurveEvent::Kind;
using Eigen::MatrixXd;
using Eigen::VectorXd;

VectorXd vector(std::initializer_list<double> values) {
  VectorXd result(static_cast<Eigen::Index>(values.size()));
  Eigen::Index i = 0;
  for (const double value : values) result(i++) = value;
  return result;
}

/// One unknown, differences for the Jacobian.
ContinuationProblem scalar_problem(std::function<double(double, double)> f, double lower, double upper) {
  ContinuationProblem problem;
  problem.residual = [f = std::move(f)](const VectorXd& x, double p) { return VectorXd::Constant(1, f(x(0), p)); };
  problem.scale = VectorXd::Ones(1);
  problem.lower = lower;
  problem.upper = upper;
  return problem;
}

std::vector<const CurveEvent*> events_of(const SolutionCurve& curve, Kind kind) {
  std::vector<const CurveEvent*> found;
  for (const CurveEvent& event : curve.events) {
    if (event.kind == kind) found.push_back(&event);
  }
  return found;
}

TEST(Continuation, FollowsAnSShapedCurveThroughBothFolds) {
  // p = x^3 - x folds at x = +-1/sqrt(3), p = -+2/(3 sqrt(3)).
  const auto problem = scalar_problem([](double x, double p) { return x * x * x - x - p; }, -1.0, 1.0);
  const auto curves = solution_curves(problem, {{vector({-1.3}), -1.0}, {vector({0.0}), 0.0}, {vector({1.3}), 1.0}});
  ASSERT_EQ(curves.size(), 1U);
  const auto folds = events_of(curves[0], Kind::kFold);
  ASSERT_EQ(folds.size(), 2U);
  const double expected = 2.0 / (3.0 * std::sqrt(3.0));
  // Quadratic in the error along the curve: rounding only.
  EXPECT_NEAR(std::abs(curves[0].points[folds[0]->index].parameter), expected, 1e-12);
  EXPECT_NEAR(std::abs(curves[0].points[folds[1]->index].x(0)), 1.0 / std::sqrt(3.0), 1e-7);
  EXPECT_EQ(curves[0].front, SolutionCurve::End::kRange);
  EXPECT_EQ(curves[0].back, SolutionCurve::End::kRange);
  EXPECT_EQ(std::min(curves[0].points.front().parameter, curves[0].points.back().parameter), -1.0);
}

TEST(Continuation, SwitchesToBothArmsOfAPitchfork) {
  const auto problem = scalar_problem([](double x, double p) { return p * x - x * x * x; }, -1.0, 1.0);
  const auto curves = solution_curves(problem, {{vector({0.0}), -1.0}});
  ASSERT_EQ(curves.size(), 3U);
  const auto points = events_of(curves[0], Kind::kPitchfork);
  ASSERT_EQ(points.size(), 1U);
  EXPECT_NEAR(curves[0].points[points[0]->index].parameter, 0.0, 1e-9);
  for (const std::size_t arm : {1U, 2U}) {
    EXPECT_EQ(curves[arm].front, SolutionCurve::End::kBranchPoint);
    EXPECT_NEAR(std::abs(curves[arm].points.back().x(0)), 1.0, 1e-12);
    EXPECT_TRUE(events_of(curves[arm], Kind::kFold).empty());
  }
}

TEST(Continuation, CutsACurveWhereItLeavesItsPitchfork) {
  // The same from the arms inwards: the parabola x^2 = p is not one branch, and its vertex is no fold.
  const auto problem = scalar_problem([](double x, double p) { return p * x - x * x * x; }, -1.0, 1.0);
  const auto curves = solution_curves(problem, {{vector({1.0}), 1.0}, {vector({-1.0}), 1.0}});
  ASSERT_EQ(curves.size(), 3U);
  std::size_t pitchforks = 0;
  for (const SolutionCurve& curve : curves) {
    EXPECT_TRUE(events_of(curve, Kind::kFold).empty());
    pitchforks += events_of(curve, Kind::kPitchfork).size();
  }
  EXPECT_EQ(pitchforks, 1U);  // reported by the curve that passes through
}

TEST(Continuation, TellsATranscriticalPointFromAPitchfork) {
  const auto problem = scalar_problem([](double x, double p) { return p * x - x * x; }, -1.0, 1.0);
  const auto curves = solution_curves(problem, {{vector({0.0}), -1.0}});
  ASSERT_GE(curves.size(), 2U);
  const auto points = events_of(curves[0], Kind::kTranscritical);
  ASSERT_EQ(points.size(), 1U);
  EXPECT_NEAR(curves[0].points[points[0]->index].parameter, 0.0, 1e-9);
  EXPECT_TRUE(events_of(curves[0], Kind::kPitchfork).empty());
}

TEST(Continuation, ClosesALoopAndFindsItOnce) {
  const auto problem = scalar_problem([](double x, double p) { return x * x + 4.0 * p * p - 1.0; }, -1.0, 1.0);
  const auto curves = solution_curves(problem, {{vector({1.0}), 0.0}, {vector({-0.8}), 0.3}, {vector({0.6}), -0.4}});
  ASSERT_EQ(curves.size(), 1U);
  EXPECT_EQ(curves[0].back, SolutionCurve::End::kClosed);
  const auto folds = events_of(curves[0], Kind::kFold);
  ASSERT_EQ(folds.size(), 2U);
  EXPECT_NEAR(curves[0].points[folds[0]->index].parameter * curves[0].points[folds[1]->index].parameter, -0.25, 1e-12);
}

TEST(Continuation, EndsAtTheBorderOfWhatIsAdmissible) {
  auto problem = scalar_problem([](double x, double p) { return x - p; }, -1.0, 1.0);
  problem.admissible = [](const VectorXd& x, double) { return x(0) >= 0.25; };
  const auto curves = solution_curves(problem, {{vector({0.5}), 0.5}});
  ASSERT_EQ(curves.size(), 1U);
  EXPECT_EQ(curves[0].front, SolutionCurve::End::kDomain);
  EXPECT_NEAR(curves[0].points.front().x(0), 0.25, 1e-7);  // the smallest step
}

TEST(Continuation, LocatesZerosOfTestsAndCrossingsOfEigenvalues) {
  // x = p^2; a test at x = 1/4; the rotation z = r exp(+-i) with r = 0.5 + p crosses the circle at p = 1/2, and a real
  // eigenvalue -r/2 - 1/8 at p = 1.25 only.
  auto problem = scalar_problem([](double x, double p) { return x - p * p; }, 0.0, 2.0);
  problem.tests = [](const VectorXd& x, double) { return std::vector<double>{x(0) - 0.3}; };
  problem.spectrum = [](const VectorXd&, double p) {
    const double r = 0.5 + p;
    return std::vector<std::complex<double>>{std::polar(r, 1.0), std::polar(r, -1.0), -r / 2.0 - 0.125, 3.0 - p};
  };
  problem.criticality = [](std::complex<double> z) { return std::abs(z) - 1.0; };
  const auto curves = solution_curves(problem, {{vector({0.0}), 0.0}});
  ASSERT_EQ(curves.size(), 1U);
  const auto tests = events_of(curves[0], Kind::kTest);
  ASSERT_EQ(tests.size(), 1U);
  EXPECT_NEAR(curves[0].points[tests[0]->index].parameter, std::sqrt(0.3), 1e-12);
  const auto crossings = events_of(curves[0], Kind::kCrossing);
  ASSERT_EQ(crossings.size(), 2U);
  EXPECT_NEAR(curves[0].points[crossings[0]->index].parameter, 0.5, 1e-12);
  EXPECT_NEAR(crossings[0]->eigenvalue.imag(), std::sin(1.0), 1e-12);
  EXPECT_NEAR(curves[0].points[crossings[1]->index].parameter, 1.25, 1e-12);
  EXPECT_NEAR(crossings[1]->eigenvalue.real(), -1.0, 1e-12);
}

TEST(Continuation, FollowsSeveralUnknownsWithAJacobianOfDifferentScales) {
  // x = 1000 cos(a), y = 1e-3 sin(a), p = a: a circle in scaled coordinates.
  ContinuationProblem problem;
  problem.residual = [](const VectorXd& x, double p) {
    return vector({x(0) / 1e3 - std::cos(p), x(1) / 1e-3 - std::sin(p)});
  };
  problem.jacobian = [](const VectorXd&, double) { return MatrixXd(vector({1e-3, 1e3}).asDiagonal()); };
  problem.scale = vector({1e3, 1e-3});
  problem.lower = 0.0;
  problem.upper = 6.0;
  const auto curves = solution_curves(problem, {{vector({1e3, 0.0}), 0.0}});
  ASSERT_EQ(curves.size(), 1U);
  for (const CurvePoint& point : curves[0].points) {
    EXPECT_NEAR(std::hypot(point.x(0) / 1e3, point.x(1) / 1e-3), 1.0, 1e-11);
  }
  EXPECT_EQ(curves[0].points.back().parameter, 6.0);
}

TEST(Continuation, RefusesAnEmptyRange) {
  const auto problem = scalar_problem([](double x, double p) { return x - p; }, 1.0, 1.0);
  EXPECT_THROW((void)solution_curves(problem, {{vector({1.0}), 1.0}}), std::invalid_argument);
}

}  // namespace
}  // namespace limes::math

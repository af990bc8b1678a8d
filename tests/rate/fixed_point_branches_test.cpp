// Fixed points of concrete networks followed in a parameter: closed forms of note rate-networks, section 7.
#include "limes/rate/given_matrix/fixed_point_branches.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "limes/coupling/gaussian.hpp"

namespace limes::rate::given_matrix {
namespace {

using theory::SpecialType;
using theory::StateBranch;

ConcreteNetwork network(coupling::DenseMatrix coupling, double gain, double leak, double threshold) {
  const Eigen::Index size = coupling.rows();
  return {std::move(coupling), Eigen::VectorXd::Constant(size, threshold), {transfer::Kind::kTanh, gain}, leak};
}

coupling::DenseMatrix one() { return coupling::DenseMatrix::Ones(1, 1); }

coupling::DenseMatrix rotation(double a, double b) {
  coupling::DenseMatrix matrix(2, 2);
  matrix << a, -b, b, a;
  return matrix;
}

struct Point {
  double value;
  std::complex<double> eigenvalue;
  double mean;
};

std::vector<Point> points_of(const std::vector<StateBranch>& branches, SpecialType type) {
  std::vector<Point> points;
  for (const StateBranch& branch : branches) {
    for (const auto& special : branch.special_points) {
      const auto& state = branch.states[special.index];
      if (special.type == type) points.push_back({state.parameter, special.eigenvalue, state.mean[0]});
    }
  }
  std::sort(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.value < b.value; });
  return points;
}

TEST(FixedPointBranches, OneNeuronFoldsInItsThreshold) {
  for (const double leak : {0.0, 0.4}) {
    const double gain = 2.0, kept = 1.0 - leak;
    const NetworkFamily family{network(one(), gain, leak, -0.9), network(one(), gain, leak, 0.9), -0.9, 0.9};
    const auto found = fixed_point_branches(family, {0, 1}, {.lower = -0.9, .upper = 0.9});
    ASSERT_EQ(found.branches.size(), 1U);
    const auto folds = points_of(found.branches, SpecialType::kFold);
    ASSERT_EQ(folds.size(), 2U);
    const double place = std::acosh(std::sqrt(gain / kept)) / gain;  // note 7
    const double threshold = std::sqrt(1.0 - kept / gain) - kept * place;
    EXPECT_NEAR(folds[0].value, -threshold, 1e-12);
    EXPECT_NEAR(folds[1].value, threshold, 1e-12);
    EXPECT_NEAR(folds[1].mean, place, 1e-7);  // linear in the place along the curve
  }
}

TEST(FixedPointBranches, OneNeuronForksInItsGain) {
  const NetworkFamily family{network(one(), 0.5, 0.0, 0.0), network(one(), 2.0, 0.0, 0.0), 0.5, 2.0};
  const auto found = fixed_point_branches(family, {0, 1}, {.lower = 0.5, .upper = 2.0});
  ASSERT_EQ(found.branches.size(), 3U);
  const auto forks = points_of(found.branches, SpecialType::kPitchfork);
  ASSERT_EQ(forks.size(), 1U);
  EXPECT_NEAR(forks[0].value, 1.0, 1e-10);
  EXPECT_TRUE(points_of(found.branches, SpecialType::kFold).empty());
}

TEST(FixedPointBranches, ARotationTurnsIntoACircle) {
  const double leak = 0.2, a = 0.3, b = 0.6;
  const NetworkFamily family{network(rotation(a, b), 0.5, leak, 0.0), network(rotation(a, b), 2.0, leak, 0.0), 0.5,
                             2.0};
  const auto found = fixed_point_branches(family, {0, 2}, {.lower = 0.5, .upper = 2.0});
  const auto points = points_of(found.branches, SpecialType::kNeimarkSacker);
  ASSERT_EQ(points.size(), 1U);
  const double g = points[0].value;
  EXPECT_NEAR((leak + g * a) * (leak + g * a) + g * g * b * b, 1.0, 1e-10);
  EXPECT_NEAR(std::abs(points[0].eigenvalue), 1.0, 1e-10);
}

TEST(FixedPointBranches, OfAFlowTheRotationIsAHopfPoint) {
  const NetworkFamily family{network(rotation(0.5, 0.6), 0.5, 0.0, 0.0), network(rotation(0.5, 0.6), 3.0, 0.0, 0.0),
                             0.5, 3.0};
  const auto found = fixed_point_branches(family, {0, 2}, {.lower = 0.5, .upper = 3.0, .continuous_time = true});
  const auto points = points_of(found.branches, SpecialType::kHopf);
  ASSERT_EQ(points.size(), 1U);
  EXPECT_NEAR(points[0].value, 2.0, 1e-10);  // Re z = g a = 1
  EXPECT_NEAR(points[0].eigenvalue.imag(), 1.2, 1e-9);
  EXPECT_TRUE(points_of(found.branches, SpecialType::kNeimarkSacker).empty());
}

TEST(FixedPointBranches, FollowsTheMatrixItself) {
  // a of the rotation from -1 to 1 at g = 0.8: (g a)^2 + (g b)^2 = 1 at a = +-sqrt(1/g^2 - b^2).
  const NetworkFamily family{network(rotation(-1.5, 0.6), 0.8, 0.0, 0.0), network(rotation(1.5, 0.6), 0.8, 0.0, 0.0),
                             -1.5, 1.5};
  const auto found = fixed_point_branches(family, {0, 2}, {.lower = -1.5, .upper = 1.5});
  const auto points = points_of(found.branches, SpecialType::kNeimarkSacker);
  ASSERT_EQ(points.size(), 2U);
  EXPECT_NEAR(points[0].value, -std::sqrt(1.0 / 0.64 - 0.36), 1e-10);
  EXPECT_NEAR(points[1].value, std::sqrt(1.0 / 0.64 - 0.36), 1e-10);
}

TEST(FixedPointBranches, PortableMatricesLoseTheirRestAtTheSpectralRadius) {
  // Note 2.1 and 7: P_1 has a complex leading pair, P_3 a real negative eigenvalue.
  for (const auto& [seed, radius, type] : {std::tuple{1, 1.047424080853, SpecialType::kNeimarkSacker},
                                           std::tuple{3, 1.106886735901, SpecialType::kFlip}}) {
    const coupling::DenseMatrix matrix = coupling::portable_matrix(static_cast<std::uint64_t>(seed), 100, 0.0, 1.0);
    const NetworkFamily family{network(matrix, 0.85, 0.0, 0.0), network(matrix, 0.97, 0.0, 0.0), 0.85, 0.97};
    const auto found = fixed_point_branches(family, {0, 100}, {.lower = 0.85, .upper = 0.97});
    const auto points = points_of(found.branches, type);
    ASSERT_FALSE(points.empty());
    EXPECT_NEAR(points[0].value, 1.0 / radius, 2e-12 * 100);  // twelve digits of the radius
  }
}

TEST(NetworkFamily, IsLinearBetweenItsEnds) {
  const NetworkFamily family{network(one(), 1.0, 0.2, 0.0), network(one(), 2.0, 0.4, 1.0), 3.0, 5.0};
  const ConcreteNetwork middle = family.at(4.0);
  EXPECT_DOUBLE_EQ(middle.transfer.gain, 1.5);
  EXPECT_DOUBLE_EQ(middle.leak, 0.3);
  EXPECT_DOUBLE_EQ(middle.threshold(0), 0.5);
}

}  // namespace
}  // namespace limes::rate::given_matrix

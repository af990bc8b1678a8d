#include "limes/stats/curve_test.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "limes/math/random.hpp"
#include "limes/stats/student_t.hpp"

namespace limes::stats {
namespace {

// Smooth correlated curves: amplitude and rate vary, with a little noise at each point.
Eigen::MatrixXd residuals(int realisations, std::uint64_t index, double offset) {
  Eigen::MatrixXd rows(realisations, 60);
  for (int r = 0; r < realisations; ++r) {
    math::RandomStream stream(21, static_cast<std::uint32_t>(r), math::Purpose::kUser, index);
    const double amplitude = stream.normal();
    const double rate = stream.normal();
    for (int k = 0; k < 60; ++k) {
      const double t = 0.1 * k;
      rows(r, k) = (amplitude + offset + rate * t) * std::exp(-t) + 0.1 * stream.normal();
    }
  }
  return rows;
}

std::vector<double> lags() {
  std::vector<double> positions;
  for (int k = 0; k < 60; ++k) positions.push_back(0.1 * k);
  return positions;
}

TEST(ModeCount, IsAThirdOfTheRealisations) {
  EXPECT_EQ(mode_count(3), 0);
  EXPECT_EQ(mode_count(4), 1);
  EXPECT_EQ(mode_count(8), 2);
  EXPECT_EQ(mode_count(16), 5);
  EXPECT_EQ(mode_count(1000), 5);
}

TEST(Hotelling, OfOneColumnIsStudentsT) {
  Eigen::MatrixXd column(4, 1);
  column << 0.1, 0.2, -0.1, 0.0;
  const CurveTest test = hotelling(column);
  const double t = 0.05 / 0.06454972243679028;
  EXPECT_NEAR(test.statistic, t * t, 1e-13);
  EXPECT_NEAR(*test.p_value, student_t_two_sided_p(t, 3.0), 1e-13);
}

TEST(Hotelling, DoesNotDependOnUnits) {
  const Eigen::MatrixXd rows = residuals(10, 1, 0.3).leftCols(3);
  Eigen::MatrixXd scaled = rows;
  scaled.col(1) *= 1e6;
  EXPECT_NEAR(hotelling(rows).statistic, hotelling(scaled).statistic, 1e-8);
}

TEST(CurveTest, KeepsItsLevelUnderTheNullHypothesis) {
  for (const int realisations : {4, 8, 20}) {
    int rejected = 0;
    constexpr int kTrials = 2000;
    for (std::uint64_t i = 0; i < kTrials; ++i) {
      rejected += *curve_test(residuals(realisations, i, 0.0), lags()).p_value <= 0.05 ? 1 : 0;
    }
    // 100 expected, deviation 9.7. The modes are scaled by the measured spread, which is not fixed in advance: allow
    // for half a percent of that besides four deviations.
    EXPECT_NEAR(rejected, 100, 49) << realisations;
  }
}

TEST(CurveTest, SeesAnOffset) {
  int seen = 0;
  for (std::uint64_t i = 0; i < 200; ++i) seen += *curve_test(residuals(16, i, 2.0), lags()).p_value <= 0.01 ? 1 : 0;
  EXPECT_GE(seen, 190);  // two deviations of one curve, eight standard errors of the mean
}

TEST(CurveTest, SaysWhyItCannotTest) {
  EXPECT_FALSE(curve_test(residuals(3, 1, 0.0), lags()).p_value.has_value());
  EXPECT_EQ(curve_test(residuals(3, 1, 0.0), lags()).reason, "fewer than 4 realisations");
  EXPECT_EQ(curve_test(Eigen::MatrixXd::Ones(8, 60), lags()).reason, "the realisations do not vary");
  // One random number times one shape: the second mode is a multiple of the first.
  Eigen::MatrixXd rank_one(9, 60);
  for (int r = 0; r < 9; ++r) rank_one.row(r).setConstant(std::sin(1.0 + r));
  EXPECT_EQ(curve_test(rank_one, lags()).reason, "the covariance between realisations is singular");
}

TEST(CurveModes, AreLegendreInTheEmphasisedCoordinate) {
  // Uniform spread and no emphasis: sums over points of P_1 vanish, and modes are orthogonal to O(spacing^2).
  const auto positions = lags();
  const auto modes = curve_modes(positions, std::vector<double>(60, 2.0), {}, 3);
  const Eigen::VectorXd constant = Eigen::VectorXd::Constant(60, 2.0);
  const Eigen::VectorXd amplitudes = modes.projection.transpose() * constant;
  EXPECT_NEAR(amplitudes[0], 1.0, 1e-12);  // in units of the spread
  EXPECT_NEAR(amplitudes[1], 0.0, 1e-12);
  EXPECT_NEAR(amplitudes[2], 0.0, 1e-3);
  // All weight on the first half: the second is not seen.
  std::vector<double> emphasis(60, 0.0);
  std::fill(emphasis.begin(), emphasis.begin() + 30, 1.0);
  EXPECT_EQ(curve_modes(positions, std::vector<double>(60, 1.0), emphasis, 2).projection.bottomRows(30).norm(), 0.0);
}

TEST(CurveModes, RefuseBadInput) {
  const auto positions = lags();
  EXPECT_THROW((void)curve_modes(positions, std::vector<double>(59, 1.0), {}, 2), std::invalid_argument);
  EXPECT_THROW((void)curve_modes(positions, std::vector<double>(60, 0.0), {}, 2), std::invalid_argument);
  EXPECT_THROW((void)curve_modes(positions, std::vector<double>(60, 1.0), std::vector<double>(60, 0.0), 2),
               std::invalid_argument);
  const std::vector<double> descending{1.0, 0.0};
  EXPECT_THROW((void)curve_modes(descending, std::vector<double>(2, 1.0), {}, 1), std::invalid_argument);
}

}  // namespace
}  // namespace limes::stats

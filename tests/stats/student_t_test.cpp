#include "limes/stats/student_t.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

namespace limes::stats {
namespace {

TEST(StudentT, HasTheClosedFormsOfOneAndTwoDegrees) {
  for (const double t : {0.0, 0.3, 1.0, 2.5, 40.0}) {
    // nu = 1 (Cauchy): 1 - 2/pi atan t; nu = 2: 1 - t/sqrt(2 + t^2)
    EXPECT_NEAR(student_t_two_sided_p(t, 1.0), 1.0 - 2.0 / std::numbers::pi * std::atan(t), 1e-14);
    EXPECT_NEAR(student_t_two_sided_p(-t, 2.0), 1.0 - t / std::sqrt(2.0 + t * t), 1e-14);
  }
}

TEST(StudentT, AgreesWithPrintedTables) {
  // Two-sided 5 % and 1 % points (Abramowitz & Stegun, table 26.10), printed to three decimals.
  EXPECT_NEAR(student_t_quantile(0.975, 7.0), 2.365, 5e-4);
  EXPECT_NEAR(student_t_quantile(0.995, 7.0), 3.499, 5e-4);
  EXPECT_NEAR(student_t_quantile(0.025, 30.0), -2.042, 5e-4);
  EXPECT_NEAR(student_t_two_sided_p(student_t_quantile(0.995, 7.0), 7.0), 0.01, 1e-14);
}

TEST(StudentT, BecomesNormalAndTakesInfinities) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_NEAR(student_t_two_sided_p(1.959963984540054, infinity), 0.05, 1e-14);
  EXPECT_EQ(student_t_two_sided_p(-infinity, 3.0), 0.0);
  EXPECT_EQ(student_t_upper_p(-infinity, 3.0), 1.0);
  EXPECT_GT(student_t_two_sided_p(30.0, 100.0), 0.0);  // far tails keep relative precision instead of rounding to zero
  EXPECT_THROW((void)student_t_two_sided_p(std::nan(""), 3.0), std::domain_error);
  EXPECT_THROW((void)student_t_two_sided_p(1.0, 0.0), std::domain_error);
  EXPECT_THROW((void)student_t_quantile(1.0, 3.0), std::domain_error);
}

TEST(FisherF, WithOneNumeratorDegreeIsTheSquareOfT) {
  EXPECT_NEAR(fisher_f_upper_p(6.25, 1.0, 9.0), student_t_two_sided_p(2.5, 9.0), 1e-14);
  EXPECT_NEAR(fisher_f_upper_p(3.0, 2.0, 6.0), std::pow(1.0 + 2.0 * 3.0 / 6.0, -3.0), 1e-14);  // closed form, 2 degrees
  EXPECT_EQ(fisher_f_upper_p(0.0, 2.0, 6.0), 1.0);
}

TEST(ChiSquare, WithTwoDegreesIsExponential) {
  EXPECT_NEAR(chi_square_upper_p(5.0, 2.0), std::exp(-2.5), 1e-15);
  EXPECT_EQ(chi_square_upper_p(-1.0, 2.0), 1.0);
}

}  // namespace
}  // namespace limes::stats

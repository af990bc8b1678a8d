#include "limes/experiment/verdict.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace limes::experiment {
namespace {

TEST(MeasureShrinkage, ReadsTheInverseLaw) {
  // d(N) = 3, d(N/2) = 6: limit 0, exponent 1.
  const Shrinkage s = measure_shrinkage({3.0, 0.1, 7.0}, {6.0, 0.2, 7.0}, 2.0);
  EXPECT_DOUBLE_EQ(s.limit, 0.0);
  EXPECT_DOUBLE_EQ(s.limit_error, std::hypot(0.2, 0.2));
  EXPECT_DOUBLE_EQ(s.zero_limit_p, 0.5);  // a one-sided test of a limit that is exactly zero
  EXPECT_LT(s.constant_p, 1e-6);
  EXPECT_DOUBLE_EQ(*s.exponent, 1.0);
  EXPECT_DOUBLE_EQ(*s.exponent_error, std::hypot(0.1 / 3.0, 0.2 / 6.0) / std::log(2.0));
  EXPECT_TRUE(shrinks_with_size(s, {}));
}

TEST(MeasureShrinkage, DoesNotDependOnTheSignOfTheDifference) {
  const Shrinkage up = measure_shrinkage({3.0, 0.1, 7.0}, {5.0, 0.2, 7.0}, 2.0);
  const Shrinkage down = measure_shrinkage({-3.0, 0.1, 7.0}, {-5.0, 0.2, 7.0}, 2.0);
  EXPECT_DOUBLE_EQ(up.limit, -down.limit);
  EXPECT_DOUBLE_EQ(up.zero_limit_p, down.zero_limit_p);
  EXPECT_DOUBLE_EQ(up.root_law_p, down.root_law_p);
  EXPECT_DOUBLE_EQ(*up.exponent, *down.exponent);
}

TEST(MeasureShrinkage, CallsAConstantDifferenceConstant) {
  const Shrinkage s = measure_shrinkage({3.0, 0.1, 7.0}, {3.02, 0.14, 7.0}, 2.0);
  EXPECT_NEAR(s.limit, 2.98, 1e-12);
  EXPECT_LT(s.zero_limit_p, 1e-6);
  EXPECT_GT(s.constant_p, 0.3);
  EXPECT_FALSE(shrinks_with_size(s, {}));
}

TEST(MeasureShrinkage, AcceptsASlowLawOnlyWhenTheShrinkageItselfIsEvident) {
  // N^-1/2, measured to a percent: the inverse law is rejected, constancy too.
  const Shrinkage slow = measure_shrinkage({3.0, 0.03, 7.0}, {3.0 * std::sqrt(2.0) - 0.01, 0.03, 7.0}, 2.0);
  EXPECT_LT(slow.zero_limit_p, 1e-3);
  EXPECT_TRUE(shrinks_with_size(slow, {}));
  // N^-0.2 measured as well: shrinks, but not as a finite size must.
  const Shrinkage crawling = measure_shrinkage({3.0, 0.03, 7.0}, {3.0 * std::pow(2.0, 0.2), 0.03, 7.0}, 2.0);
  EXPECT_FALSE(shrinks_with_size(crawling, {}));
}

TEST(MeasureShrinkage, DoesNotCallAChangeOfSignOrAGrowthFiniteSize) {
  const Shrinkage flips = measure_shrinkage({3.0, 0.2, 7.0}, {-1.0, 0.2, 7.0}, 2.0);
  EXPECT_FALSE(flips.exponent.has_value());
  EXPECT_FALSE(shrinks_with_size(flips, {}));
  const Shrinkage grows = measure_shrinkage({3.0, 0.2, 7.0}, {2.0, 0.2, 7.0}, 2.0);
  EXPECT_LT(*grows.exponent, 0.0);
  EXPECT_FALSE(shrinks_with_size(grows, {}));
}

TEST(MeasureShrinkage, CountsTheTheorysErrorOnceForBothSizes) {
  const Shrinkage s = measure_shrinkage({3.0, 0.0, 7.0}, {6.0, 0.0, 7.0}, 2.0, 0.4);
  EXPECT_DOUBLE_EQ(s.limit_error, 0.4);  // (2 e - e) / (2 - 1)
  EXPECT_THROW((void)measure_shrinkage({1.0, 0.1, 7.0}, {1.0, 0.1, 7.0}, 1.0), std::invalid_argument);
}

TEST(FiniteSizeLaw, FitsTheSlopeAndTheSizeNeeded) {
  const Shift larger{0.02, 0.002, 7.0};
  const Shift smaller{0.04, 0.003, 7.0};
  const FiniteSizeLaw law = finite_size_law(larger, smaller, measure_shrinkage(larger, smaller, 2.0), 2.0, 1000.0);
  EXPECT_EQ(law.sizes, (std::vector<double>{500.0, 1000.0}));
  EXPECT_NEAR(*law.slope, 20.0, 1e-12);
  EXPECT_NEAR(*law.size_needed, 10000.0, 1e-8);  // ten standard errors, falling as 1/N
  EXPECT_EQ(sentence(law),
            "the shift falls as N^-1 (\xC2\xB1 0.2) between N = 500 and 1000; below one standard error from N "
            "\xE2\x89\x88 1e+04 on");
  const Shift flat{0.021, 0.005, 7.0};
  const FiniteSizeLaw unresolved = finite_size_law(larger, flat, measure_shrinkage(larger, flat, 2.0), 2.0, 1000.0);
  EXPECT_EQ(
      sentence(unresolved),
      "the law of the shift is not resolved between N = 500 and 1000; by 1/N the limit is off by 0.019 \xC2\xB1 0.006");
  EXPECT_FALSE(finite_size_law(larger, smaller, measure_shrinkage(larger, smaller, 2.0), 2.0, {}).slope.has_value());
}

TEST(Verdict, NamesAndOrder) {
  EXPECT_EQ(name(Verdict::kFiniteSize), "finite_size");
  EXPECT_EQ(worse(Verdict::kAgree, Verdict::kFiniteSize), Verdict::kFiniteSize);
  EXPECT_EQ(worse(Verdict::kDisagree, Verdict::kFiniteSize), Verdict::kDisagree);
  EXPECT_EQ(worse(Verdict::kNotApplicable, Verdict::kAgree), Verdict::kAgree);
}

}  // namespace
}  // namespace limes::experiment

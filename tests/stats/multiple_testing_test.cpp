#include "limes/stats/multiple_testing.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "limes/math/random.hpp"

namespace limes::stats {
namespace {

TEST(Holm, StepsDownAndStaysMonotone) {
  const std::vector<double> p{0.01, 0.04, 0.03, 0.005};
  const std::vector<double> adjusted = holm_adjusted(p);
  EXPECT_DOUBLE_EQ(adjusted[3], 0.02);  // 4 x 0.005
  EXPECT_DOUBLE_EQ(adjusted[0], 0.03);  // 3 x 0.01
  EXPECT_DOUBLE_EQ(adjusted[2], 0.06);  // 2 x 0.03
  EXPECT_DOUBLE_EQ(adjusted[1], 0.06);  // 1 x 0.04, not below the one before
}

TEST(Holm, IsCappedAtOneAndTakesNothing) {
  EXPECT_EQ(holm_adjusted(std::vector<double>{0.9, 0.8}), (std::vector<double>{1.0, 1.0}));
  EXPECT_TRUE(holm_adjusted({}).empty());
  EXPECT_THROW((void)holm_adjusted(std::vector<double>{1.5}), std::invalid_argument);
}

TEST(Holm, KeepsTheFamilyWiseLevel) {
  // 20 true hypotheses at level 0.05: some rejection in at most 5 % of 2000 families; 0.05 + 4 deviations of 0.0049.
  int rejected = 0;
  for (std::uint64_t family = 0; family < 2000; ++family) {
    math::RandomStream stream(1, 0, math::Purpose::kUser, family);
    std::vector<double> p(20);
    for (double& value : p) value = stream.uniform();
    bool any = false;
    for (const double value : holm_adjusted(p)) any = any || value <= 0.05;
    rejected += any ? 1 : 0;
  }
  EXPECT_LE(rejected, 140);
  EXPECT_GE(rejected, 60);  // and does not waste it: 1 - 0.95 for independent tests
}

TEST(Bonferroni, MultipliesTheLeast) {
  EXPECT_DOUBLE_EQ(bonferroni(std::vector<double>{0.2, 0.01, 0.5}), 0.03);
  EXPECT_EQ(bonferroni(std::vector<double>{0.6, 0.7}), 1.0);
  EXPECT_EQ(bonferroni({}), 1.0);
}

}  // namespace
}  // namespace limes::stats

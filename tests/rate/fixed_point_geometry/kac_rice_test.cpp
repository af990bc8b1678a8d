// The finite-N count by importance sampling, against the note's values (independent code) and what is known exactly.
#include <gtest/gtest.h>

#include <cmath>

#include "limes/rate/fixed_point_geometry/kac_rice.hpp"

namespace limes::rate::fixed_points {
namespace {

KacRice sample(const Ensemble& ensemble, std::size_t size, std::size_t samples, int workers = 2,
               std::vector<double> edges = {}) {
  compute::Threads threads(static_cast<std::size_t>(workers));
  KacRiceOptions options;
  options.size = size;
  options.samples = samples;
  options.shell_edges = std::move(edges);
  return sample_kac_rice(ensemble, options, threads);
}

double z(const Estimated& found, double value, double error) {
  return (found.value - value) / std::hypot(found.error, error);
}

// Note, section 6: sampled with another proposal, and counted by search. |z| < 4 fails once in 16 000 seeds.
TEST(KacRice, NumbersOfTheNote) {
  EXPECT_LT(std::abs(z(sample({transfer::Kind::kErf, 3, 0}, 20, 6000).count, 8.40, 0.18)), 4.0);
  EXPECT_LT(std::abs(z(sample({transfer::Kind::kErf, 2, 0}, 30, 6000).count, 5.05, 0.11)), 4.0);
  EXPECT_LT(std::abs(z(sample({transfer::Kind::kTanh, 3, 0}, 30, 6000).count, 14.32, 0.32)), 4.0);
}

// F points inwards far out: the signs of det(-F') at all fixed points add up to 1 on every network.
TEST(KacRice, IndicesAddUpToOneWithInput) {
  for (const auto& [g, d] : {std::pair{2.0, 0.5}, std::pair{1.5, 0.1}, std::pair{3.0, 1.0}}) {
    const KacRice found = sample({transfer::Kind::kErf, g, d}, 20, 6000);
    EXPECT_LT(std::abs(z(found.signed_count, 1.0, 0.0)), 4.0);
    EXPECT_GT(found.count.value, 1.0);
    // What is known of the signs narrows what is not.
    EXPECT_LT(found.count.error, found.signed_count.error);
  }
}

// N = 1: x = J phi(x) with one number J ~ N(0, g^2) has a pair of fixed points iff J > 1.
TEST(KacRice, OneNeuron) {
  const double g = 2.0, expected = std::erfc(1.0 / (g * std::sqrt(2.0)));
  const KacRice found = sample({transfer::Kind::kTanh, g, 0}, 1, 20000);
  EXPECT_LT(std::abs(z(found.count, expected, 0.0)), 4.0);
  // N = 1 with input D: F' changes sign with x, but the count is odd and at least 1.
  EXPECT_GE(sample({transfer::Kind::kTanh, g, 0.2}, 1, 20000).count.value, 1.0);
}

TEST(KacRice, SameBitsForEveryNumberOfThreads) {
  const KacRice one = sample({transfer::Kind::kTanh, 2, 0.1}, 10, 600, 1, {0.0, 1.0, 2.0, 100.0});
  const KacRice two = sample({transfer::Kind::kTanh, 2, 0.1}, 10, 600, 3, {0.0, 1.0, 2.0, 100.0});
  EXPECT_EQ(one.count.value, two.count.value);
  EXPECT_EQ(one.count.error, two.count.error);
  ASSERT_EQ(one.shell_density.size(), 3U);
  double mass = 0.0;
  for (const std::size_t k : {0, 1, 2}) {
    EXPECT_EQ(one.shell_density[k].value, two.shell_density[k].value);
    mass += one.shell_density[k].value * (k == 2 ? 98.0 : 1.0);
  }
  EXPECT_NEAR(mass, 1.0, 1e-9);
}

}  // namespace
}  // namespace limes::rate::fixed_points

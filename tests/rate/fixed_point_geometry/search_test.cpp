// The search for all fixed points of one network.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "limes/compute/blas_threads.hpp"
#include "limes/coupling/gaussian.hpp"
#include "limes/math/random.hpp"
#include "limes/rate/fixed_point_geometry/kac_rice.hpp"
#include "limes/rate/fixed_point_geometry/simulation/search.hpp"
#include "limes/stats/summary.hpp"

namespace limes::rate::fixed_points {
namespace {

const transfer::Transfer kTanh{transfer::Kind::kTanh, 1.0};

VectorField network(std::uint32_t realisation, Eigen::Index size, double g, double d = 0.0) {
  std::vector<double> input(static_cast<std::size_t>(size), 0.0);
  if (d > 0.0) {
    math::RandomStream(5, realisation, math::Purpose::kThreshold, 0).fill_normal(input);
    for (double& value : input) value *= std::sqrt(d);
  }
  return {coupling::gaussian_matrix(5, realisation, size, 0.0, g), input, kTanh};
}

FixedPointSet searched(const VectorField& field, std::int64_t starts = 20000, int workers = 2) {
  compute::Threads threads(static_cast<std::size_t>(workers));
  SearchPlan plan;
  plan.starts = starts;
  FixedPointSet found;
  search_fixed_points(field, plan, found, threads, {});
  return found;
}

// Two neurons that excite themselves, x = 2 tanh x: (+-a, +-a), (+-a, 0), (0, +-a) and the origin.
TEST(FixedPointSearch, AllOfTwoBistableNeurons) {
  const VectorField field(Eigen::Matrix<double, 2, 2, Eigen::RowMajor>{{2.0, 0.0}, {0.0, 2.0}}, {0.0, 0.0}, kTanh);
  const FixedPointSet found = searched(field);
  EXPECT_TRUE(found.paired);
  EXPECT_TRUE(found.complete);
  EXPECT_EQ(found.count(), 8);
  EXPECT_EQ(found.index_sum(), 1);
  EXPECT_EQ(found.origin_sign, 1);  // unstable in two directions
  for (const FoundPoint& point : found.points) {
    EXPECT_LT(point.residual, 1e-14);
    for (const double x : point.state) EXPECT_NEAR(x, 2.0 * std::tanh(x), 1e-13);
  }
}

// x = 2 tanh x + b: three fixed points for small b, one beyond the fold at b = sqrt(2) - atanh(sqrt(1/2)) = 0.533.
TEST(FixedPointSearch, WithInputNothingIsPaired) {
  const Eigen::Matrix<double, 1, 1, Eigen::RowMajor> two{{2.0}};
  const double fold = std::sqrt(2.0) - std::atanh(std::sqrt(0.5));
  const FixedPointSet three = searched({two, {fold - 0.01}, kTanh}), one = searched({two, {fold + 0.01}, kTanh});
  EXPECT_FALSE(three.paired);
  EXPECT_EQ(three.count(), 3);
  EXPECT_EQ(three.index_sum(), 1);
  // Beyond the fold |F|^2 keeps a minimum where the two were: a slow point, which is none.
  EXPECT_EQ(one.count(), 1);
  EXPECT_LT(one.draws, one.starts);
}

TEST(FixedPointSearch, SameBitsForEveryNumberOfThreads) {
  const VectorField field = network(1, 20, 3.0);
  const FixedPointSet one = searched(field, 600, 1), three = searched(field, 600, 3);
  ASSERT_EQ(one.points.size(), three.points.size());
  EXPECT_EQ(one.factorisations, three.factorisations);
  for (std::size_t k = 0; k < one.points.size(); ++k) {
    EXPECT_EQ(one.points[k].state, three.points[k].state);
    EXPECT_EQ(one.points[k].hits, three.points[k].hits);
  }
}

// An interrupted search goes on to the same end.
TEST(FixedPointSearch, GoesOnWhereItWas) {
  const VectorField field = network(2, 20, 3.0, 0.1);
  const FixedPointSet whole = searched(field, 800);
  FixedPointSet parts;
  compute::Threads threads(2);
  SearchPlan plan;
  for (const std::int64_t starts : {128, 800}) {
    plan.starts = starts;
    search_fixed_points(field, plan, parts, threads, {});
  }
  ASSERT_EQ(whole.points.size(), parts.points.size());
  for (std::size_t k = 0; k < whole.points.size(); ++k) EXPECT_EQ(whole.points[k].state, parts.points[k].state);
}

TEST(FixedPointSearch, CoverageAndEstimate) {
  FixedPointSet found;
  found.paired = true;
  found.draws = 20;
  found.points.resize(6);
  const int hits[] = {1, 1, 1, 2, 5, 10};
  for (std::size_t k = 0; k < 6; ++k) found.points[k].hits = hits[k];
  EXPECT_DOUBLE_EQ(found.coverage(), 1.0 - 3.0 / 20.0);
  EXPECT_EQ(found.count(), 12);
  EXPECT_DOUBLE_EQ(found.estimated_count(), 12.0 + 2.0 * 3.0 * 2.0 / (2.0 * 2.0));
}

// The count of searches against the Kac-Rice formula, without and with input; each |z| < 4 (once in 16 000 seeds). A
// budget that lost a tenth of the points would fail: the standard error of 80 networks is a tenth.
TEST(FixedPointSearch, CountsAsKacRiceDoes) {
  for (const auto& [g, d] : {std::pair{3.0, 0.0}, std::pair{2.5, 0.4}}) {
    std::vector<double> counts;
    for (std::uint32_t r = 0; r < 80; ++r) {
      const FixedPointSet found = searched(network(r, 16, g, d));
      EXPECT_TRUE(found.complete);
      EXPECT_GT(found.coverage(), 0.99);
      EXPECT_EQ(found.index_sum(), 1);
      counts.push_back(static_cast<double>(found.count()));
    }
    compute::Threads threads(2);
    KacRiceOptions options;
    options.size = 16;
    options.samples = 10000;
    const KacRice expected = sample_kac_rice({transfer::Kind::kTanh, g, d}, options, threads);
    const double error = std::hypot(stats::standard_error(counts), expected.count.error);
    EXPECT_LT(std::abs(stats::mean(counts) - expected.count.value) / error, 4.0)
        << "g " << g << " D " << d << ": " << stats::mean(counts) << " against " << expected.count.value << " +- "
        << error;
  }
}

}  // namespace
}  // namespace limes::rate::fixed_points

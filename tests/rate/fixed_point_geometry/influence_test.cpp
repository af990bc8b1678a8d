// Landmarks, tangentially fixed lines, averages over all networks.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "limes/coupling/gaussian.hpp"
#include "limes/rate/fixed_point_geometry/simulation/landmarks.hpp"
#include "limes/rate/fixed_point_geometry/simulation/pooling.hpp"
#include "limes/rate/fixed_point_geometry/simulation/tangential_lines.hpp"
#include "limes/stats/summary.hpp"

namespace limes::rate::fixed_points {
namespace {

const transfer::Transfer kTanh{transfer::Kind::kTanh, 1.0};

VectorField network(Eigen::Index size, double g) {
  return {coupling::gaussian_matrix(5, 1, size, 0.0, g), std::vector<double>(static_cast<std::size_t>(size), 0.0),
          kTanh};
}

FixedPointSet searched(const VectorField& field) {
  compute::Threads threads(2);
  FixedPointSet found;
  search_fixed_points(field, {}, found, threads, {});
  return found;
}

// Close to a fixed point the linear flow is the flow: the cosine is 1 up to the square of the distance, on either
// member of the pair.
TEST(Landmarks, CloseToAFixedPointTheFlowIsLinear) {
  const VectorField field = network(20, 3.0);
  const FixedPointSet found = searched(field);
  ASSERT_GE(found.points.size(), 2U);
  std::vector<std::vector<double>> states;
  for (const double sign : {1.0, -1.0}) {
    auto& state = states.emplace_back(found.points[1].state);
    for (std::size_t i = 0; i < state.size(); ++i) state[i] = sign * state[i] + (i == 4 ? 1e-4 : 0.0);
  }
  const Landmarks marks = measure_landmarks(field, found, states, 1, 0);
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_NEAR(marks.cosine[k], 1.0, 1e-6);
    EXPECT_NEAR(marks.distance[k], 1e-4 / std::sqrt(20.0), 1e-9);  // a root of rounding
    EXPECT_GE(marks.control_distance[k], marks.distance[k] - 1e-12);
  }
}

TEST(Landmarks, Median) {
  EXPECT_DOUBLE_EQ(median({3.0, 1.0, 2.0}), 2.0);
  EXPECT_DOUBLE_EQ(median({4.0, 1.0, 2.0, 3.0}), 2.5);
}

// On the line F(x) = mu x; it passes through its fixed point.
TEST(TangentialLines, FlowIsParallelToTheState) {
  const VectorField field = network(20, 3.0);
  const FixedPointSet found = searched(field);
  LineOptions options;
  options.shell = 5.0;
  VectorField::Workspace work(field);
  std::vector<double> flow(20);
  bool reached = false;
  for (std::size_t start = 0; start < found.points.size(); ++start) {
    const TangentialLine line = follow_line(field, found, start, options, {});
    ASSERT_EQ(line.states.size(), line.mu.size());
    EXPECT_GE(line.states.size(), 3U);
    double through = 1e9;
    for (std::size_t k = 0; k < line.states.size(); ++k) {
      field.evaluate(line.states[k], flow, work);
      double distance = 0.0;
      for (std::size_t i = 0; i < 20; ++i) {
        EXPECT_NEAR(flow[i], line.mu[k] * line.states[k][i], 1e-8);
        distance += std::pow(line.states[k][i] - found.points[start].state[i], 2);
      }
      through = std::min(through, distance);
    }
    EXPECT_LT(through, 1e-20);
    reached = reached || line.largest_square >= options.shell;
    // A point of the line has distance 0, its permutation has not.
    EXPECT_NEAR(distance_to_lines(line.states.back(), {line}, true), 0.0, 1e-7);  // a root of rounding
    std::vector<std::size_t> order(20);
    std::iota(order.rbegin(), order.rend(), std::size_t{0});
    EXPECT_GT(distance_to_lines(line.states.back(), {line}, false, {order}), 1e-3);
  }
  EXPECT_TRUE(reached);
}

// x = 2 tanh(x) on the axis: the line of one neuron is the axis itself, from x = 0 (mu = 1) outwards.
TEST(TangentialLines, OneNeuron) {
  const VectorField field(Eigen::Matrix<double, 1, 1, Eigen::RowMajor>{{2.0}}, {0.0}, kTanh);
  FixedPointSet found;
  found.paired = true;
  found.points.resize(1);
  found.points[0].state = {1.9150080481545};
  LineOptions options;
  options.shell = 6.0;
  const TangentialLine line = follow_line(field, found, 0, options, {});
  const auto [least, largest] = std::minmax_element(line.mu.begin(), line.mu.end());
  EXPECT_NEAR(*largest, 1.0, 2e-3);
  EXPECT_LT(*least, 0.0);
  EXPECT_GE(line.largest_square, 6.0);
  EXPECT_NEAR(distance_to_lines({1.0}, {line}, true), 0.0, 1e-8);    // a root of rounding
  EXPECT_NEAR(distance_to_lines({-1.0}, {line}, false), 1.0, 0.06);  // the line ends near 0
}

// Three networks with 2, 0 and 6 fixed points: the mean is that of eight points, its error that of a ratio.
TEST(Pooling, MeanOverAllFixedPoints) {
  std::vector<system::Realisation> realisations(3);
  const double counts[] = {2.0, 0.0, 6.0}, values[] = {1.0, 0.0, 3.0};
  for (int r = 0; r < 3; ++r) {
    realisations[r].index = r;
    realisations[r].quantities.push_back({"fixed_point_count", counts[r], std::nullopt});
    if (counts[r] > 0.0) realisations[r].quantities.push_back({"state_second_moment", values[r], std::nullopt});
  }
  pool(realisations, 10);
  std::vector<double> pooled, complexity;
  for (const auto& realisation : realisations) {
    for (const auto& measured : realisation.quantities) {
      if (measured.name == "state_second_moment") pooled.push_back(measured.value.scalar());
      if (measured.name == "finite_complexity") complexity.push_back(measured.value.scalar());
    }
  }
  ASSERT_EQ(pooled.size(), 3U);
  EXPECT_DOUBLE_EQ(stats::mean(pooled), (2.0 * 1.0 + 6.0 * 3.0) / 8.0);
  EXPECT_DOUBLE_EQ(pooled[1], 2.5);
  // sum (n_r/mean n)^2 (v_r - R)^2 / (n (n - 1)), mean n = 8/3
  const double error = std::sqrt((std::pow(0.75 * 1.5, 2) + std::pow(2.25 * 0.5, 2)) / 6.0);
  EXPECT_NEAR(stats::standard_error(pooled), error, 1e-12);
  EXPECT_NEAR(stats::mean(complexity), std::log(8.0 / 3.0) / 10.0, 1e-12);
}

}  // namespace
}  // namespace limes::rate::fixed_points

// What correlations between neurons do to a given network, and what the quenched mean field's error says of it.
#include <gtest/gtest.h>

#include <Eigen/Dense>

#include "limes/coupling/gaussian.hpp"
#include "limes/rate/given_matrix/linear_response.hpp"
#include "limes/rate/given_matrix/quenched_error.hpp"

namespace limes::rate::given_matrix {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

TEST(QuenchedLinearResponse, ShareOfCorrelationsOfALinearNetwork) {
  // Linear units with noise: C = J C J^T + sigma^2, summed here to rounding. 120 pairs of probes, whose products err by
  // about sqrt(2) each: 13 %, and three times that.
  for (const double deviation : {0.4, 0.9}) {
    const coupling::Matrix matrix = coupling::gaussian_matrix(5, 0, 200, 0.0, deviation);
    const QuenchedProblem problem{&matrix, {transfer::Kind::kLinear, 1.0}, false, 0.0, {}, 0.25, 0.0};
    QuenchedSolution solution = solve_quenched(problem, {}, {VectorXd::Zero(200), VectorXd::Ones(200)});
    ASSERT_TRUE(solution.converged);
    const auto response = linear_response(solution);
    ASSERT_TRUE(response.has_value());
    const auto& coupling = std::get<coupling::DenseMatrix>(matrix);
    MatrixXd covariance = 0.25 * MatrixXd::Identity(200, 200);
    for (int k = 0; k < 600; ++k) {
      covariance = coupling * covariance * coupling.transpose() + 0.25 * MatrixXd::Identity(200, 200);
    }
    const double share = covariance.squaredNorm() / (covariance.trace() * covariance.trace());
    EXPECT_NEAR(response->correlation_share / share, 1.0, 0.4) << deviation;
  }
}

TEST(QuenchedLinearResponse, StatedErrorCoversSlowChaos) {
  // Noise-free chaos near its onset moves along few directions (pair correlations of .3 and more): neurons are not
  // independent, and the mean field misses some of the variance. (A network that falls into a cycle, as seed 4 does, is
  // another matter.) 2e4 steps: a standard error below .02.
  int compared = 0;
  for (const std::uint64_t seed : {1, 3}) {
    const coupling::Matrix matrix = coupling::gaussian_matrix(seed, 0, 300, 0.0, 0.8);
    const QuenchedProblem problem{&matrix, {transfer::Kind::kTanh, 1.0}, false, 0.5, {}, 0.0, 0.0};
    QuenchedOptions options;
    options.pattern_starts = 0;
    const QuenchedSolution solution = solve_quenched(problem, options, {VectorXd::Zero(300), VectorXd::Ones(300)});
    if (!solution.converged) continue;
    const QuenchedState state = describe_state(solution, options);
    const QuenchedErrors stated = quenched_errors(problem, state, options);
    const auto& coupling = std::get<coupling::DenseMatrix>(matrix);
    VectorXd u = VectorXd::LinSpaced(300, -1.0, 1.0);
    double sum = 0.0;
    constexpr int kTransient = 2000, kSteps = 20000;
    for (int t = 0; t < kTransient + kSteps; ++t) {
      u = 0.5 * u + coupling * u.array().tanh().matrix();
      if (t >= kTransient) sum += u.squaredNorm() / 300.0 / kSteps;
    }
    EXPECT_LT(std::abs(sum - state.population_variance), stated.variance + 0.06) << seed << ' ' << sum;
    EXPECT_GT(stated.variance, 0.05 * state.population_variance) << seed;
    ++compared;
  }
  EXPECT_EQ(compared, 2);
}

}  // namespace
}  // namespace limes::rate::given_matrix

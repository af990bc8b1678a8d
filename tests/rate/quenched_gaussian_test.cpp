// A large Gaussian matrix: averages over neurons of the quenched mean field approach the ensemble's theory.

#include <gtest/gtest.h>

#include <cmath>

#include "limes/coupling/gaussian.hpp"
#include "limes/math/random.hpp"
#include "limes/rate/given_matrix/quenched.hpp"
#include "limes/rate/given_matrix/quenched_error.hpp"
#include "limes/transfer/moments.hpp"

namespace limes::rate::given_matrix {
namespace {

QuenchedOptions few_starts() {
  QuenchedOptions options;
  options.pattern_starts = 0;
  return options;
}

const QuenchedState* fluctuating(const std::vector<QuenchedState>& states) {
  const QuenchedState* result = nullptr;
  for (const QuenchedState& state : states) {
    if (state.population_variance - state.frozen_variance > 1e-3) result = &state;
  }
  return result;
}

TEST(QuenchedGaussian, ChaosOfTheMap) {
  // Theory note 10, tanh g = 2, J = 1: v = .5303683921, lambda = .1547242298. One matrix of N = 1000: its sum of
  // squares alone differs from its mean by sqrt(2)/N, and hubs add O(1/N): 1 % covers both for v; the exponent, half a
  // logarithm of a Perron root that moves by the same relative size, by .005.
  const coupling::Matrix matrix = coupling::gaussian_matrix(11, 0, 1000, 0.0, 1.0);
  const QuenchedProblem problem{&matrix, {transfer::Kind::kTanh, 2.0}, false, 0.0, {}, 0.0, 0.0};
  const auto states = quenched_states(problem, few_starts());
  const QuenchedState* state = fluctuating(states);
  ASSERT_NE(state, nullptr);
  EXPECT_NEAR(state->population_variance, 0.5303683921, 0.0053);
  EXPECT_NEAR(state->frozen_variance, 0.0, 1e-9);
  EXPECT_NEAR(state->exponent_incoherent, 0.1547242298, 0.005);
  // The origin is the other solution.
  EXPECT_EQ(states.size(), 2U);
}

TEST(QuenchedGaussian, ChaosWithLeak) {
  // gamma = .5, g = 1, J = .8: D(0), D(1), D(5), D(20) = .95044603, .94161303, .76796657, .14048877; lambda =
  // .02917088. N = 300: the coupling's variance is off by sqrt(2)/300 = .5 %, and D reacts three times as strongly near
  // the onset. The means of this matrix are all but neutral (coherent exponent -9e-5): the iteration takes hundreds of
  // steps.
  const coupling::Matrix matrix = coupling::gaussian_matrix(3, 0, 300, 0.0, 0.8);
  const QuenchedProblem problem{&matrix, {transfer::Kind::kTanh, 1.0}, false, 0.5, {}, 0.0, 0.0};
  const auto states = quenched_states(problem, few_starts());
  const QuenchedState* state = fluctuating(states);
  ASSERT_NE(state, nullptr);
  EXPECT_TRUE(state->converged);
  EXPECT_NEAR(state->population_variance, 0.95044603, 0.015);
  EXPECT_NEAR(population_autocovariance(problem, *state, 1.0), 0.94161303, 0.015);
  EXPECT_NEAR(population_autocovariance(problem, *state, 5.0), 0.76796657, 0.015);
  EXPECT_NEAR(population_autocovariance(problem, *state, 20.0), 0.14048877, 0.015);
  EXPECT_NEAR(state->exponent_incoherent, 0.02917088, 0.003);
  EXPECT_LT(state->lag_tail, 1e-6);
}

TEST(QuenchedGaussian, FlowWithNoise) {
  // SCS tanh, g = 2, D = .5: Delta0 = 2.0919855206, lambda = .00813560. As above, N = 200.
  const coupling::Matrix matrix = coupling::gaussian_matrix(3, 0, 200, 0.0, 2.0);
  const QuenchedProblem problem{&matrix, {transfer::Kind::kTanh, 1.0}, true, 0.0, {}, 0.0, 0.5};
  const auto states = quenched_states(problem, few_starts());
  ASSERT_EQ(states.size(), 1U);
  EXPECT_NEAR(states[0].population_variance, 2.0919855206, 0.03);
  EXPECT_NEAR(states[0].exponent_incoherent, 0.00813560, 0.004);
  EXPECT_TRUE(states[0].stable);
}

TEST(QuenchedGaussian, ManySparseNeuronsWithNoise) {
  // 4000 neurons of 10 inputs each: nothing here may grow as N^2. J = .8, sigma = .5:
  // v = J^2 E f(v)^2 + sigma^2 on average over neurons; each of the 4e4 weights is drawn, so that the mean square of a
  // row's weights is off by sqrt(2/4e4) = .7 %, and f^2 is concave: neurons of large v (10 inputs: rms 45 % of J^2 v)
  // pass on less than the mean would, some 3 %.
  const Eigen::Index size = 4000;
  const int degree = 10;
  coupling::SparseMatrix sparse(size, size);
  sparse.reserve(Eigen::VectorXi::Constant(size, degree));
  math::RandomStream stream(5, 0, math::Purpose::kTheory, 0);
  for (Eigen::Index row = 0; row < size; ++row) {
    for (int k = 0; k < degree; ++k) {
      const auto column = static_cast<Eigen::Index>(stream.uniform() * static_cast<double>(size));
      sparse.coeffRef(row, column) += 0.8 * stream.normal() / std::sqrt(static_cast<double>(degree));
    }
  }
  const coupling::Matrix matrix = std::move(sparse);
  const QuenchedProblem problem{&matrix, {transfer::Kind::kTanh, 1.0}, false, 0.0, {}, 0.25, 0.0};
  const auto states = quenched_states(problem, few_starts());
  ASSERT_EQ(states.size(), 1U);
  EXPECT_TRUE(states[0].converged);
  EXPECT_TRUE(states[0].stable);
  double variance = 0.25;
  for (int k = 0; k < 200; ++k) variance = 0.64 * transfer::moments(problem.transfer, 0.0, variance).ff + 0.25;
  EXPECT_NEAR(states[0].population_variance, variance, 0.03 * variance);
  const double ensemble = 0.5 * std::log(0.64 * transfer::moments(problem.transfer, 0.0, variance).dfdf);
  EXPECT_NEAR(states[0].exponent_incoherent, ensemble, 0.03);
  EXPECT_LT(states[0].exponent_residual, 0.02);
}

TEST(QuenchedGaussian, StatedErrorOfTheExponentHoldsForFewInputs) {
  // 15 strong inputs per neuron: what the incoherent estimate leaves out is of order 1/15. The simulated exponent has
  // an error of .001 from 2e4 steps.
  const Eigen::Index size = 400;
  const int degree = 15;
  for (const double deviation : {0.7, 1.1}) {
    coupling::DenseMatrix dense = coupling::DenseMatrix::Zero(size, size);
    math::RandomStream stream(6, 0, math::Purpose::kTheory, 0);
    for (Eigen::Index row = 0; row < size; ++row) {
      for (int k = 0; k < degree; ++k) {
        const auto column = static_cast<Eigen::Index>(stream.uniform() * static_cast<double>(size));
        dense(row, column) += deviation * stream.normal() / std::sqrt(static_cast<double>(degree));
      }
    }
    const coupling::SparseMatrix sparse = coupling::to_sparse(coupling::Matrix(dense));
    const coupling::Matrix matrix = sparse;
    const QuenchedProblem problem{&matrix, {transfer::Kind::kTanh, 1.0}, false, 0.0, {}, 0.25, 0.0};
    const auto states = quenched_states(problem, few_starts());
    ASSERT_EQ(states.size(), 1U);
    const QuenchedErrors stated = quenched_errors(problem, states[0]);

    Eigen::VectorXd u = Eigen::VectorXd::Zero(size);
    Eigen::VectorXd tangent = Eigen::VectorXd::Ones(size);
    Eigen::VectorXd noise(size);
    constexpr int kSteps = 20000;
    double exponent = 0.0;
    for (int t = -500; t < kSteps; ++t) {
      const Eigen::VectorXd f = u.array().tanh().matrix();
      tangent = sparse * ((1.0 - f.array().square()) * tangent.array()).matrix();
      const double growth = tangent.norm();
      tangent /= growth;
      stream.fill_normal({noise.data(), static_cast<std::size_t>(size)});
      u = sparse * f + 0.5 * noise;
      if (t >= 0) exponent += std::log(growth) / kSteps;
    }
    EXPECT_NEAR(states[0].lyapunov_exponent, exponent, stated.lyapunov_exponent) << deviation;
    EXPECT_LT(stated.lyapunov_exponent, 0.1) << "no excuse for anything";
    // What the shift by the variances and the numerics alone would have stated does not hold.
    EXPECT_GT(std::abs(states[0].lyapunov_exponent - exponent), 0.001) << deviation;
  }
}

}  // namespace
}  // namespace limes::rate::given_matrix

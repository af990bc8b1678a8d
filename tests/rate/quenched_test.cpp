// Closed forms and invariants of the quenched mean field.

#include "limes/rate/given_matrix/quenched.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>

#include "limes/coupling/gaussian.hpp"
#include "limes/rate/given_matrix/quenched_error.hpp"
#include "limes/transfer/moments.hpp"

namespace limes::rate::given_matrix {
namespace {

using coupling::DenseMatrix;
using coupling::Matrix;
using transfer::Kind;

DenseMatrix dense(std::initializer_list<std::initializer_list<double>> rows) {
  const auto size = static_cast<Eigen::Index>(rows.size());
  DenseMatrix result(size, size);
  Eigen::Index i = 0;
  for (const auto& row : rows) {
    Eigen::Index j = 0;
    for (const double value : row) result(i, j++) = value;
    ++i;
  }
  return result;
}

/// The only stable state, which must exist.
QuenchedState stable_state(const QuenchedProblem& problem) {
  const auto states = quenched_states(problem);
  const auto state = std::find_if(states.begin(), states.end(), [](const auto& s) { return s.stable && s.converged; });
  EXPECT_NE(state, states.end());
  return state == states.end() ? QuenchedState{} : *state;
}

TEST(Quenched, LinearNeuronsWithoutCoupling) {
  // u(t+1) = a u(t) + sigma B - theta: variance sigma^2/(1 - a^2), mean -theta/(1 - a), growth ln a.
  const Matrix matrix = dense({{0.8, 0.0}, {0.0, -0.5}});
  const QuenchedProblem problem{&matrix, {Kind::kLinear, 1.0}, false, 0.0, {0.1, -0.3}, 0.09, 0.0};
  const QuenchedState state = stable_state(problem);
  EXPECT_NEAR(state.variance[0], 0.09 / (1 - 0.64), 1e-9);  // tolerance of the iteration over 1 - slope
  EXPECT_NEAR(state.variance[1], 0.09 / (1 - 0.25), 1e-9);
  EXPECT_NEAR(state.mean[0], -0.1 / 0.2, 1e-9);
  EXPECT_NEAR(state.mean[1], 0.3 / 1.5, 1e-9);
  EXPECT_NEAR(state.exponent_coherent, std::log(0.8), 1e-9);
  EXPECT_NEAR(state.exponent_incoherent, std::log(0.8), 1e-9);
}

TEST(Quenched, FeedForwardPairIsExactForEveryLeak) {
  // The second neuron hears the first: v_2 is that of a doubly filtered noise.
  const double weight = 1.7;
  const double noise = 0.3;
  const Matrix matrix = dense({{0.0, 0.0}, {weight, 0.0}});
  for (const double leak : {0.0, 0.4, 0.8}) {
    const QuenchedProblem problem{&matrix, {Kind::kLinear, 1.0}, false, leak, {}, noise, 0.0};
    const QuenchedState state = stable_state(problem);
    const double square = leak * leak;
    const double own = noise / (1 - square);
    const double heard = weight * weight * noise * (1 + square) / std::pow(1 - square, 3.0);
    EXPECT_NEAR(state.variance[0], own, 1e-9 * own);
    EXPECT_NEAR(state.variance[1], own + heard, 1e-8 * (own + heard)) << leak;  // degree 10 on the panels of lags
    // Nothing feeds back: perturbations decay with the leak.
    EXPECT_EQ(state.exponent_coherent, std::log(leak));
    EXPECT_EQ(state.exponent_incoherent, std::log(leak));
  }
  // Continuous time: v_1 = D, v_2 = D + J^2 D/2.
  const QuenchedProblem problem{&matrix, {Kind::kLinear, 1.0}, true, 0.0, {}, 0.0, noise};
  const QuenchedState state = stable_state(problem);
  EXPECT_NEAR(state.variance[0], noise, 1e-9);
  EXPECT_NEAR(state.variance[1], noise * (1 + weight * weight / 2), 1e-9);
  EXPECT_NEAR(population_autocovariance(problem, state, 0.0), state.population_variance, 1e-12);
  EXPECT_EQ(state.exponent_coherent, -1.0);
}

TEST(Quenched, FeedForwardTanhIsExactWithoutLeak) {
  const Matrix matrix = dense({{0.0, 0.0}, {1.7, 0.0}});
  const QuenchedProblem problem{&matrix, {Kind::kTanh, 1.2}, false, 0.0, {-0.5, 0.2}, 0.3, 0.0};
  const QuenchedState state = stable_state(problem);
  const transfer::Moments first = transfer::moments(problem.transfer, 0.5, 0.3);
  EXPECT_NEAR(state.mean[1], 1.7 * first.f - 0.2, 1e-10);
  EXPECT_NEAR(state.variance[1], 1.7 * 1.7 * (first.ff - first.f * first.f) + 0.3, 1e-10);
  EXPECT_FALSE(state.switching);
}

TEST(Quenched, EqualCouplingsReduceToOneNeuron) {
  // J_ij = a/N: mu = a m - theta, v = (a^2/N)(E f^2 - m^2) + sigma^2, the same for all.
  const Eigen::Index size = 40;
  const double a = 0.9;
  const Matrix matrix = DenseMatrix(DenseMatrix::Constant(size, size, a / size));
  const QuenchedProblem problem{&matrix, {Kind::kLogistic, 1.0}, false, 0.0, std::vector<double>(size, 0.2), 0.16, 0.0};
  double mean = 0.0;
  double variance = 0.16;
  for (int k = 0; k < 400; ++k) {
    const transfer::Moments moments = transfer::moments(problem.transfer, mean, variance);
    mean = a * moments.f - 0.2;
    variance = a * a / size * (moments.ff - moments.f * moments.f) + 0.16;
  }
  const QuenchedState state = stable_state(problem);
  EXPECT_NEAR(state.population_mean, mean, 1e-9);
  EXPECT_NEAR(state.population_variance, variance, 1e-9);
  EXPECT_NEAR(state.frozen_variance, 0.0, 1e-12);
  const transfer::Moments moments = transfer::moments(problem.transfer, mean, variance);
  EXPECT_NEAR(state.mean_output, moments.f, 1e-9);
  // Coherent growth: the derivative of both equations; a E f' alone is its first entry, off by 4e-4.
  Eigen::Matrix2d derivative;
  derivative << a * moments.df, 0.5 * a * moments.ddf, 2.0 * a * a / size * (moments.f_df - moments.f * moments.df),
      a * a / size * (moments.dfdf + moments.f_ddf - moments.f * moments.ddf);
  const double leading = derivative.eigenvalues().cwiseAbs().maxCoeff();
  EXPECT_NEAR(state.exponent_coherent, std::log(leading), 1e-7);  // Krylov tolerance
  EXPECT_NEAR(state.exponent_incoherent, 0.5 * std::log(a * a / size * moments.dfdf), 1e-8);
}

TEST(Quenched, RotationOfTwoNeurons) {
  const double a = 0.3;
  const double b = 0.6;
  const Matrix matrix = dense({{a, -b}, {b, a}});
  const QuenchedProblem problem{&matrix, {Kind::kTanh, 1.0}, false, 0.0, {}, 0.2, 0.0};
  const QuenchedState state = stable_state(problem);
  double variance = 0.2;
  for (int k = 0; k < 400; ++k)
    variance = (a * a + b * b) * transfer::moments({Kind::kTanh, 1.0}, 0, variance).ff + 0.2;
  const transfer::Moments moments = transfer::moments({Kind::kTanh, 1.0}, 0, variance);
  EXPECT_NEAR(state.variance[0], variance, 1e-9);
  EXPECT_NEAR(state.variance[1], variance, 1e-9);
  EXPECT_NEAR(state.exponent_coherent, std::log(std::hypot(a, b) * moments.df), 1e-9);
  EXPECT_NEAR(state.exponent_incoherent, 0.5 * std::log((a * a + b * b) * moments.dfdf), 1e-9);
}

TEST(Quenched, OneSelfExcitingNeuronHasTwoStatesAndTheirMirrorImage) {
  // J = 1, tanh(2 u): without noise u = tanh(2 u) has u = 0 and +-0.9575040241 (the same to 1e-9 by bisection below).
  const Matrix matrix = dense({{1.0}});
  QuenchedProblem problem{&matrix, {Kind::kTanh, 2.0}, false, 0.0, {}, 0.0, 0.0};
  double low = 0.5;
  double high = 1.0;
  for (int k = 0; k < 60; ++k) {
    const double middle = 0.5 * (low + high);
    (std::tanh(2 * middle) > middle ? low : high) = middle;
  }
  const auto states = quenched_states(problem);
  ASSERT_GE(states.size(), 2U);
  EXPECT_NEAR(states.front().population_mean, -low, 1e-9);
  EXPECT_NEAR(states.back().population_mean, low, 1e-9);
  EXPECT_TRUE(states.front().stable);
  EXPECT_TRUE(states.back().stable);
  EXPECT_EQ(states.back().population_variance, 0.0);
  EXPECT_FALSE(states.back().switching);
  // Strong noise carries the neuron across: flagged, if the two states still exist, or one state is left.
  problem.noise_variance = 0.1;
  for (const QuenchedState& state : quenched_states(problem)) {
    if (state.stable && std::abs(state.population_mean) > 0.1) {
      EXPECT_TRUE(state.switching);
    }
  }
}

TEST(Quenched, SparseAndDenseAgreeAndStatesAreOrdered) {
  DenseMatrix full = coupling::gaussian_matrix(5, 0, 60, 1.5, 0.9);
  full = (full.array().abs() < 0.08).select(0.0, full);
  const Matrix as_dense = full;
  const Matrix as_sparse = coupling::to_sparse(as_dense);
  QuenchedProblem problem{&as_dense, {Kind::kTanh, 1.4}, false, 0.0, {}, 0.04, 0.0};
  const auto a = quenched_states(problem);
  problem.coupling = &as_sparse;
  const auto b = quenched_states(problem);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k) {
    EXPECT_NEAR(a[k].population_mean, b[k].population_mean, 1e-8);  // the iteration's tolerance, amplified
    EXPECT_NEAR(a[k].population_variance, b[k].population_variance, 1e-8);
    EXPECT_NEAR(a[k].exponent_coherent, b[k].exponent_coherent, 1e-6);
    if (k > 0) {
      EXPECT_LE(a[k - 1].population_mean, a[k].population_mean + 1e-12);
    }
    EXPECT_LE(a[k].residual, 1e-9);
  }
  // f is odd and there is no threshold: the mean of the first state mirrors that of the last.
  EXPECT_NEAR(a.front().population_mean, -a.back().population_mean, 1e-8);
}

TEST(Quenched, LinearErrorIsTheNeglectedCovariance) {
  // Two mutually exciting linear neurons: C = W C W^T + S gives v = sigma^2 (1/(1-(a+b)^2) + 1/(1-(a-b)^2))/2, the mean
  // field sigma^2/(1 - a^2 - b^2). The error is an estimate of the difference: right within a factor of two.
  const double a = 0.2;
  const double b = 0.4;
  const Matrix matrix = dense({{a, b}, {b, a}});
  const QuenchedProblem problem{&matrix, {Kind::kLinear, 1.0}, false, 0.0, {}, 1.0, 0.0};
  const QuenchedState state = stable_state(problem);
  const double kept = 1.0 / (1.0 - a * a - b * b);
  const double full = 0.5 / (1 - (a + b) * (a + b)) + 0.5 / (1 - (a - b) * (a - b));
  EXPECT_NEAR(state.population_variance, kept, 1e-8);
  const QuenchedErrors errors = quenched_errors(problem, state);
  EXPECT_GT(errors.variance, 0.5 * (full - kept));
  EXPECT_LT(errors.variance, 2.0 * (full - kept));
  // Each neuron has the same, quoted twice, and no mean to be wrong about.
  ASSERT_EQ(errors.neuron_variance.size(), 2U);
  ASSERT_EQ(errors.neuron_mean.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(errors.neuron_variance[i], 2.0 * errors.variance, 1e-8);
    EXPECT_LT(errors.neuron_mean[i], 1e-8);
  }
}

TEST(Quenched, TheErrorOfANeuronIsThatOfItsOwnNeighbourhood) {
  // Neurons 0 and 1 excite each other, neuron 2 stands alone: exact for it, so no error.
  const Matrix matrix = dense({{0.2, 0.4, 0.0}, {0.4, 0.2, 0.0}, {0.0, 0.0, 0.0}});
  const QuenchedProblem problem{&matrix, {Kind::kLinear, 1.0}, false, 0.0, {}, 1.0, 0.0};
  const QuenchedErrors errors = quenched_errors(problem, stable_state(problem));
  ASSERT_EQ(errors.neuron_variance.size(), 3U);
  EXPECT_GT(errors.neuron_variance[0], 0.05);
  EXPECT_LT(errors.neuron_variance[2], 1e-8);
  EXPECT_NEAR((errors.neuron_variance[0] + errors.neuron_variance[1] + errors.neuron_variance[2]) / 3.0,
              2.0 * errors.variance, 1e-8);  // all shifts have the same sign
}

TEST(Quenched, RefusesBadInput) {
  const Matrix matrix = dense({{0.5, 0.0}, {0.0, 0.5}});
  QuenchedProblem problem{&matrix, {Kind::kTanh, 1.0}, false, 0.0, {0.1}, 0.0, 0.0};
  EXPECT_THROW((void)quenched_states(problem), InputError);  // one threshold for two neurons
  problem.threshold = {};
  problem.leak = 1.0;
  EXPECT_THROW((void)quenched_states(problem), InputError);
  problem.leak = 0.0;
  problem.noise_variance = -1.0;
  EXPECT_THROW((void)quenched_states(problem), InputError);
  problem.noise_variance = 0.0;
  EXPECT_THROW((void)quenched_states(problem, {}, {{1.0}}), InputError);
  problem.coupling = nullptr;
  EXPECT_THROW((void)quenched_states(problem), InputError);
}

}  // namespace
}  // namespace limes::rate::given_matrix

// The check of theory note 4.3b: the chemical synapses of C. elegans, against a direct simulation.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "limes/coupling_files/read.hpp"
#include "limes/math/random.hpp"
#include "limes/rate/given_matrix/quenched.hpp"
#include "limes/rate/given_matrix/quenched_error.hpp"

namespace limes::rate::given_matrix {
namespace {

std::string data_file() {
  const char* folder = std::getenv("LIMES_DATA");
  const std::string base = folder != nullptr ? folder : std::string(LIMES_SOURCE_DIR) + "/../shared/data";
  return base + "/celegans/chemical.mtx";
}

struct Simulated {
  Eigen::ArrayXd second_moment;  ///< time average of u_i^2
  double exponent = 0.0;
};

/// u(t+1) = J tanh(u(t)) + sigma B(t) and its tangent map.
Simulated simulate(const coupling::SparseMatrix& matrix, double sigma, int steps) {
  const Eigen::Index size = matrix.rows();
  math::RandomStream stream(7, 0, math::Purpose::kNoise, 0);
  Eigen::VectorXd u = Eigen::VectorXd::Zero(size);
  Eigen::VectorXd tangent = Eigen::VectorXd::Ones(size).normalized();
  Eigen::VectorXd noise(size);
  Simulated result{Eigen::ArrayXd::Zero(size), 0.0};
  for (int t = -500; t < steps; ++t) {
    const Eigen::VectorXd f = u.array().tanh().matrix();
    tangent = matrix * ((1.0 - f.array().square()) * tangent.array()).matrix();
    const double growth = tangent.norm();
    tangent /= growth;
    stream.fill_normal({noise.data(), static_cast<std::size_t>(size)});
    u = matrix * f + sigma * noise;
    if (t < 0) continue;
    result.second_moment += u.array().square() / steps;
    result.exponent += std::log(growth) / steps;
  }
  return result;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

class CElegans : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(data_file())) GTEST_SKIP() << "no " << data_file() << "; set LIMES_DATA";
    matrix_ = coupling::read_matrix(data_file());
  }

  /// The state with the largest mean among the stable ones (f is odd: its mirror image has the same second moments).
  QuenchedState solve(double radius, double sigma = 0.5) {
    coupling::apply_scale(matrix_, coupling::Scale::kSpectralRadius, radius);
    problem_ = {&matrix_, {transfer::Kind::kTanh, 1.0}, false, 0.0, {}, sigma * sigma, 0.0};
    const auto states = quenched_states(problem_);
    QuenchedState best;
    for (const QuenchedState& state : states) {
      if (state.stable) best = state;
    }
    EXPECT_TRUE(best.converged);
    return best;
  }

  coupling::Matrix matrix_;
  QuenchedProblem problem_;
};

TEST_F(CElegans, BelowTheTransition) {
  const QuenchedState state = solve(0.8);
  // The note's digits.
  EXPECT_NEAR(state.exponent_incoherent, -1.22, 0.006);
  EXPECT_NEAR(state.exponent_coherent, -0.487, 0.0006);
  EXPECT_EQ(state.exponent_branch, "coherent");
  const Simulated simulated = simulate(coupling::to_sparse(matrix_), 0.5, 100000);
  std::vector<double> errors;
  for (std::size_t i = 0; i < state.mean.size(); ++i) {
    const double predicted = state.mean[i] * state.mean[i] + state.variance[i];
    errors.push_back(std::abs(predicted / simulated.second_moment[static_cast<Eigen::Index>(i)] - 1.0));
  }
  // .3 % in the note, and sqrt(2/1e5) = .45 % of sampling noise (its median absolute value: .3 %).
  EXPECT_LT(median(errors), 0.006);
  // Simulated -.501: the estimate is right to 3 %.
  EXPECT_NEAR(simulated.exponent, -0.501, 0.01);
  EXPECT_NEAR(state.lyapunov_exponent, simulated.exponent, 0.03);
  // The stated errors cover what is left and are not an excuse for anything: below 10 %.
  const QuenchedErrors stated = quenched_errors(problem_, state);
  EXPECT_GT(stated.lyapunov_exponent, std::abs(state.lyapunov_exponent - simulated.exponent));
  EXPECT_LT(stated.lyapunov_exponent, 0.05);
  EXPECT_LT(stated.variance, 0.1 * state.population_variance);
  // Neuron by neuron likewise, as a whole: sampling adds .45 % of .3 to a difference of .014.
  double difference = 0.0;
  double bound = 0.0;
  for (std::size_t i = 0; i < state.mean.size(); ++i) {
    const double predicted = state.mean[i] * state.mean[i] + state.variance[i];
    difference += std::pow(simulated.second_moment[static_cast<Eigen::Index>(i)] - predicted, 2);
    bound += std::pow(stated.neuron_variance[i], 2);
  }
  EXPECT_GT(bound, difference);
  EXPECT_LT(bound, 9.0 * difference);
}

TEST_F(CElegans, StatedErrorOfTheExponentHoldsAtEveryScale) {
  for (const double radius : {0.6, 1.0, 1.2, 1.5}) {
    for (const double sigma : {0.5, 0.2}) {
      const QuenchedState state = solve(radius, sigma);
      const double simulated = simulate(coupling::to_sparse(matrix_), sigma, 20000).exponent;
      const double stated = quenched_errors(problem_, state).lyapunov_exponent;
      // Three standard errors of the simulation: at most .0012, from its batches.
      EXPECT_NEAR(state.lyapunov_exponent, simulated, stated + 0.0036) << radius << ' ' << sigma;
      // Close to its own transition (rho = 1.2 to 1.5 with noise) the state is not known better than this.
      EXPECT_LT(stated, radius == 1.5 && sigma == 0.5 ? 0.5 : 0.2) << radius << ' ' << sigma;
    }
  }
}

TEST_F(CElegans, AboveTheTransition) {
  const QuenchedState state = solve(1.5);
  EXPECT_NEAR(state.exponent_incoherent, -0.713, 0.0006);
  // The note's -.024 without the perturbation's part in the variances, which is +.005 here: this state has means.
  EXPECT_NEAR(state.exponent_coherent, -0.0185, 0.0006);
  const Simulated simulated = simulate(coupling::to_sparse(matrix_), 0.5, 100000);
  std::vector<double> errors;
  double predicted_mean = 0.0;
  for (std::size_t i = 0; i < state.mean.size(); ++i) {
    const double predicted = state.mean[i] * state.mean[i] + state.variance[i];
    predicted_mean += predicted / static_cast<double>(state.mean.size());
    errors.push_back(std::abs(predicted / simulated.second_moment[static_cast<Eigen::Index>(i)] - 1.0));
  }
  EXPECT_LT(median(errors), 0.025);  // 1.7 % in the note, with the sampling noise of slow fluctuations
  // The average over neurons misses the hubs: .437 against .569; the stated error must own up to it.
  EXPECT_NEAR(predicted_mean, 0.437, 0.001);
  EXPECT_NEAR(simulated.second_moment.mean(), 0.569, 0.02);
  const QuenchedErrors stated = quenched_errors(problem_, state);
  EXPECT_GT(stated.variance, 0.3 * (simulated.second_moment.mean() - predicted_mean));
}

}  // namespace
}  // namespace limes::rate::given_matrix

// The backward collocation solver against the tables and closed forms of theory note rmf, sections 7 and 8.1.

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <limits>

#include "limes/spiking/theory/backward.hpp"

namespace limes::spiking {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

OneNeuron neuron(double base_rate, double time_constant, double reset, std::vector<ExternalInput> inputs) {
  return {Intensity::kExponential, base_rate, time_constant, reset, std::move(inputs)};
}

struct Row {
  OneNeuron neuron;
  double rate, cv;
  std::vector<double> sensitivity, response;
  double transform, mean;
};

// The table gives 7 to 9 digits: half a unit of the last one.
TEST(Backward, GivesTheTableOfOneNeuron) {
  const std::vector<Row> rows = {
      {neuron(1, 1, 0, {{0.3, 10}}), 2.29212377, 0.68930277, {0.11296331}, {0.10150671}, 0.67358356, 0.65604},
      {neuron(0.5, 2, -1, {{0.5, 6}, {-0.5, 4}}),
       0.6357679,
       0.788354,
       {0.136055, -0.137345},
       {0.099323, -0.089762},
       0.330044,
       -0.34160},
      {neuron(0.2, 1, -2, {{0.4, 12}, {-0.8, 3}}),
       0.5810991,
       0.598394,
       {0.064266, -0.122252},
       {0.053821, -0.093994},
       0.258260,
       0.14454},
      {neuron(2, 0.5, 0.5, {{0.2, 20}, {-0.3, 20}}),
       1.5010046,
       1.492074,
       {0.103627, -0.150095},
       {0.074314, -0.104566},
       0.660222,
       -0.63493},
      {neuron(1, 1, 0, {{-0.5, 8}}), 0.04044188, 1.3701967, {-0.0190154}, {-0.0087655}, 0.240185, -3.90373},
      {neuron(1, 1, 0, {{6, 2}}), 2.98505149, 0.99504270, {0.98761787}, {0.98517634}, 0.74875123, 0.02982},
  };
  for (const Row& row : rows) {
    const BackwardSolution solution(row.neuron);
    EXPECT_NEAR(solution.rate(), row.rate, 6e-8);
    EXPECT_NEAR(solution.isi_cv(), row.cv, 1e-6);
    EXPECT_NEAR(solution.mean_state(), row.mean, 3e-5);
    EXPECT_NEAR(solution.interval_transform(1.0).real(), row.transform, 6e-7);
    const auto response = solution.response(1.0);
    for (std::size_t j = 0; j < row.sensitivity.size(); ++j) {
      EXPECT_NEAR(solution.rate_sensitivity()[j], row.sensitivity[j], 6e-7);
      EXPECT_NEAR(response[j].real(), row.response[j], 6e-7);
    }
  }
}

TEST(Backward, RespondsToModulatedInputs) {
  const BackwardSolution first(neuron(1, 1, 0, {{0.3, 10}}));
  EXPECT_LT(std::abs(first.response({0, 2})[0] - std::complex<double>(0.109124, -0.024526)), 1e-6);
  EXPECT_LT(std::abs(first.response({0, 10})[0] - std::complex<double>(0.038502, -0.061961)), 1e-6);
  const BackwardSolution second(neuron(0.5, 2, -1, {{0.5, 6}, {-0.5, 4}}));
  EXPECT_LT(std::abs(second.response({0, 2})[1] - std::complex<double>(-0.065541, 0.069061)), 1e-6);
  // Jhat(0) is the sensitivity; between them lies a slope of order one times s.
  EXPECT_NEAR(second.response(1e-8)[0].real(), second.rate_sensitivity()[0], 1e-7);
}

TEST(Backward, MeetsTheClosedForms) {
  // No input: S(t) = exp(-Lam tau [Ei(rho) - Ei(rho exp(-t/tau))]).
  const BackwardSolution alone(neuron(0.8, 1.5, -2, {}));
  EXPECT_NEAR(alone.rate(), 0.395931566039, 1e-11);
  EXPECT_NEAR(alone.isi_cv(), 0.660156808621, 1e-10);
  // A Poisson process.
  const BackwardSolution poisson(neuron(1.7, 2, 0, {}));
  EXPECT_NEAR(poisson.rate(), 1.7, 1e-12);
  EXPECT_NEAR(poisson.isi_cv(), 1.0, 1e-12);
  // No leak, one weight: a sum over the number of inputs since the last spike.
  EXPECT_NEAR(BackwardSolution(neuron(0.5, kInfinity, 0, {{0.4, 3}})).rate(), 1.12805467198, 1e-11);
  EXPECT_NEAR(BackwardSolution(neuron(0.2, kInfinity, -1, {{1, 5}})).rate(), 1.26720786719, 1e-10);
  // Rare spikes: beta / Lam -> exp(tau sum nu [Ei(w) - gamma_E - ln|w|]); the note's figure at Lam = 1e-4.
  EXPECT_NEAR(BackwardSolution(neuron(1e-4, 1, -1, {{0.5, 4}, {-0.7, 2}})).rate() / 1e-4, 2.97793, 6e-6);
  EXPECT_NEAR(BackwardSolution(neuron(1e-13, 1, -1, {{0.5, 4}, {-0.7, 2}})).rate() / 1e-13, 2.980188500, 1e-9);
}

// The step of central differences, 1e-4 relative, leaves an error of 1e-8 times the third derivative.
TEST(Backward, SensitivitiesAreDerivatives) {
  const std::vector<ExternalInput> inputs = {{0.35, 7}, {-0.6, 5}, {1.3, 0.8}};
  const BackwardSolution solution(neuron(0.6, 1.3, -0.4, inputs));
  for (std::size_t j = 0; j < inputs.size(); ++j) {
    auto more = inputs, less = inputs;
    more[j].rate *= 1.0001;
    less[j].rate *= 0.9999;
    const double slope = (BackwardSolution(neuron(0.6, 1.3, -0.4, more)).rate() -
                          BackwardSolution(neuron(0.6, 1.3, -0.4, less)).rate()) /
                         (2e-4 * inputs[j].rate);
    EXPECT_NEAR(solution.rate_sensitivity()[j], slope, 1e-7 * std::abs(slope) + 1e-9);
  }
}

// Small weights on both sides: what T is taken to be beyond the ends must not reach back (the generating function,
// which has no ends, gives .8779207774).
TEST(Backward, DoesNotFeelTheEndsOfItsGrid) {
  const OneNeuron one = neuron(0.5, 1, 0, {{2.0 / 9.0, 9 * 0.8765}, {-0.08, 10 * 0.8765}});
  for (const std::size_t degree : {20, 24, 32, 40}) {
    EXPECT_NEAR(BackwardSolution(one, degree).rate(), 0.8779207774, 1e-9) << degree;
  }
}

TEST(Backward, StatesItsError) {
  for (const OneNeuron& one : {neuron(0.2, 1, -2, {{0.4, 12}, {-0.8, 3}}), neuron(2, 0.5, 0.5, {{0.2, 20}, {-0.3, 20}}),
                               neuron(1, 1, 0, {{0.01, 500}, {-0.01, 500}})}) {
    const OneNeuronStatistics statistics = solve_backward(one);
    EXPECT_LT(statistics.rate_error, 1e-7 * statistics.rate);
    EXPECT_LT(std::abs(BackwardSolution(one, 36).rate() - statistics.rate), statistics.rate_error);
  }
}

TEST(Panels, InterpolateAndDifferentiatePolynomials) {
  const Panels panels({-2.0, -0.5, 0.0, 3.0}, 6);
  const auto f = [](double x) { return 1.0 + x * x * (2.0 - x * x * x); };
  Eigen::RowVectorXd row(7);
  for (const double x : {-2.0, -1.3, -0.5, -0.1, 0.0, 0.7, 2.9, 3.0}) {
    const std::size_t first = panels.interpolate(x, row);
    double sum = 0.0;
    for (std::size_t k = 0; k < 7; ++k) sum += row(static_cast<Eigen::Index>(k)) * f(panels.nodes()[first + k]);
    EXPECT_NEAR(sum, f(x), 1e-12 * 250);
  }
  for (std::size_t i = 0; i < panels.size(); ++i) {
    const double x = panels.nodes()[i];
    for (const bool from_left : {false, true}) {
      const std::size_t first = panels.differentiate(i, from_left, row);
      double sum = 0.0;
      for (std::size_t k = 0; k < 7; ++k) sum += row(static_cast<Eigen::Index>(k)) * f(panels.nodes()[first + k]);
      EXPECT_NEAR(sum, x * (4.0 - 5.0 * x * x * x), 1e-10 * 400);
    }
  }
}

}  // namespace
}  // namespace limes::spiking

// The generating function route against the note's tables, closed forms and the density: two witnesses that share no
// numerics.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "limes/base/errors.hpp"
#include "limes/spiking/theory/forward.hpp"
#include "limes/spiking/theory/generating_function.hpp"

namespace limes::spiking {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

OneNeuron exponential(double base, double time, double reset, std::vector<ExternalInput> inputs) {
  return {Intensity::kExponential, base, time, reset, std::move(inputs)};
}

TEST(TheoryGeneratingFunction, TableOfOneNeuron) {
  struct Row {
    OneNeuron neuron;
    double rate, cv;
    double digits;  // half a unit of the rate's last printed digit, relative
  };
  // Note 8.1; the last two rows (no excitation, w = 6) are outside this route.
  const std::vector<Row> rows = {{exponential(1, 1, 0, {{.3, 10}}), 2.29212377, .68930277, 3e-9},
                                 {exponential(.5, 2, -1, {{.5, 6}, {-.5, 4}}), .6357679, .788354, 8e-8},
                                 {exponential(.2, 1, -2, {{.4, 12}, {-.8, 3}}), .5810991, .598394, 9e-8},
                                 {exponential(2, .5, .5, {{.2, 20}, {-.3, 20}}), 1.5010046, 1.492074, 4e-8}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.rate);
    const OneNeuronStatistics statistics = solve_generating_function(row.neuron);
    EXPECT_NEAR(statistics.rate / row.rate, 1, row.digits);
    EXPECT_LT(statistics.rate_error, 1e-10 * row.rate) << "the free factor is below e^{-38} here";
    EXPECT_NEAR(statistics.isi_cv / row.cv, 1, 1e-6) << "six digits, printed for the backward solver";
  }
}

TEST(TheoryGeneratingFunction, AgreesWithTheDensity) {
  const std::vector<OneNeuron> neurons = {
      exponential(1, 1, 0, {{.3, 10}}),
      exponential(.5, 2, -1, {{.5, 6}, {-.5, 4}}),
      exponential(2, .5, .5, {{.2, 20}, {-.3, 20}}),
      exponential(.2, kInfinity, -.3, {{1.0, 5}, {.4, 2}, {-.7, 3}}),
      exponential(.05, 1, 0, {{6.3 / 19, 19 * .0858333}}),
      exponential(1, 1, -1, {{.5, .1}, {-.4, 8}}),
      exponential(1, 1e4, -1, {{.5, 4}, {-.2, 3}}),  // stiff: tau nu = 1e4
      exponential(1, 1e-3, -1, {{1.0, 4}, {-.2, 3}}),
      exponential(1, 1, 1.5, {{1.0, 4}, {.1, 0}}),
  };
  for (std::size_t i = 0; i < neurons.size(); ++i) {
    SCOPED_TRACE(i);
    const OneNeuronStatistics density = solve_forward(neurons[i]).statistics;
    const OneNeuronStatistics statistics = solve_generating_function(neurons[i]);
    // The density's 1e-6; the generating function adds its own estimate.
    EXPECT_NEAR(statistics.rate / density.rate, 1, 1e-6);
    EXPECT_NEAR(statistics.isi_cv, density.isi_cv, 1e-6);
    EXPECT_NEAR(statistics.mean_state, density.mean_state, 1e-6);
    EXPECT_NEAR(statistics.state_variance, density.state_variance, 2e-6);
    for (std::size_t j = 0; j < neurons[i].inputs.size(); ++j)
      EXPECT_NEAR(statistics.rate_sensitivity[j], density.rate_sensitivity[j], 1e-6);
  }
}

TEST(TheoryGeneratingFunction, NoRelaxation) {
  // Note 7, closed sum over the lattice of states.
  const auto weak = solve_generating_function(exponential(.5, kInfinity, 0, {{.4, 3}}));
  EXPECT_NEAR(weak.rate, 1.12805467198, 1e-11);
  const auto strong = solve_generating_function(exponential(.2, kInfinity, -1, {{1, 5}}));
  EXPECT_NEAR(strong.rate / 1.26720786719, 1, 2e-8) << "the free periodic factor at w = 1: about 2 exp(-2 pi^2)";
  EXPECT_GT(strong.rate_error, 2e-9) << "... which the error admits";
}

TEST(TheoryGeneratingFunction, TheFreeFactorGrowsWithTheWeight) {
  // Why there is a limit at w = 1.4: against the exact sum P_n/(nu + Lam e^{rho + nw}).
  const auto exact = [](double weight) {
    double sum = 0, share = 1;
    for (int n = 0; n < 60; ++n) {
      const double leaving = 5 + .2 * std::exp(-1 + n * weight);
      sum += share / leaving;
      share *= 5 / leaving;
    }
    return 1 / sum;
  };
  for (const double weight : {.6, .9, 1.2, 1.4}) {
    const auto statistics = solve_generating_function(exponential(.2, kInfinity, -1, {{weight, 5}}));
    EXPECT_NEAR(statistics.rate, exact(weight), 4 * statistics.rate_error + 1e-13)
        << weight << ": the estimate is an order of magnitude";
    EXPECT_LT(std::abs(statistics.rate / exact(weight) - 1), 1e-5);
  }
}

TEST(TheoryGeneratingFunction, RefusesWithTheMend) {
  const auto message = [](const OneNeuron& neuron) -> std::string {
    try {
      (void)solve_generating_function(neuron);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  const std::string mend = "theory.solver = \"backward\"";
  EXPECT_NE(message(exponential(1, 1, 0, {{1.5, 2}})).find(mend), std::string::npos);
  EXPECT_NE(message(exponential(1, 1, 0, {{-.5, 8}})).find(mend), std::string::npos);
  EXPECT_NE(message(exponential(1, 1, 0, {})).find(mend), std::string::npos);
  EXPECT_NE(message(exponential(1, 1, 0, {{.5, 1}, {.9, 0}})).find(mend), std::string::npos);
  EXPECT_THROW((void)solve_generating_function(exponential(1, kInfinity, 0, {{.5, 1}, {-.5, 1}})), InputError);
  EXPECT_THROW((void)solve_generating_function(exponential(-1, 1, 0, {{.5, 1}})), InputError);
  EXPECT_THROW((void)solve_generating_function({Intensity::kLinear, 1, 1, 0, {{.5, 1}}}), InputError);
  // The two parts of the solution cancel to e^{-ln^2(Lam/nu)/2w}: said, not returned as a number.
  EXPECT_THROW((void)solve_generating_function(exponential(20, 1, 1, {{.3, .1}})), ConvergenceError);
  EXPECT_THROW((void)solve_generating_function(exponential(20, 1, 1, {{1, 1}})), ConvergenceError);
}

}  // namespace
}  // namespace limes::spiking

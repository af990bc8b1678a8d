// The stationary density by a finite-volume chain against the note's tables, closed forms, and the chain's own
// conservation laws. The table's last digits come from another discretisation (backward collocation).

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "limes/base/errors.hpp"
#include "limes/spiking/theory/forward.hpp"

namespace limes::spiking {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// The promised accuracy: three grids of first order leave O(h^3) and, near the singular point y = 0, less regular
// terms; observed 2e-7 at worst.
constexpr double kAccuracy = 1e-6;

OneNeuron exponential(double base, double time, double reset, std::vector<ExternalInput> inputs) {
  return {Intensity::kExponential, base, time, reset, std::move(inputs)};
}

struct Row {
  OneNeuron neuron;
  double rate, cv;
  std::vector<double> sensitivity;
  double mean;
};

// Note 8.1.
const std::vector<Row> kRows = {
    {exponential(1, 1, 0, {{.3, 10}}), 2.29212377, .68930277, {.11296331}, .65604},
    {exponential(.5, 2, -1, {{.5, 6}, {-.5, 4}}), .6357679, .788354, {.136055, -.137345}, -.34160},
    {exponential(.2, 1, -2, {{.4, 12}, {-.8, 3}}), .5810991, .598394, {.064266, -.122252}, .14454},
    {exponential(2, .5, .5, {{.2, 20}, {-.3, 20}}), 1.5010046, 1.492074, {.103627, -.150095}, -.63493},
    {exponential(1, 1, 0, {{-.5, 8}}), .04044188, 1.3701967, {-.0190154}, -3.90373},
    {exponential(1, 1, 0, {{6, 2}}), 2.98505149, .99504270, {.98761787}, .02982}};

TEST(TheoryForward, TableOfOneNeuron) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.rate);
    const OneNeuronStatistics statistics = solve_forward(row.neuron).statistics;
    EXPECT_NEAR(statistics.rate / row.rate, 1, kAccuracy);
    EXPECT_LT(statistics.rate_error, kAccuracy * row.rate);
    EXPECT_NEAR(statistics.isi_cv / row.cv, 1, kAccuracy);
    // Printed with six digits (the mean with five places) where not with more.
    for (std::size_t j = 0; j < row.sensitivity.size(); ++j)
      EXPECT_NEAR(statistics.rate_sensitivity[j], row.sensitivity[j], 6e-7);
    EXPECT_NEAR(statistics.mean_state, row.mean, 3e-5)
        << "five printed places; row 4 is -.634956 here and by the generating function, against -.63493 in the table";
  }
}

TEST(TheoryForward, WeightsThatShareNoUnit) {
  // Splitting adds an irregular O(h^2) here; half the cell size is the reference, of a quarter of the error.
  const OneNeuron neuron = exponential(.2, 1, -.31234, {{1.0123, 5}, {.4321, 2}, {-.7117, 3}});
  const double coarse = solve_forward(neuron, {500}).statistics.rate;
  EXPECT_NEAR(coarse / solve_forward(neuron, {1000}).statistics.rate, 1, 1e-5);
}

TEST(TheoryForward, NoInput) {
  const OneNeuronStatistics relaxing = solve_forward(exponential(.8, 1.5, -2, {})).statistics;
  EXPECT_NEAR(relaxing.rate, .395931566039, 1e-9) << "note 7; smooth, so that O(h^3) is all";
  EXPECT_NEAR(relaxing.isi_cv, .660156808621, 1e-9);
  const OneNeuronStatistics poisson = solve_forward(exponential(1.3, 1, 0, {})).statistics;
  EXPECT_NEAR(poisson.rate, 1.3, 1e-6) << "cell centres lie beside 0: extrapolated";
  EXPECT_NEAR(poisson.isi_cv, 1, 1e-6);
  const OneNeuronStatistics still = solve_forward(exponential(1.3, kInfinity, -.7, {})).statistics;
  EXPECT_NEAR(still.rate, 1.3 * std::exp(-.7), 1e-12) << "without relaxation the reset is a centre: exact";
}

TEST(TheoryForward, NoRelaxation) {
  struct Case {
    double base, weight, rate, reset, expected;
  };
  // Note 7, all digits: a single weight is a whole number of cells, so that the chain is exact.
  for (const Case& row : {Case{.5, .4, 3, 0, 1.12805467198}, Case{.2, 1, 5, -1, 1.26720786719}}) {
    const auto statistics =
        solve_forward(exponential(row.base, kInfinity, row.reset, {{row.weight, row.rate}}), {400}).statistics;
    EXPECT_NEAR(statistics.rate, row.expected, 1e-11);
  }
  // A climbing walk with inhibition: rho + n w, n >= -depth, as a small dense system of its own.
  const double up = 3, down = 1, base = .4, weight = .5, reset = -.2;
  const int depth = 60, top = 40;
  // Backward substitution by iterating T_n = (1 + up T_{n+1} + down T_{n-1})/(up + down + lambda_n) to rest.
  std::vector<double> waiting(depth + top + 1, 0.0);
  for (int sweep = 0; sweep < 4000; ++sweep)
    for (int n = 0; n <= depth + top; ++n) {
      const double intensity = base * std::exp(reset + weight * (n - depth));
      waiting[n] = (1 + up * waiting[std::min(n + 1, depth + top)] + down * waiting[std::max(n - 1, 0)]) /
                   (up + down + intensity);
    }
  const auto walk = exponential(base, kInfinity, reset, {{weight, up}, {-weight, down}});
  EXPECT_NEAR(solve_forward(walk, {400}).statistics.rate * waiting[depth], 1, 1e-9);
}

TEST(TheoryForward, DensityMassAndAtom) {
  const ForwardSolution solution = solve_forward(kRows[0].neuron, {2000});
  const double cell = solution.state[1] - solution.state[0];
  const double mass = std::accumulate(solution.density.begin(), solution.density.end(), 0.0) * cell;
  EXPECT_NEAR(solution.atom, 2.29212377 / 11, 1e-6) << "beta/(Lam + sum nu)";
  EXPECT_NEAR(mass + solution.atom, 1, 1e-5) << "the atom is extrapolated, the cells are not";
  for (const double density : solution.density) EXPECT_GE(density, 0);
  // The atom feeds a jump nu atom tau/w at y = w; below, the drift -w/tau leaves at rate Lam e^w + nu: e-folding
  // distance w/(tau (nu + Lam e^w)) = .026 or 26 cells.
  const auto cell_below = static_cast<std::size_t>(std::floor((.3 - solution.state[0]) / cell));
  const double drop = solution.density[cell_below - 2] - solution.density[cell_below + 3];
  EXPECT_NEAR(drop / (10 * solution.atom / .3), 1, .15) << "three cells down the peak has lost 3/26";
  EXPECT_EQ(solve_forward(kRows[1].neuron, {100}).atom, 0);
}

TEST(TheoryForward, SensitivityIsTheDerivative) {
  const std::vector<ExternalInput> inputs = {{.4, 12}, {-.8, 3}};
  const auto sensitivity = solve_forward(exponential(.2, 1, -2, inputs), {500}).statistics.rate_sensitivity;
  for (std::size_t j = 0; j < inputs.size(); ++j) {
    const auto rate = [&](double change) {
      auto changed = inputs;
      changed[j].rate += change;
      return solve_forward(exponential(.2, 1, -2, changed), {500}).statistics.rate;
    };
    // The chains differ by the slightly moved ends of their grids as well: 1e-6 of the rate at worst.
    EXPECT_NEAR(sensitivity[j], (rate(.01) - rate(-.01)) / .02, 2e-5);
  }
}

TEST(TheoryForward, FewSpikesLimit) {
  // beta/Lam -> E e^y without spikes up to O(Lam): note 7, solver at Lam = 1e-4.
  EXPECT_NEAR(solve_forward(exponential(1e-4, .5, -1, {{1, 2}})).statistics.rate / 1e-4, 3.73383, 2e-5);
  EXPECT_NEAR(solve_forward(exponential(1e-4, 1, -1, {{.5, 4}, {-.7, 2}})).statistics.rate / 1e-4, 2.97793, 2e-5);
}

TEST(TheoryForward, RefusesWhatHasNoDensity) {
  EXPECT_THROW((void)solve_forward(exponential(1, kInfinity, 0, {{.5, 1}, {-.5, 1}})), InputError);
  EXPECT_THROW((void)solve_forward(exponential(0, 1, 0, {})), InputError);
  EXPECT_THROW((void)solve_forward(exponential(1, 1, 0, {{.5, -1}})), InputError);
  EXPECT_THROW((void)solve_forward(exponential(1, 1, 0, {}), {4}), InputError);
  EXPECT_THROW((void)solve_forward({Intensity::kLinear, 1, 1, 0, {}}), InputError);
}

}  // namespace
}  // namespace limes::spiking

// The public check values of note random-mode, section 9. Its participation ratios were computed on a grid of two
// frequencies that is too coarse near the onset of chaos: they are right to 1e-4 from g = 2 on, to 0.4 % at g = 1.5.
// Ours are held to nine digits by a direct sum on a fine grid.

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <optional>

#include "limes/base/errors.hpp"
#include "limes/rate/random_modes/theory/ladder.hpp"
#include "limes/rate/theory/flow_fluctuations.hpp"

namespace limes::rate::random_modes {
namespace {

using Complex = std::complex<double>;
using transfer::Kind;

TwoPointProblem unit(Kind kind, double g) {
  TwoPointProblem single;
  single.transfer = {kind, 1.0};
  single.coupling = g;
  return single;
}

Dimensions solved(const TwoPointProblem& single, double inverse_rank, double right_fourth = 1.0) {
  const TwoPointSolution solution = solve_two_point(single);
  EXPECT_FALSE(solution.quiescent);
  return dimensions({&single, &solution, inverse_rank, right_fourth});
}

TEST(CheckValues, TwoPointAndDimension) {
  struct Row {
    Kind kind;
    double g, state, output, slope, phi_0, x_0, phi_1, x_1;
    std::optional<double> phi_m, x_m;
  };
  const Row rows[] = {
      {Kind::kErf, 1.5, 0.838753, 0.384954, 0.656885, 0.0073811, 0.0065637, 0.0038306, 0.0033965, 0.100928, 0.097205},
      {Kind::kErf, 2, 2.064080, 0.553807, 0.485514, 0.0230132, 0.0181990, 0.0124068, 0.0097016, 0.158598, 0.146611},
      {Kind::kErf, 3, 5.637432, 0.710730, 0.318541, 0.0497413, 0.0341990, 0.0280083, 0.0187537, 0.222007, 0.193856},
      {Kind::kErf, 5, 17.201142, 0.829405, 0.188916, 0.0787972, 0.0476756, 0.0459254, 0.0266272, 0.277227, 0.227551},
      {Kind::kErf, 10, 71.644823, 0.915445, 0.093848, 0.103470, 0.056119, 0.061683, 0.031647, 0.320782, 0.247540},
      {Kind::kTanh, 2, 1.924805, 0.513178, 0.486822, 0.0197400, 0.0159143, 0.0105684, 0.0084406, {}, {}},
      {Kind::kTanh, 3, 5.446326, 0.680579, 0.319421, 0.0446502, 0.0313715, 0.0249543, 0.0171257, {}, {}},
      {Kind::kTanh, 5, 16.964046, 0.810753, 0.189247, 0.0740687, 0.0456339, 0.0429441, 0.0254205, {}, {}},
      {Kind::kTanh, 10, 71.368092, 0.906091, 0.093909, 0.100699, 0.055258, 0.059889, 0.031132, {}, {}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string(transfer::name(row.kind)) + " " + std::to_string(row.g));
    const TwoPointProblem single = unit(row.kind, row.g);
    const TwoPointSolution solution = solve_two_point(single);
    ASSERT_FALSE(solution.quiescent);
    EXPECT_LT(solution.residual, 1e-9);
    EXPECT_NEAR(solution.state(0, 0), row.state, 1.5e-6);  // a unit and a half of the last digit
    EXPECT_NEAR(solution.output(0, 0), row.output, 1.5e-6);
    EXPECT_NEAR(solution.slope(0), row.slope, 1.5e-6);
    const double relative = row.g < 2.0 ? 4e-3 : 1e-4;
    const auto expect = [&](double inverse_rank, double phi, double x) {
      const Dimensions found = dimensions({&single, &solution, inverse_rank, 1.0});
      EXPECT_NEAR(found.output.participation_ratio(), phi, relative * phi);
      EXPECT_NEAR(found.state.participation_ratio(), x, relative * x);
      // Equal neurons: z-scoring changes nothing.
      EXPECT_NEAR(found.output_zscored.participation_ratio(), found.output.participation_ratio(), 1e-12);
      EXPECT_LT(found.output.error, 1e-9 * found.output.cross_covariance);
    };
    expect(0.0, row.phi_0, row.x_0);
    expect(1.0, row.phi_1, row.x_1);
    if (row.phi_m) expect(-1.0, *row.phi_m, *row.x_m);
  }
}

/// (7) and (8) as a plain sum over a grid of both frequencies. At g = 2 spectra end before 20 and the ridge has a width
/// of 0.06: a spacing of 0.02 leaves exp(-2 pi 0.06/0.02).
TEST(CheckValues, AreThoseOfTheFormulaOnAFineGrid) {
  const TwoPointProblem single = unit(Kind::kErf, 2.0);
  const TwoPointSolution solution = solve_two_point(single);
  const PanelSeries output(solution.grid, solution.output, solution.decay),
      state(solution.grid, solution.state, solution.decay);
  const double spacing = 0.02, gain = std::pow(single.coupling * solution.slope(0), 2), inverse_rank = 0.7;
  const int reach = 900;
  std::vector<double> c, x;
  for (int k = -reach; k <= reach; ++k) {
    c.push_back(2.0 * output.laplace(Complex(0.0, std::abs(k) * spacing))(0).real());
    x.push_back(2.0 * state.laplace(Complex(0.0, std::abs(k) * spacing))(0).real());
  }
  double psi = 0.0, psi_x = 0.0;
  for (int k = 0; k <= 2 * reach; ++k) {
    for (int l = 0; l <= 2 * reach; ++l) {
      const Complex z = gain / (Complex(1.0, (k - reach) * spacing) * Complex(1.0, (l - reach) * spacing));
      const auto a = static_cast<std::size_t>(k), b = static_cast<std::size_t>(l);
      psi += c[a] * c[b] * (1.0 + std::norm(z) * inverse_rank) / std::norm(1.0 - z);
      psi_x += x[a] * x[b] * (2.0 - std::norm(z) + inverse_rank) / std::norm(1.0 - z);
    }
  }
  const double factor = std::pow(spacing / (2.0 * M_PI), 2);
  const LadderProblem problem{&single, &solution, inverse_rank, 1.0};
  const Dimensions found = dimensions(problem);
  EXPECT_NEAR(psi * factor, found.output.cross_covariance, 3e-7 * found.output.cross_covariance);
  EXPECT_NEAR(psi_x * factor, found.state.cross_covariance, 3e-7 * found.state.cross_covariance);
  // The curve starts at Psi(0,0), and decays more slowly than a single unit.
  const auto curve = cross_covariance_curve(problem, 0.1, 101);
  EXPECT_NEAR(curve[0], found.output.cross_covariance, 1e-8 * curve[0]);
  EXPECT_GT(curve[50] / curve[0], std::pow(output.at(5.0)(0) / output.at(0.0)(0), 2));
}

TEST(CheckValues, HeterogeneousNeurons) {
  TwoPointProblem single = unit(Kind::kErf, 2.5);
  EXPECT_NEAR(solved(single, 0.0).output.participation_ratio(), 0.0376851, 2e-6);
  single.classes = log_normal_classes(0.6);
  const TwoPointSolution solution = solve_two_point(single);
  EXPECT_NEAR(solution.common_variance, 3.404725, 1e-6);
  const Dimensions found = dimensions({&single, &solution, 0.0, 1.0});
  EXPECT_NEAR(found.output.trace, 0.612098, 1e-6);
  EXPECT_NEAR(found.output.cross_covariance, 9.76298, 3e-4);  // the note's grid
  EXPECT_NEAR(found.output_zscored.cross_covariance, 26.9217, 1e-3);
  EXPECT_NEAR(solved(single, 1.0).output.participation_ratio(), 0.0218926, 2e-6);
  EXPECT_NEAR(solved(single, 1.0).output_zscored.participation_ratio(), 0.0210220, 2e-6);
}

TEST(ClosedForms, LinearNetworkWithHeterogeneityAndNoise) {
  // Unit white noise is D = 1/2. Finite M = 150 in the note's Lyapunov equation: 1e-3.
  TwoPointProblem single = unit(Kind::kLinear, 0.42);
  single.noise_intensity = 0.5;
  single.classes = log_normal_classes(0.4);
  single.right_square = std::exp(2.0 * 0.09);
  const Dimensions found = solved(single, 1.0 / 0.3, std::exp(8.0 * 0.09));
  EXPECT_NEAR(found.output.cross_covariance, 0.4927, 5e-4);
  EXPECT_NEAR(found.output_zscored.cross_covariance, 1.3205, 1e-3);
  EXPECT_NEAR(found.state.cross_covariance, found.output.cross_covariance, 1e-9);  // phi = x
}

TEST(ClosedForms, OrthogonalLinearNetworkIsNormal) {
  // J = g O: eigenvalues g e^{i a}, C_k = 2 D/(2 (1 - g cos a)): tr C^2/N = D^2 <1/(1 - g cos a)^2> =
  // D^2/(1-g^2)^{3/2}.
  TwoPointProblem single = unit(Kind::kLinear, 0.6);
  single.noise_intensity = 0.8;
  const Dimensions found = solved(single, -1.0);
  EXPECT_NEAR(found.output.trace, 0.8 / std::sqrt(1.0 - 0.36), 1e-9);
  EXPECT_NEAR(found.output.cross_covariance, 0.64 / std::pow(1.0 - 0.36, 1.5), 1e-9);
}

TEST(TwoPoint, AgreesWithTheFlowTheoryOfIidCouplings) {
  for (const double noise : {0.0, 0.3}) {
    TwoPointProblem single = unit(Kind::kTanh, 1.7);
    single.noise_intensity = noise;
    const TwoPointSolution solution = solve_two_point(single);
    theory::Ensemble ensemble;
    ensemble.transfer = {Kind::kTanh, 1.0};
    ensemble.coupling_deviation = 1.7;
    ensemble.noise_intensity = noise;
    const auto states = theory::flow_fluctuations(ensemble);
    ASSERT_FALSE(states.empty());
    const PanelSeries state(solution.grid, solution.state, solution.decay);
    EXPECT_NEAR(state.at(0.0)(0), states.back().variance, 1e-8);
    const auto curve = theory::flow_autocovariance(ensemble, states.back(), 0.5, 21);
    for (std::size_t k = 0; k < curve.size(); ++k)
      EXPECT_NEAR(state.at(0.5 * static_cast<double>(k))(0), curve[k], 1e-7);
  }
}

TEST(TwoPoint, QuiescentOrBeyondEveryEdge) {
  EXPECT_TRUE(solve_two_point(unit(Kind::kTanh, 1.0)).quiescent);
  EXPECT_TRUE(solve_two_point(unit(Kind::kLinear, 0.9)).quiescent);
  EXPECT_THROW((void)solve_two_point(unit(Kind::kLinear, 1.1)), ConvergenceError);
  EXPECT_FALSE(solve_two_point(unit(Kind::kTanh, 1.01)).quiescent);
}

TEST(Ladder, LimitOfStrongCoupling) {
  // The often quoted 12.6 % of N.
  EXPECT_NEAR(solved(unit(Kind::kErf, 1000.0), 0.0).output.participation_ratio(), 0.1264, 2e-4);
}

}  // namespace
}  // namespace limes::rate::random_modes

// The public check values of note random-mode, section 9, to their last digit.

#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "limes/rate/random_modes/theory/ladder.hpp"

namespace limes::rate::random_modes {
namespace {

struct Row {
  transfer::Kind kind;
  double g, state, output, slope;
  // PR_phi and PR_x at 1/PR^D = 0, 1, -1.
  double phi_0, x_0, phi_1, x_1;
  std::optional<double> phi_m, x_m;
  double digit;  // one unit in the last digit of PR_phi at 0
};

// Relative to the value: a unit in the last printed digit and a half.
void expect_digits(double found, double printed, double digit) { EXPECT_NEAR(found, printed, 1.5 * digit); }

TEST(CheckValues, TwoPointAndDimension) {
  using enum transfer::Kind;
  const Row rows[] = {
      {kErf, 1.5, 0.838753, 0.384954, 0.656885, 0.0073811, 0.0065637, 0.0038306, 0.0033965, 0.100928, 0.097205, 1e-7},
      {kErf, 2, 2.064080, 0.553807, 0.485514, 0.0230132, 0.0181990, 0.0124068, 0.0097016, 0.158598, 0.146611, 1e-7},
      {kErf, 3, 5.637432, 0.710730, 0.318541, 0.0497413, 0.0341990, 0.0280083, 0.0187537, 0.222007, 0.193856, 1e-7},
      {kErf, 5, 17.201142, 0.829405, 0.188916, 0.0787972, 0.0476756, 0.0459254, 0.0266272, 0.277227, 0.227551, 1e-7},
      {kErf, 10, 71.644823, 0.915445, 0.093848, 0.103470, 0.056119, 0.061683, 0.031647, 0.320782, 0.247540, 1e-6},
      {kTanh, 2, 1.924805, 0.513178, 0.486822, 0.0197400, 0.0159143, 0.0105684, 0.0084406, {}, {}, 1e-7},
      {kTanh, 3, 5.446326, 0.680579, 0.319421, 0.0446502, 0.0313715, 0.0249543, 0.0171257, {}, {}, 1e-7},
      {kTanh, 5, 16.964046, 0.810753, 0.189247, 0.0740687, 0.0456339, 0.0429441, 0.0254205, {}, {}, 1e-7},
      {kTanh, 10, 71.368092, 0.906091, 0.093909, 0.100699, 0.055258, 0.059889, 0.031132, {}, {}, 1e-6},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string(transfer::name(row.kind)) + " " + std::to_string(row.g));
    TwoPointProblem single;
    single.transfer = {row.kind, 1.0};
    single.coupling = row.g;
    const TwoPointSolution solution = solve_two_point(single);
    ASSERT_FALSE(solution.quiescent);
    EXPECT_LT(solution.residual, 1e-9);
    expect_digits(solution.state(0, 0), row.state, 1e-6);
    expect_digits(solution.output(0, 0), row.output, 1e-6);
    expect_digits(solution.slope(0), row.slope, 1e-6);
    const auto at = [&](double inverse_rank) { return dimensions({&single, &solution, inverse_rank, 1.0}); };
    const Dimensions zero = at(0.0), one = at(1.0), minus = at(-1.0);
    expect_digits(zero.output.participation_ratio(), row.phi_0, row.digit);
    expect_digits(zero.state.participation_ratio(), row.x_0, row.digit);
    expect_digits(one.output.participation_ratio(), row.phi_1, row.digit);
    expect_digits(one.state.participation_ratio(), row.x_1, row.digit);
    if (row.phi_m) {
      expect_digits(minus.output.participation_ratio(), *row.phi_m, 1e-6);
      expect_digits(minus.state.participation_ratio(), *row.x_m, 1e-6);
    }
    // Equal neurons: z-scoring changes nothing.
    EXPECT_NEAR(one.output_zscored.participation_ratio(), one.output.participation_ratio(), 1e-12);
    EXPECT_LT(zero.output.error / zero.output.cross_covariance, 1e-9);
  }
}

}  // namespace
}  // namespace limes::rate::random_modes

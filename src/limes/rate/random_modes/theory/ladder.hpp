#pragma once
// Four-point theory of random-mode networks (note random-mode, (6) to (10)): Psi(tau1, tau2) = (1/N) sum_ij C_ij(tau1)
// C_ij(tau2), and the dimension that follows from it.
//
// With z = a/((1 + i w1)(1 + i w2)), a = g^2 <r^2 l^2 <phi'>^2>, everything rests on 1/((1 + i w1)(1 + i w2) - a) =
// 1/((1 + i w1)(i w2 + p)), p = 1 - a/(1 + i w1): the integral over w2 is a Laplace transform of the autocovariance at
// p, and that over w1 is left. The narrow ridge at w1 = -w2 near the onset of chaos needs no grid.

#include <span>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/rate/random_modes/theory/two_point.hpp"

namespace limes::rate::random_modes {

struct LadderProblem {
  const TwoPointProblem* single = nullptr;
  const TwoPointSolution* solution = nullptr;
  double inverse_rank = 0.0;  ///< 1/PR^D >= -1
  double right_fourth = 1.0;  ///< <r^4>
};

/// One kind of read-out.
struct Dimension {
  double trace = 0.0;             ///< (1/N) tr C(0)
  double cross_covariance = 0.0;  ///< Psi(0, 0)
  double error = 0.0;             ///< of Psi: from two grids of frequencies
  /// (tr C)^2/(N tr C^2), a fraction of N.
  [[nodiscard]] double participation_ratio() const { return trace * trace / cross_covariance; }
};

struct Dimensions {
  Dimension output, output_zscored, state, state_zscored;
};

/// Equation (10) for phi; for x, with beta = g^2 <w l^2>/((1 + i w1)(1 + i w2) - a),
///   Psi^x = <w^2 C_x C_x> + 2 Re[<w r^2 phi'^2 C_x C_x> beta*] + (<r^4 C_phi C_phi> + <r^2 C_phi>^2/PR^D) |beta|^2,
/// which is (8) where all neurons are equal and there is no noise. To about 1e-10.
[[nodiscard]] Dimensions dimensions(const LadderProblem& problem, const StopToken& stop = {});

/// Psi^phi(tau, tau) at lags k step, k = 0 .. points - 1.
[[nodiscard]] std::vector<double> cross_covariance_curve(const LadderProblem& problem, double step, std::size_t points,
                                                         const StopToken& stop = {});

}  // namespace limes::rate::random_modes

#pragma once
// The single-unit theory of random-mode networks (note random-mode, section 3 and 4.1): neurons are Gaussian,
//   x_i = (l_i y_i + xi_i)/(1 + d/dt),   C_y - C_y'' = g^2 < r^2 E f(x(t)) f(x(t+tau)) >_{l,r},
//   C_x,i(tau) = l_i^2 C_y(tau) + D exp(-|tau|),   <xi xi'> = 2 D delta,
// whatever the spectrum of the modes.

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/rate/random_modes/theory/panel_series.hpp"
#include "limes/transfer/transfer.hpp"

namespace limes::rate::random_modes {

/// A share of the neurons with one scale of their input.
struct NeuronClass {
  double weight = 1.0;  ///< share; all of them sum to 1
  double left = 1.0;    ///< l
};

/// Log-normal scales, ln l ~ N(0, width^2), as classes: a trapezoid rule.
[[nodiscard]] std::vector<NeuronClass> log_normal_classes(double width);

struct TwoPointProblem {
  transfer::Transfer transfer;  ///< odd
  double coupling = 1.0;        ///< g, of the modes
  std::vector<NeuronClass> classes{NeuronClass{}};
  double right_square = 1.0;     ///< <r^2>
  double noise_intensity = 0.0;  ///< D
};

struct TwoPointSolution {
  bool quiescent = false;  ///< no noise, and x = 0 is the only attractor: nothing below is set
  PanelGrid grid{1.0, 1.0, 2.0};
  Eigen::VectorXd common;        ///< C_y at the nodes
  Eigen::MatrixXd state;         ///< C_x of each class (column) at the nodes
  Eigen::MatrixXd output;        ///< C_phi of each class
  Eigen::VectorXd slope;         ///< <phi'> of each class
  double common_variance = 0.0;  ///< C_y(0)
  double decay = 0.0;            ///< of the tails: sqrt(1 - g^2 <r^2 l^2 <phi'>^2>)
  double residual = 0.0;         ///< largest violation of the equations, relative to C_y(0)
};

/// The stable solution with the largest variance. Without noise from the potential W(C0) = 0 (largest root), with noise
/// from C_y(0) = C0; C_y(tau) by Newton on panels. Throws ConvergenceError where the equations cannot be solved, e.g. a
/// linear network beyond its stability edge.
[[nodiscard]] TwoPointSolution solve_two_point(const TwoPointProblem& problem, const StopToken& stop = {});

}  // namespace limes::rate::random_modes

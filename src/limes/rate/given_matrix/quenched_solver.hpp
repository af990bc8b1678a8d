#pragma once
// One start of the quenched mean field to its state, and what is computed at a state. For this folder only.

#include <span>

#include "limes/rate/given_matrix/quenched_equations.hpp"

namespace limes::rate::given_matrix {

/// Mean and variance of every neuron from which a search starts.
struct QuenchedStart {
  Eigen::VectorXd mean;
  Eigen::VectorXd variance;
};

/// The point at which a search ended.
struct QuenchedSolution {
  QuenchedPoint point;
  std::shared_ptr<QuenchedEquations> equations;  ///< on the grid of lags on which the point stands
  double residual = 0.0;
  double lag_tail = 0.0;
  int iterations = 0;
  bool converged = false;
  bool merged = false;  ///< the search was given up next to a known solution
};

/// Longest lag of the grid on which a search begins, in steps or tau; it is lengthened at most 128-fold.
[[nodiscard]] double first_horizon(const QuenchedProblem& problem);

/// Relaxes by the mean field's own dynamics, accelerates (Anderson), polishes (Newton-Krylov at one lag), and lengthens
/// the grid of lags until D_i at its end is below 1e-8 v_i. A search whose residual is below 1e-4 and whose means and
/// deviations are all within 1e-3 of a `known` solution, relative to the largest, ends there as `merged`.
[[nodiscard]] QuenchedSolution solve_quenched(const QuenchedProblem& problem, const QuenchedOptions& options,
                                              const QuenchedStart& start, std::span<const QuenchedSolution> known = {});

/// All means and deviations of two points differ by less than `within`, relative to the largest (at least 1).
[[nodiscard]] bool near(const QuenchedPoint& a, const QuenchedPoint& b, double within);

/// The same from a solution, with every D_i of the equations multiplied by `factor` (quenched_error.hpp).
[[nodiscard]] QuenchedSolution solve_with_factor(const QuenchedSolution& solution, const QuenchedOptions& options,
                                                 const Eigen::VectorXd& factor);

/// Averages over neurons, stability and, if asked for, exponents at a solution.
[[nodiscard]] QuenchedState describe_state(const QuenchedSolution& solution, const QuenchedOptions& options);

/// E f_j' of every neuron: the slopes of the coherent linearisation J diag(E f').
[[nodiscard]] Eigen::VectorXd mean_slopes(QuenchedEquations& equations, const QuenchedPoint& point);

/// More neurons than this are many: eigenvalues are then found in a smaller space, to four digits.
inline constexpr Eigen::Index kManyNeurons = 2000;

struct QuenchedExponents {
  double incoherent = 0.0;
  double coherent = 0.0;
  double coherent_error = 0.0;  ///< of the eigenvalue: its residual, carried to the exponent
};

/// Both estimates of the maximal Lyapunov exponent (QuenchedState).
[[nodiscard]] QuenchedExponents quenched_exponents(QuenchedEquations& equations, const QuenchedPoint& point,
                                                   bool with_incoherent);

}  // namespace limes::rate::given_matrix

#pragma once
// Solutions of the renormalised theory.

#include <string>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/rate/renormalized/theory/loop_equations.hpp"

namespace limes::rate::renormalized {

/// A paramagnetic state (mean 0) on its panels, with the curves that are read off it.
struct LoopState {
  LagPanels panels{std::vector<double>{0.0, 1.0}};
  double variance = 0.0;             ///< C_x(0)
  double output_variance = 0.0;      ///< C_phi(0)
  double population_variance = 0.0;  ///< A(0)
  double shared_variance = 0.0;      ///< b(0): the part of C_x(0) that all neurons share
  double mean_gain = 0.0;            ///< E f'
  double loop_gain = 0.0;            ///< gbar E f': below 1
  double slowest_rate = 1.0;         ///< decay rate of the tail, per tau
  double residual = 0.0;             ///< of the collocation equations, relative to the variance
  double error = 0.0;                ///< relative, from two resolutions
  // At the nodes.
  Eigen::VectorXd autocovariance, output_autocovariance, population_autocovariance, cross_covariance;
  Eigen::VectorXd state_cross_covariance;
};

/// Why there is no state: the gain gbar E f' and gbar at the last solution on the way from gbar = 0.
struct LoopFailure {
  bool critical = false;  ///< fluctuations of order one; else Newton's method did not converge
  double gain = 0.0;
  double coupling_mean = 0.0;
  double shared_share = 0.0;  ///< b(0)/C(0)
};

struct LoopOutcome {
  std::optional<LoopState> state;
  LoopFailure failure;
};

/// The mean-field state (1/N = 0): variance, and its autocovariance on a grid of `step`.
struct MeanFieldStart {
  double variance = 0.0;
  double step = 0.1;
  std::vector<double> autocovariance;
};

/// The paramagnetic mean-field state with D > 0 or chaos, by the potential method; none where x = 0 is the only state.
/// Throws ConvergenceError where a linear network has no stationary state (g f' >= 1).
[[nodiscard]] std::optional<MeanFieldStart> mean_field_start(const LoopModel& model, const StopToken& stop = {});

/// The largest Lyapunov exponent of the paramagnetic mean field (its error in `error`, if given); g f' - 1 where x = 0
/// is the only state or f is linear. None where it was not found.
[[nodiscard]] std::optional<double> mean_field_exponent(const LoopModel& model, const StopToken& stop = {},
                                                        double* error = nullptr);

// Beyond these the expansion is given up (note 4, end of section 5).
inline constexpr double kLargestGain = 0.98;
inline constexpr double kLargestShare = 0.25;
inline constexpr double kLargestSpread = 0.3;

/// The state of the model, followed from gbar = 0 (where it is that of mean field) to the model's gbar. Not found, and
/// `failure.critical`, where gbar E f' exceeds 0.98 or b(0) exceeds C(0)/4 (of a linear network: where gbar E f' is not
/// below 1). Throws InterruptedError.
[[nodiscard]] LoopOutcome solve_loop(const LoopModel& model, const MeanFieldStart& start, const StopToken& stop = {});

}  // namespace limes::rate::renormalized

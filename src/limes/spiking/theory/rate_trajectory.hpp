#pragma once
// The time-dependent replica limit from a given initial state: the densities of all groups, coupled by their rates
// (theory note rmf, equation 11 with d/dt p on the left).

#include <Eigen/Core>
#include <functional>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/spiking/theory/one_neuron.hpp"

namespace limes::spiking {

struct TrajectoryOptions {
  double horizon = 20.0;
  double bin = 0.25;            ///< rates are averages over bins of this width
  std::vector<double> initial;  ///< per group: the state from which every neuron starts (intensity of a linear one)
  std::size_t cells = 400;      ///< of each group on the coarsest of three grids, each twice as fine as the one before
  double tolerance = 1e-7;      ///< of one time step: of the rates, and of the probabilities in sum
  StopToken stop = {};
  /// The rates of the external inputs are multiplied by this function of time.
  std::function<double(double)> drive = {};
  /// Before time 0 the recurrent inputs fire at these rates for `held_for`, starting from `initial`: so that a
  /// trajectory can begin at a stationary state, or near it. Empty: it begins at `initial`.
  Eigen::VectorXd held_rates = {};
  double held_for = 0.0;
};

struct RateTrajectory {
  std::vector<double> times;  ///< where the bins begin
  Eigen::MatrixXd rates;      ///< groups x bins: spikes per neuron within the bin over its width
  Eigen::MatrixXd error;      ///< numerical: the change by the last extrapolation in the cell size
  std::size_t steps = 0;      ///< of time, on the finest grid
};

/// Upwind cells, implicit-explicit Runge-Kutta steps of third order (Ascher, Ruuth & Spiteri, Appl. Numer. Math. 25
/// (1997) 151: ARS(4,4,3)), doubled for the error and extrapolated; then extrapolated over three grids. Throws
/// InputError as solve_forward, ConvergenceError where the rates run away or time steps shrink to nothing,
/// InterruptedError.
[[nodiscard]] RateTrajectory rate_trajectory(const SpikingNetwork& network, const TrajectoryOptions& options);

}  // namespace limes::spiking

#pragma once
#include <complex>
#include <optional>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/rate/theory/population_ensemble.hpp"
#include "limes/transfer/moments.hpp"

namespace limes::rate::theory {

struct PopulationLags;

/// A fluctuating stationary state of the flow with P populations; every vector has one entry per population.
struct PopulationFlowFluctuation {
  std::vector<double> mean;
  std::vector<double> variance;  ///< Delta_a(0)
  std::vector<double> frozen;    ///< q_a
  std::vector<transfer::Moments> moments;
  double step = 0.0;                                ///< spacing of `autocovariance`, in tau; at most 0.1
  std::vector<std::vector<double>> autocovariance;  ///< Delta_a(k step), one window for all populations
  double bulk_exponent = 0.0;                       ///< of a generic perturbation (note 6.3), per tau
  double lyapunov_exponent = 0.0;                   ///< the larger of the bulk's and the collective one
  double lyapunov_error = 0.0;                      ///< what the last extrapolation in the step changed
  double variance_error = 0.0;                      ///< the same for the variances (largest), relative
  /// Growth rate per tau of the fastest collective mode where it outgrows the bulk; complex: an oscillation.
  std::optional<std::complex<double>> collective_mode;
  int unstable_modes = 0;  ///< collective modes with positive growth rate, with multiplicity
  /// No unstable mode, and no population that rests although it would fluctuate. Without any stable state the mean
  /// outputs go on moving.
  bool stable = false;
  bool converged = false;
  double residual = 0.0;  ///< of the discretised equations, relative to the variance
};

/// All fluctuating branches of du/ds = -u + J f(u) - theta + xi in ascending order of (mean, variance) of population 0,
/// then 1, ... (notes 4.2, 6.1): the connected parts c_a = Delta_a - q_a solve
///   c_a'' = c_a - sum_b (S+X)_ab [C_b(q_b + c_b) - C_b(q_b)],  c_a'(0+) = -D_a,  c_a -> 0,
/// for which there is no potential where P > 1: Newton on Numerov grids of three steps, extrapolated. Leaks of the
/// populations are taken as 0. As for
/// map_fluctuations(), `unconverged` receives the residuals of what did not converge. Throws InputError as
/// require_valid().
[[nodiscard]] std::vector<PopulationFlowFluctuation> flow_fluctuations(const PopulationEnsemble& ensemble,
                                                                       const StopToken& stop = {},
                                                                       std::vector<double>* unconverged = nullptr);

/// The flow alone: no leaks, no noise of maps.
[[nodiscard]] PopulationEnsemble without_leaks(PopulationEnsemble ensemble);

/// A grid step for the search for states, before their variances are known.
[[nodiscard]] double search_step(const PopulationEnsemble& ensemble);

/// A grid step that resolves the lag functions of states with these variances: at most 0.1.
[[nodiscard]] double resolving_step(const PopulationEnsemble& ensemble, const std::vector<double>& variance);

/// The connected parts at lags 0, to, 2 to, ..., by cubic interpolation.
[[nodiscard]] PopulationLags resampled(const PopulationLags& state, double from, double to);

}  // namespace limes::rate::theory

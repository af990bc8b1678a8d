#pragma once
#include <complex>
#include <optional>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/rate/theory/population_ensemble.hpp"
#include "limes/transfer/moments.hpp"

namespace limes::rate::theory {

/// A fluctuating stationary state of the map with P populations; every vector has one entry per population.
struct PopulationMapFluctuation {
  std::vector<double> mean;
  std::vector<double> variance;  ///< v_a = D_a(0)
  std::vector<double> frozen;    ///< q_a = D_a(infinity)
  std::vector<transfer::Moments> moments;
  std::vector<std::vector<double>> autocovariance;  ///< D_a(k), k = 0, 1, ... up to one window for all populations
  double bulk_exponent = 0.0;                       ///< of a generic perturbation (note 5.1), per step
  double lyapunov_exponent = 0.0;                   ///< the larger of the bulk's and the collective one
  /// Growth factor per step of the fastest collective mode (of means and covariances) where it outgrows the bulk;
  /// complex: an oscillation of the mean output.
  std::optional<std::complex<double>> collective_mode;
  int unstable_modes = 0;  ///< collective modes outside the unit circle, with multiplicity
  /// No unstable mode, and no population that rests although it would fluctuate. Without any stable state the mean
  /// outputs go on moving.
  bool stable = false;
  bool converged = false;
  double residual = 0.0;  ///< largest |equation| relative to the variance
};

/// All fluctuating branches (chaos, noise, or both) in ascending order of (mean, variance) of population 0, then 1,
/// ..., note 4.2 to 4.4b with leaks per population:
///   (1+gamma_a^2) c_a(k) - gamma_a [c_a(k+1) + c_a(k-1)] = sum_b (S+X)_ab [C_b(q_b + c_b(k)) - C_b(q_b)]
///                                                         + sigma_a^2 delta_k0,   D_a = q_a + c_a.
/// Where all leaks are 0 the values mu, v, q are roots of closed equations (all of them: see one_time_states()); else
/// Newton on the whole lag functions from many starts. Without noise a state counts as fluctuating where at least one
/// population is (D_a(0) > q_a). States that did not converge are left out; `unconverged` (if given) receives their
/// residuals, or the smallest of the search where it should have found a state and found none. Throws InputError as
/// require_valid().
[[nodiscard]] std::vector<PopulationMapFluctuation> map_fluctuations(const PopulationEnsemble& ensemble,
                                                                     const StopToken& stop = {},
                                                                     std::vector<double>* unconverged = nullptr);

}  // namespace limes::rate::theory

#pragma once
// From candidates to solutions of the lag equations. Internal to map_fluctuations and flow_fluctuations.

#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/rate/theory/populations/lag_problem.hpp"

namespace limes::rate::theory {

struct SolvedLags {
  PopulationLags state;
  PopulationLagEvaluation at;
  bool converged = false;
};

/// Newton with step halving from `state`; the window is lengthened by its own tail until the connected parts have
/// fallen to 1e-11 of their start (at most `largest_window` lags).
[[nodiscard]] SolvedLags solve_lags(const PopulationEnsemble& ensemble, const LagFilter& filter, PopulationLags state,
                                    Accuracy accuracy, double accepted_residual, const StopToken& stop);

/// Distinct fluctuating states to a few digits (truncated series), stable and unstable ones: Newton from the
/// solutions of the one-time equations - with lag functions shaped by the filter, after the damped iteration at their
/// means, after the free iteration - and from between the states found. `unconverged`: best residuals of failed
/// attempts.
[[nodiscard]] std::vector<PopulationLags> search_lags(const PopulationEnsemble& ensemble, const LagFilter& filter,
                                                      const StopToken& stop, std::vector<double>* unconverged);

/// Is at least one population's share v - q of its variance above rounding?
[[nodiscard]] bool fluctuates(const PopulationLags& state, double smallest_share);

/// Do perturbations of covariances between distant times decay, (1-gamma)^2 - (S+X) C'(q) an M-matrix? So it is at the
/// least q; not where a population rests although it would fluctuate (v = q with a bulk beyond its edge).
[[nodiscard]] bool holds_frozen_parts(const PopulationEnsemble& ensemble, const LagFilter& filter,
                                      const PopulationLagEvaluation& at);

/// Must there be a fluctuating state: with noise, or because the bulk of a static state lies beyond its edge?
[[nodiscard]] bool fluctuations_are_due(const PopulationEnsemble& ensemble, bool noise_free, bool continuous_time,
                                        const StopToken& stop);

[[nodiscard]] bool same_lags(const PopulationLags& a, const PopulationLags& b, double tolerance);

}  // namespace limes::rate::theory

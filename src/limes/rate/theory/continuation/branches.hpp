#pragma once
// The stationary states of the limit theory as curves in one parameter (note rate-networks 4.4 to 4.6, 6.3).

#include <complex>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/base/journal.hpp"
#include "limes/math/continuation.hpp"
#include "limes/rate/theory/ensemble.hpp"
#include "limes/rate/theory/population_ensemble.hpp"

namespace limes::rate::theory {

/// The ensemble at each value of the parameter; empty where the value is not admissible.
using EnsembleFamily = std::function<std::optional<PopulationEnsemble>(double)>;

/// One state on a branch; vectors have one entry per population.
struct BranchState {
  double parameter = 0.0;
  std::vector<double> mean, variance, frozen, mean_output;
  double lyapunov_exponent = 0.0;
  double jacobian_radius = 0.0;
  std::optional<std::complex<double>> outlier;
  bool stable = false;
  double residual = 0.0;  ///< relative to the terms of the equations
};

enum class SpecialType { kFold, kPitchfork, kTranscritical, kFlip, kNeimarkSacker, kHopf, kChaos };

struct BranchSpecialPoint {
  SpecialType type = SpecialType::kFold;
  std::size_t index = 0;  ///< of its state in the branch
  std::complex<double> eigenvalue{1.0, 0.0};
};

struct StateBranch {
  std::vector<BranchState> states;  ///< along the branch, special points included
  std::vector<BranchSpecialPoint> special_points;
  bool lost = false;  ///< could not be followed to an end of the range, a border or another branch
};

struct BranchOptions {
  double lower = 0.0;
  double upper = 1.0;
  bool continuous_time = false;
  StopToken stop = {};
  Journal* journal = nullptr;  ///< of what was found; null: none is kept
};

/// The i-th of `count` values at which states are sought: both ends of the range, and values between them that are not
/// round, where special points like to lie and searches are slow.
[[nodiscard]] inline double scanned_value(const BranchOptions& options, int i, int count) {
  const double share = (i + (i > 0 && i + 1 < count ? 0.137 : 0.0)) / (count - 1);
  return options.lower + (options.upper - options.lower) * share;
}

/// All static branches: the curves (mu_a, v_a) of note 4.4a. Folds, pitchforks and transcritical points are those of
/// these equations, whatever the bulk; flips, Neimark-Sacker and Hopf points are crossings of eigenvalues outside the
/// bulk (note 4.5); `chaos` is where the bulk of DF crosses 1. Empty with noise. Where nothing drives the variance the
/// branches v > 0 begin at v = 0, at the `chaos` point of the silent branch.
[[nodiscard]] std::vector<StateBranch> static_branches(const EnsembleFamily& family, const BranchOptions& options);

/// All fluctuating branches of maps without leak, where (mu_a, v_a) obey closed equations too (note 4.4b). With noise
/// they are curves of their own; without it they are the parts of the static curves on which the least frozen part lies
/// below v. Crossings of all mean-field eigenvalues count: they move the means whatever the bulk does. `chaos` is where
/// the exponent of a generic perturbation vanishes.
[[nodiscard]] std::vector<StateBranch> white_branches(const EnsembleFamily& family, const BranchOptions& options);

/// All fluctuating branches of one population whose lag function is more than two numbers: flows, and maps with leak.
/// The lag function, the frozen part q included, follows from (mu, v), for which two scalar equations are left: of the
/// mean, and of the energy (flow, note 6.1) or of lag 0 (map, note 4.4b). Seeds are all states that flow_fluctuations()
/// and map_fluctuations() find at several values. `chaos` is where the exponent of the bulk vanishes, for a flow where
/// J^2 E f^2 + sigma_theta^2 = v (note 6.3); without noise also the `chaos` point of `static_ones` at which a branch is
/// born. Empty for several populations or a centred part of the field: see has_lag_branches().
[[nodiscard]] std::vector<StateBranch> lag_branches(const EnsembleFamily& family, const BranchOptions& options,
                                                    const std::vector<StateBranch>& static_ones);

/// The same for several populations and for a fixed in-degree, to the fourth order of a grid of lags (about 1e-7 of the
/// variance for a smooth transfer), with noise in the whole range: curves in (mu, v, q) and the connected part at one
/// lag, see LagReduction. `chaos` is where the exponent of generic perturbations vanishes; a map's multiplier -1 is a
/// flip.
[[nodiscard]] std::vector<StateBranch> population_lag_branches(const EnsembleFamily& family,
                                                               const BranchOptions& options);

/// One population of independent couplings?
[[nodiscard]] bool has_lag_branches(const PopulationEnsemble& ensemble);

/// The same as a plain ensemble; empty for several populations or a centred part of the field.
[[nodiscard]] std::optional<Ensemble> single_of(const PopulationEnsemble& ensemble);

/// Fold, pitchfork and transcritical events by their names; a crossing by the eigenvalue that crosses; the first test
/// is the exponent of the bulk.
[[nodiscard]] SpecialType type_of(const math::CurveEvent& event, bool continuous_time);

/// The event of a fluctuating branch, whose second test vanishes at a multiplier -1.
[[nodiscard]] BranchSpecialPoint special_point_of(const math::CurveEvent& event, bool continuous_time,
                                                  std::size_t index);

}  // namespace limes::rate::theory

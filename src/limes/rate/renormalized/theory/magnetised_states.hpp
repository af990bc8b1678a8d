#pragma once
// Mean-field states with R > 0 (note, section 5): x = R + Gaussian, R = gbar E phi. The mirror state has -R.

#include <optional>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/rate/renormalized/theory/loop_equations.hpp"

namespace limes::rate::renormalized {

struct MagnetisedState {
  bool is_static = false;
  bool stable = false;
  double mean = 0.0;         ///< R
  double variance = 0.0;     ///< over neurons, about R
  double mean_output = 0.0;  ///< E phi
  double mean_gain = 0.0;    ///< E phi'
  double residual = 0.0;
  double step = 0.0;                   ///< of the autocovariance, in tau
  std::vector<double> autocovariance;  ///< about R, frozen part included
};

/// All of them, ascending in R: without noise the static ones (stable iff g^2 E phi'^2 < 1 and no outlier exceeds 1)
/// and, if none of them is stable, the chaotic ones; with noise the fluctuating ones. A linear network has none.
[[nodiscard]] std::vector<MagnetisedState> magnetised_states(const LoopModel& model, const StopToken& stop = {});

/// The gbar at which g^2 E phi'^2 = 1 on the static branch (no noise): chaotic below, static above. None for g E phi'
/// that never exceeds 1 (g <= 1), or where no such point is found.
[[nodiscard]] std::optional<double> magnetised_chaos_coupling(const LoopModel& model);

}  // namespace limes::rate::renormalized

#pragma once
#include <vector>

#include "limes/rate/theory/ensemble.hpp"
#include "limes/transfer/moments.hpp"

namespace limes::rate::theory {

/// A solution (mu, v) of the closed one-time equations with its Gaussian moments.
struct OneTimeState {
  double mean = 0.0;
  double variance = 0.0;
  transfer::Moments moments;
  double residual = 0.0;  ///< largest |equation| relative to its terms
};

/// All solutions of
///   (1-gamma) mu = Jbar E f - thetabar,   (1-gamma)^2 v = J^2 E f^2 + sigma_theta^2 + extra_variance,   u ~ N(mu, v)
/// (note rate-networks 4.4a; with extra_variance = sigma^2 the one-time equations of the fluctuating states at gamma =
/// 0), in ascending order of (mean, variance). Found by a scan of the plane that is dense near v = 0, where states
/// coexist at large gain (note 4.6), and polished by Newton with exact derivatives. An unbounded transfer may have no
/// solution.
[[nodiscard]] std::vector<OneTimeState> one_time_states(const Ensemble& ensemble, double extra_variance);

}  // namespace limes::rate::theory

#pragma once
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/rate/theory/ensemble.hpp"
#include "limes/transfer/moments.hpp"

namespace limes::rate::theory {

/// A fluctuating stationary state of the map (chaos, noise, or both), note 4.4b.
struct MapFluctuation {
  double mean = 0.0;
  double variance = 0.0;  ///< v = D(0)
  double frozen = 0.0;    ///< q = D(infinity)
  transfer::Moments moments;
  std::vector<double> autocovariance;  ///< D(k), k = 0, 1, ...; decayed to q within 1e-10 of v - q at the end
  double lyapunov_exponent = 0.0;      ///< per step
  bool stable = false;
  bool converged = false;
  double residual = 0.0;  ///< largest |equation| relative to v
};

/// All fluctuating branches in ascending order of (mean, variance). At gamma = 0 only the values v, q matter and the
/// states are roots of closed equations; otherwise the lag function solves
///   (1+gamma^2) c(k) - gamma [c(k+1) + c(k-1)] = J^2 [C(q + c(k)) - C(q)] + sigma^2 delta_k0,  D = q + c,
/// a tridiagonal boundary-value problem: Newton in (c, mu, v, q) from candidates of a scan, which reaches unstable
/// branches as well. Stable: no real mode of the linearised two-time equations leaves the unit disc through +1 or -1
/// (see the code). States that did not converge are left out; `unconverged` (if given) receives the best residual among
/// them.
[[nodiscard]] std::vector<MapFluctuation> map_fluctuations(const Ensemble& ensemble, const StopToken& stop = {},
                                                           std::vector<double>* unconverged = nullptr);

/// The state (mu, v, q) of a map with leak whose connected part c(0), c(1), ... is known, with its exponent and
/// stability.
[[nodiscard]] MapFluctuation map_fluctuation_at(const Ensemble& ensemble, double mean, double variance, double frozen,
                                                const std::vector<double>& connected);

/// Sign of the determinant of the linearised two-time equations at the growth factor -1 of such a state: it changes
/// where a mode flips.
[[nodiscard]] int flip_sign(const Ensemble& ensemble, double mean, double variance, double frozen,
                            const std::vector<double>& connected);

}  // namespace limes::rate::theory

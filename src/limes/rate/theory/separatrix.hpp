#pragma once
#include <vector>

#include "limes/rate/theory/ensemble.hpp"
#include "limes/transfer/pair_moments.hpp"

namespace limes::rate::theory {

/// The decaying solution Delta(tau) of Delta'' = Delta - J^2 C(Delta) - sigma_theta^2 between Delta0 at tau = 0 (slope
/// -D) and q at infinity, from its conserved energy. With c = Delta - q = c0 exp(-w): d tau/dw = c/sqrt(2 [P(q + c) -
/// P(q)]).
class Separatrix {
 public:
  Separatrix(const Ensemble& ensemble, const transfer::PairMoments& pair, double variance, double frozen);

  /// Delta(k step) for k = 0, 1, ... until c has fallen to 1e-11 of its start.
  [[nodiscard]] std::vector<double> sample(double step) const;
  /// Decay rate of the tail, sqrt(1 - J^2 C'(q)).
  [[nodiscard]] double decay_rate() const { return decay_rate_; }

 private:
  [[nodiscard]] double squared_speed(double depth) const;  // Delta'^2 at c = c0 exp(-depth)
  [[nodiscard]] double force(double covariance) const;     // J^2 C + sigma_theta^2 - x = -P'
  /// int force from v - gap to v: the gap is known where v - (q + c) has lost it to rounding.
  [[nodiscard]] double force_below_variance(double gap) const;

  const Ensemble& ensemble_;
  const transfer::PairMoments& pair_;
  double variance_;
  double frozen_;
  double frozen_output_;
  double decay_rate_;
  std::vector<double> times_, depths_, depth_rates_;  // tau, w = ln(c0/c), dw/dtau at the panel ends
};

}  // namespace limes::rate::theory

#pragma once
// Linear stability of a state in the time-dependent replica limit (theory note rmf, section 3, point 6).

#include <complex>
#include <optional>
#include <vector>

#include "limes/spiking/theory/self_consistency.hpp"

namespace limes::spiking {

/// D(s) = det(I - C o Jhat(s)) prod over groups of several neurons of (1 + Jhat_aa(s)): its zeros are the growth rates
/// of small perturbations, those that differ between groups and those of zero sum within a group.
class CharacteristicFunction {
 public:
  CharacteristicFunction(const SpikingNetwork& network, const ReplicaState& state, std::size_t degree = kFullDegree);
  [[nodiscard]] std::complex<double> operator()(std::complex<double> s) const;
  [[nodiscard]] double fastest() const { return fastest_; }  ///< the largest of 1/tau, rates and input rates
  [[nodiscard]] double slowest() const { return slowest_; }  ///< the smallest of 1/tau and rates

 private:
  SpikingNetwork network_;
  std::vector<NeuronResponse> responses_;
  double fastest_ = 0.0, slowest_ = 0.0;
};

struct Stability {
  bool known = true;   ///< false: nothing was counted, for want of time
  int growing = 0;     ///< zeros with positive real part, by the argument principle
  bool stable = true;  ///< growing == 0
  bool leading_found = false;
  std::complex<double> leading{0.0, 0.0};  ///< the zero of largest real part among those found (imaginary part >= 0)
  double leading_error = 0.0;              ///< last step of its iteration
};

[[nodiscard]] Stability stability_of(const SpikingNetwork& network, const ReplicaState& state,
                                     const StopToken& stop = {});

/// As stability_of for up to 64 groups; for up to 320 the count alone; for more the sign of D(0) = det(I - gain), which
/// where negative shows an odd number of real growing modes and where positive leaves the stability unknown.
[[nodiscard]] Stability affordable_stability(const SpikingNetwork& network, const ReplicaState& state,
                                             const StopToken& stop = {});

/// The count alone: far cheaper than the leading zero.
[[nodiscard]] int growing_modes(const SpikingNetwork& network, const ReplicaState& state, const StopToken& stop = {},
                                std::size_t degree = kFullDegree);

/// The zero of D that Muller's method reaches from `start`; nothing where it does not settle.
[[nodiscard]] std::optional<std::complex<double>> mode_near(const CharacteristicFunction& d,
                                                            std::complex<double> start);

}  // namespace limes::spiking

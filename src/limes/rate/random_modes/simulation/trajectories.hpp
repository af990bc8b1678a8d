#pragma once
// Several trajectories of one network side by side: dx/dt = -x + J phi(x) + xi, as matrix products.

#include <cstdint>
#include <span>
#include <vector>

#include "limes/rate/random_modes/simulation/mode_couplings.hpp"

namespace limes::rate::random_modes {

/// Where the random numbers of the trajectories come from.
struct TrajectorySeed {
  std::uint64_t seed = 1;
  std::uint32_t realisation = 0;
};

template <typename Real>
class Trajectories {
 public:
  /// Independent initial states N(mean, variance).
  Trajectories(const ModesDescription& description, const ModeCouplings<Real>& couplings, TrajectorySeed seed);

  /// One step: classical Runge-Kutta without noise; with noise Heun's or Euler's method, whose steps share one noise.
  void advance(compute::Threads& threads);

  [[nodiscard]] std::int64_t step() const { return step_; }
  /// Element (i, b) at i * B + b.
  [[nodiscard]] std::span<const Real> state() const { return state_; }
  /// phi of the state.
  [[nodiscard]] std::span<const Real> output(compute::Threads& threads);
  /// |x| has exceeded 1e8, or is not a number.
  [[nodiscard]] bool diverged() const;

  template <typename Archive>
  void archive(Archive& a) {
    a(state_, step_);
  }

 private:
  /// slope = -state + J phi(state).
  void flow(compute::Threads& threads, const std::vector<Real>& state, std::vector<Real>& slope);
  void draw_noise(compute::Threads& threads);
  void advance_runge_kutta(compute::Threads& threads);
  void advance_noisy(compute::Threads& threads);

  const ModesDescription& description_;
  const ModeCouplings<Real>& couplings_;
  TrajectorySeed seed_;
  std::size_t columns_;
  std::int64_t step_ = 0;
  std::vector<Real> state_, output_, stage_, slope_, next_, noise_;
};

extern template class Trajectories<double>;
extern template class Trajectories<float>;

}  // namespace limes::rate::random_modes

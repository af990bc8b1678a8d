#pragma once
// Trajectories of one network as columns of one batch.

#include <cstdint>
#include <span>
#include <vector>

#include "limes/rate/renormalized/renormalized_description.hpp"
#include "limes/rate/simulation/network.hpp"

namespace limes::rate::renormalized {

/// dx_i/dt = -x_i + G_i + xi_i, G_i = sum_j J0_ij phi(x_j) + gbar_b m_b, m_b = (1/N) sum_j phi(x_j), for B columns b in
/// one or two halves: the first with gbar, the second (simulation.paired) with gbar taken off, driven by the same noise
/// from the same initial states. The rank-one mean is never expanded into J0. Element (i, b) of every array stands at
/// i * columns + b.
///
/// Steps of length h, with noise of variance 2 D h (or that of the Ornstein-Uhlenbeck process) that all stages share:
///   euler        x + h (G(x) - x) + n
///   heun         y = x + h (G(x) - x) + n,  x + (h/2) (G(x) - x + G(y) - y) + n
///   rk4          the classical scheme (no noise)
///   exponential  y = e x + c_1 G_0 + c_2 (G_0 - G_-1) + n,  e x + c_1 G_0 + c_2 (G(y) - G_0) + n, where G(y) becomes
///   G_0
///                of the next step: one product per step; e = exp(-h), c_1 = 1 - e, c_2 = (h - 1 + e)/h,
///                Var n = D (1 - e^2). Exact without coupling, weak order 2: at h = 0.05 the variance of a linear
///                population with gbar = 0.9 is off by 2e-4 of itself.
template <typename Real>
class TrajectoryBatch {
 public:
  /// Trajectories of realisation `realisation` at their initial states. `network`: J0 (of a given matrix, J). The
  /// arguments must outlive the batch.
  TrajectoryBatch(const RenormalizedDescription& description, const Network<Real>& network, std::uint32_t realisation);

  [[nodiscard]] std::int64_t step() const { return step_; }
  [[nodiscard]] std::size_t size() const { return network_->size(); }
  [[nodiscard]] std::size_t columns() const { return mean_couplings_.size(); }

  void advance(compute::Threads& threads);
  [[nodiscard]] std::span<const Real> state() const { return state_; }
  /// Some |x| exceeds 1e8 or is not finite.
  [[nodiscard]] bool out_of_bounds() const;
  /// Columns whose mean square has fallen below `share` of what it was at the start are at rest: set to 0.
  void lay_to_rest(double share);

  template <typename Archive>
  void archive(Archive& a) {
    a(step_, state_, field_, previous_field_, initial_power_);
  }

 private:
  /// G(x).
  void field(std::span<const Real> state, std::vector<Real>& result, compute::Threads& threads);
  void draw_noise();
  [[nodiscard]] std::vector<double> column_power() const;

  const RenormalizedDescription* description_;
  const Network<Real>* network_;
  std::uint32_t realisation_;
  std::size_t trajectories_;
  double noise_scale_ = 0.0;
  std::vector<Real> mean_couplings_;  // per column, on top of the network's matrix
  std::int64_t step_ = 0;
  std::vector<Real> state_, field_, previous_field_;
  std::vector<Real> output_, stage_, next_, noise_;
  std::vector<double> normals_, initial_power_;
};

extern template class TrajectoryBatch<double>;
extern template class TrajectoryBatch<float>;

}  // namespace limes::rate::renormalized

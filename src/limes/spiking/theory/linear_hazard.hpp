#pragma once
// The hazard of the linear neuron under Poisson inputs at a given age since its last spike (theory note rmf, section
// 2.5).

#include <cstddef>

#include "limes/spiking/theory/one_neuron.hpp"

namespace limes::spiking {

/// Mean hazard at age t, given survival, and the kernels it is made of: with g = tau (1 - e^{-t/tau}),
/// h = r e^{-t/tau} + b (1 - e^{-t/tau}) + sum_j nu_j k_j, k_j = 1 - e^{-mu_j g} for jumps and mu_j g for drift.
class LinearHazard {
 public:
  /// Throws InputError on a neuron that is no linear one.
  explicit LinearHazard(const OneNeuron& neuron, InputLaw law = InputLaw::kJumps);

  [[nodiscard]] double grown(double t) const;  ///< g(t)
  [[nodiscard]] double kernel(std::size_t input, double t) const;
  [[nodiscard]] double operator()(double t) const;
  [[nodiscard]] double late() const;  ///< h(infinity)
  [[nodiscard]] double kernel_late(std::size_t input) const;
  /// Variance of the intensity at age t given survival: sum_j nu_j mu_j^2 int_0^t e^{-mu_j g} e^{-2z/tau} dz.
  [[nodiscard]] double variance(double t) const;
  [[nodiscard]] double fastest_scale() const;  ///< shortest time in which anything changes at t = 0
  [[nodiscard]] const OneNeuron& neuron() const { return neuron_; }

 private:
  OneNeuron neuron_;
  InputLaw law_;
};

}  // namespace limes::spiking

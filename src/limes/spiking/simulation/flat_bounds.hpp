#pragma once
// Sharp bounds of a small network, made anew for all neurons at every event.

#include <cstddef>
#include <vector>

#include "limes/spiking/simulation/bound_kernels.hpp"
#include "limes/spiking/spiking_network.hpp"

namespace limes::spiking {

/// z and bound of every neuron; a draw is one pass over all, which is the quickest for some tens of them.
class FlatBounds {
 public:
  FlatBounds() = default;
  explicit FlatBounds(std::size_t neurons) : z_(neurons), bound_(neurons) {}

  [[nodiscard]] double& z(std::size_t neuron) { return z_[neuron]; }
  [[nodiscard]] double z(std::size_t neuron) const { return z_[neuron]; }
  [[nodiscard]] double total() const { return total_; }

  /// z += shift and new bounds for neurons first, ..., first + count - 1; call sum_up() after the last.
  template <Intensity kIntensity>
  void shift(std::size_t first, std::size_t count, double shift, const BoundTerms& terms) {
    if constexpr (kIntensity == Intensity::kExponential) {
      shift_and_bound_exponential(z_.data() + first, bound_.data() + first, count, shift, terms);
    } else {
      shift_and_bound_linear(z_.data() + first, bound_.data() + first, count, shift, terms);
    }
  }
  void sum_up() {
    total_ = 0.0;
    for (const double bound : bound_) total_ += bound;
  }

  struct Place {
    std::size_t neuron;
    double rest;  ///< uniform on [0, bound) where `place` was uniform on [0, total)
  };
  [[nodiscard]] Place find(double place) const {
    std::size_t neuron = 0;
    while (neuron + 1 < bound_.size() && place >= bound_[neuron]) place -= bound_[neuron++];
    return {neuron, place};
  }

  template <typename Archive>
  void archive(Archive& a) {
    a(z_, bound_, total_);
  }

 private:
  std::vector<double> z_;
  std::vector<double> bound_;
  double total_ = 0.0;
};

}  // namespace limes::spiking

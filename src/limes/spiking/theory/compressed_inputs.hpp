#pragma once
// Many inputs of different weights by a few: what makes the one-neuron problem of a network of a thousand distinct
// neurons as cheap as that of a few groups.

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "limes/spiking/theory/one_neuron.hpp"

namespace limes::spiking {

/// The inputs act through sum_j nu_j [f(y + w_j) - f(y)] with f smooth: an integral over the measure sum_j nu_j
/// delta(w_j), of which the Gauss rule with m nodes keeps 2m moments (Golub & Meurant, Matrices, Moments and
/// Quadrature, 2010, chapter 3). Derivatives by the nu_j are smooth functions of w_j: they are found at Chebyshev
/// points, as inputs of rate 0, and interpolated.
struct CompressedNeuron {
  OneNeuron neuron;               ///< inputs: the nodes of the rule, then the Chebyshev points
  Eigen::MatrixXd interpolation;  ///< inputs given x Chebyshev points

  /// Values at the inputs of `neuron` -> at the inputs given.
  template <typename Number>
  [[nodiscard]] std::vector<Number> spread(const std::vector<Number>& values) const {
    const auto points = interpolation.cols();
    const Eigen::Map<const Eigen::Matrix<Number, Eigen::Dynamic, 1>> last(values.data() + values.size() - points,
                                                                          points);
    const Eigen::Matrix<Number, Eigen::Dynamic, 1> result = interpolation.cast<Number>() * last;
    return {result.begin(), result.end()};
  }
};

/// Nothing where the inputs have so few different weights that nothing is won. Deterministic; relative error of the
/// rate 1e-9 for weights up to some units.
[[nodiscard]] std::optional<CompressedNeuron> compressed(const OneNeuron& neuron);

}  // namespace limes::spiking

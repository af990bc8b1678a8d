#pragma once
// Where the state of the exponential neuron lives, and cells on it that suit reset and weights.

#include <cstddef>

#include "limes/spiking/theory/one_neuron.hpp"

namespace limes::spiking {

/// `count` cells of size `cell`; the lowest edge is at `lower`.
struct ForwardGrid {
  double lower = 0.0;
  double cell = 1.0;
  std::size_t count = 0;

  [[nodiscard]] double centre(std::size_t index) const { return lower + (static_cast<double>(index) + 0.5) * cell; }
};

/// About `cells` cells (more where the smallest weight would be less than one). With relaxation 0 is an edge; without,
/// the reset is a centre. Weights and reset are whole numbers of cells as nearly as can be, so that splitting jumps
/// onto two cells has an error regular in the cell size. Throws InputError as solve_forward.
[[nodiscard]] ForwardGrid forward_grid(const OneNeuron& neuron, std::size_t cells);

/// The grid with every cell cut in `parts`, the same special points on edges (or centres) again.
[[nodiscard]] ForwardGrid refined(const ForwardGrid& grid, const OneNeuron& neuron, std::size_t parts);

}  // namespace limes::spiking

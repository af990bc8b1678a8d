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

/// Up to two cells that share what lands at a point, by linear splitting; what leaves the grid stays in its last cell.
struct Landing {
  std::size_t cell;
  double upper_share;  ///< of the cell above
};
[[nodiscard]] Landing landing(const ForwardGrid& grid, double y);

struct StateRange {
  double lower, upper;
};

/// Where the state of the exponential neuron goes after its reset, but for a probability of about e^{-30}.
[[nodiscard]] StateRange exponential_range(const OneNeuron& neuron);
/// The same of the linear neuron; state and reset counted from where it relaxes to (without relaxation, from 0).
[[nodiscard]] StateRange linear_range(const OneNeuron& neuron);

/// The cells of forward_grid over a given range.
[[nodiscard]] ForwardGrid grid_over(const OneNeuron& neuron, const StateRange& range, std::size_t cells);

/// About `cells` cells (more where the smallest weight would be less than one). With relaxation 0 is an edge; without,
/// the reset is a centre. Weights and reset are whole numbers of cells as nearly as can be, so that splitting jumps
/// onto two cells has an error regular in the cell size. Throws InputError as solve_forward.
[[nodiscard]] ForwardGrid forward_grid(const OneNeuron& neuron, std::size_t cells);

/// The grid with every cell cut in `parts`, the same special points on edges (or centres) again.
[[nodiscard]] ForwardGrid refined(const ForwardGrid& grid, const OneNeuron& neuron, std::size_t parts);

}  // namespace limes::spiking

#include "limes/spiking/state_density.hpp"

#include <algorithm>
#include <cmath>

#include "limes/spiking/state_bins.hpp"
#include "limes/spiking/theory/forward.hpp"

namespace limes::spiking {

namespace {

/// Masses on one grid: a cell gives each bin its share of the cell's length.
std::vector<double> masses_on(const OneNeuron& neuron, std::size_t cells) {
  const ForwardSolution solution = solve_forward(neuron, {cells});
  std::vector<double> masses(StateBins::kCount, 0.0);
  const double cell = solution.state[1] - solution.state[0];
  for (std::size_t i = 0; i < solution.state.size(); ++i) {
    const double low = solution.state[i] - 0.5 * cell, high = low + cell;
    const std::size_t first = StateBins::index(low + 1e-9 * cell), last = StateBins::index(high - 1e-9 * cell);
    for (std::size_t bin = first; bin <= last; ++bin) {
      const double from = bin == first ? low : StateBins::lower(bin);
      const double to = bin == last ? high : StateBins::lower(bin + 1);
      masses[bin] += solution.density[i] * (to - from);
    }
  }
  masses[StateBins::index(0.0)] += solution.atom;
  return masses;
}

}  // namespace

StateMasses state_masses(const OneNeuron& neuron) {
  constexpr std::size_t kCells = 500;
  const std::vector<double> coarse = masses_on(neuron, kCells), fine = masses_on(neuron, 2 * kCells);
  StateMasses result;
  for (std::size_t bin = 0; bin < fine.size(); ++bin) {
    result.value.push_back(std::max(0.0, 2.0 * fine[bin] - coarse[bin]));  // the error is of first order
    result.error.push_back(std::abs(fine[bin] - coarse[bin]));
  }
  return result;
}

}  // namespace limes::spiking

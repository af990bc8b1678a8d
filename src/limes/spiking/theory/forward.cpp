#include "limes/spiking/theory/forward.hpp"

#include <Eigen/SparseLU>
#include <algorithm>
#include <cmath>

#include "limes/base/errors.hpp"
#include "limes/spiking/theory/forward_grid.hpp"

namespace limes::spiking {
namespace {

struct Chain {
  Eigen::VectorXd law;  ///< stationary probabilities of the cells
  OneNeuronStatistics statistics;
};

/// The chain's own rate, moments and derivatives. -A0 (the generator without the return to the reset) is factorised
/// once: u = (-A0^T)^{-1} e_reset is the expected time per interval in each cell, T = (-A0)^{-1} 1 the mean time to the
/// next spike; 1/beta = sum u, E ISI^2 = 2 u.T, d beta/d nu_j = -beta^2 u.(B_j T) (note 2.1, equations 6-8).
Chain solve_chain(const OneNeuron& neuron, const ForwardGrid& grid) {
  using Index = Eigen::Index;
  const auto cells = static_cast<Index>(grid.count);
  std::vector<Eigen::Triplet<double>> entries;
  entries.reserve(grid.count * (3 + 3 * neuron.inputs.size()));
  const auto move = [&](Index from, Index to, double rate) {
    if (from == to || rate == 0) return;
    entries.emplace_back(from, to, -rate);
    entries.emplace_back(from, from, rate);
  };
  for (Index i = 0; i < cells; ++i) {
    const double centre = grid.centre(static_cast<std::size_t>(i));
    entries.emplace_back(i, i, neuron.base_rate * std::exp(centre));
    // Upwind flux through the edges at which the drift -y/tau leaves the cell.
    const double low = centre - 0.5 * grid.cell, high = centre + 0.5 * grid.cell;
    if (low > 0 && i > 0) move(i, i - 1, low / neuron.time_constant / grid.cell);
    if (high < 0 && i + 1 < cells) move(i, i + 1, -high / neuron.time_constant / grid.cell);
    for (const ExternalInput& input : neuron.inputs) {
      const Landing target = landing(grid, centre + input.weight);
      const auto cell = static_cast<Index>(target.cell);
      move(i, cell, input.rate * (1 - target.upper_share));
      move(i, cell + 1, input.rate * target.upper_share);
    }
  }
  Eigen::SparseMatrix<double> matrix(cells, cells);
  matrix.setFromTriplets(entries.begin(), entries.end());
  Eigen::SparseLU<Eigen::SparseMatrix<double>> factors(matrix);
  if (factors.info() != Eigen::Success) throw ConvergenceError("the density's linear system is singular", 1.0);
  const Landing start = landing(grid, neuron.reset);
  Eigen::VectorXd source = Eigen::VectorXd::Zero(cells);
  source[static_cast<Index>(start.cell)] = 1 - start.upper_share;
  source[static_cast<Index>(start.cell) + 1] = start.upper_share;
  const Eigen::VectorXd occupation = factors.transpose().solve(source);
  const Eigen::VectorXd waiting = factors.solve(Eigen::VectorXd::Ones(cells));

  Chain chain;
  const double mean = occupation.sum();
  chain.law = occupation / mean;
  OneNeuronStatistics& statistics = chain.statistics;
  statistics.rate = 1 / mean;
  statistics.isi_cv = std::sqrt(std::max(0.0, 2 * occupation.dot(waiting) / (mean * mean) - 1));
  for (Index i = 0; i < cells; ++i) statistics.mean_state += chain.law[i] * grid.centre(static_cast<std::size_t>(i));
  for (Index i = 0; i < cells; ++i) {
    const double deviation = grid.centre(static_cast<std::size_t>(i)) - statistics.mean_state;
    statistics.state_variance += chain.law[i] * deviation * deviation;
  }
  for (const ExternalInput& input : neuron.inputs) {
    double change = 0;
    for (Index i = 0; i < cells; ++i) {
      const Landing target = landing(grid, grid.centre(static_cast<std::size_t>(i)) + input.weight);
      const auto cell = static_cast<Index>(target.cell);
      const double after = waiting[cell] * (1 - target.upper_share) + waiting[cell + 1] * target.upper_share;
      change += occupation[i] * (after - waiting[i]);
    }
    statistics.rate_sensitivity.push_back(-statistics.rate * statistics.rate * change);
  }
  return chain;
}

/// Values on cells h, h/2, h/4 with an error e1 h + e2 h^2 + ...: both terms removed.
double extrapolated(double coarse, double middle, double fine) { return (8 * fine - 6 * middle + coarse) / 3; }

}  // namespace

ForwardSolution solve_forward(const OneNeuron& neuron, const ForwardOptions& options) {
  const ForwardGrid grid = forward_grid(neuron, options.cells);
  const ForwardGrid finest = refined(grid, neuron, 4);
  const OneNeuronStatistics coarse = solve_chain(neuron, grid).statistics;
  const OneNeuronStatistics middle = solve_chain(neuron, refined(grid, neuron, 2)).statistics;
  const Chain chain = solve_chain(neuron, finest);
  const OneNeuronStatistics& fine = chain.statistics;

  ForwardSolution solution;
  OneNeuronStatistics& statistics = solution.statistics;
  statistics.rate = extrapolated(coarse.rate, middle.rate, fine.rate);
  statistics.rate_error = std::abs(statistics.rate - (2 * fine.rate - middle.rate)) + 1e-13 * statistics.rate;
  statistics.isi_cv = extrapolated(coarse.isi_cv, middle.isi_cv, fine.isi_cv);
  statistics.mean_state = extrapolated(coarse.mean_state, middle.mean_state, fine.mean_state);
  statistics.state_variance =
      std::max(0.0, extrapolated(coarse.state_variance, middle.state_variance, fine.state_variance));
  for (std::size_t j = 0; j < neuron.inputs.size(); ++j)
    statistics.rate_sensitivity.push_back(
        extrapolated(coarse.rate_sensitivity[j], middle.rate_sensitivity[j], fine.rate_sensitivity[j]));

  std::vector<double> masses(chain.law.begin(), chain.law.end());
  if (neuron.reset == 0 && !std::isinf(neuron.time_constant)) {
    // Reset to rest: the mass waits in the two cells about 0 for an input or a spike.
    double leaving = neuron.base_rate;
    for (const ExternalInput& input : neuron.inputs)
      if (input.weight != 0) leaving += input.rate;
    solution.atom = statistics.rate / leaving;
    const Landing rest = landing(finest, 0);
    for (const std::size_t cell : {rest.cell, rest.cell + 1})
      masses[cell] = std::max(0.0, masses[cell] - 0.5 * fine.rate / leaving);
  }
  for (std::size_t i = 0; i < finest.count; ++i) {
    solution.state.push_back(finest.centre(i));
    solution.density.push_back(masses[i] / finest.cell);
  }
  return solution;
}

}  // namespace limes::spiking

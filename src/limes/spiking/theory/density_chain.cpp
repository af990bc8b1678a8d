#include "limes/spiking/theory/density_chain.hpp"

#include <algorithm>
#include <cmath>

namespace limes::spiking {

DensityChain::DensityChain(const OneNeuron& neuron, const ForwardGrid& grid) : grid_(grid) {
  using Eigen::Index;
  const bool relaxes = !std::isinf(neuron.time_constant);
  const bool linear = neuron.intensity == Intensity::kLinear;
  rest_ = linear && relaxes ? neuron.base_rate : 0.0;
  reset_ = landing(grid, neuron.reset - rest_);
  const auto cells = static_cast<Index>(grid.count);
  hazard_.resize(cells);
  drift_ = Eigen::VectorXd::Zero(cells);
  for (Index i = 0; i < cells; ++i) {
    const double centre = grid.centre(static_cast<std::size_t>(i));
    hazard_(i) = linear ? std::max(0.0, rest_ + centre) : neuron.base_rate * std::exp(centre);
    if (centre < 0.0) middle_ = i + 1;
    if (!relaxes) continue;
    // Upwind flux through the edge at which the drift -y/tau leaves the cell.
    const double edge = std::abs(centre) - 0.5 * grid.cell;
    if (edge > 1e-9 * grid.cell) drift_(i) = edge / (neuron.time_constant * grid.cell);
  }
  for (const ExternalInput& input : neuron.inputs) {
    double length = input.weight / grid.cell;
    if (std::abs(length - std::round(length)) < 1e-7) length = std::round(length);
    const double whole = std::floor(length);
    shifts_.push_back({static_cast<Index>(whole), length - whole});
  }
}

Eigen::VectorXd DensityChain::point_mass(double state) const {
  Eigen::VectorXd law = Eigen::VectorXd::Zero(cells());
  const Landing at = landing(grid_, state - rest_);
  law(static_cast<Eigen::Index>(at.cell)) = 1.0 - at.upper_share;
  law(static_cast<Eigen::Index>(at.cell) + 1) = at.upper_share;
  return law;
}

void DensityChain::jumps(const Eigen::Ref<const Eigen::VectorXd>& law, const std::vector<double>& input_rates,
                         Eigen::Ref<Eigen::VectorXd> result) const {
  const Eigen::Index n = cells();
  double total = 0.0;
  for (const double rate : input_rates) total += rate;
  result = -total * law;
  for (std::size_t j = 0; j < shifts_.size(); ++j) {
    const auto [by, share] = shifts_[j];
    // Cells first..last - 1 land inside; what would leave stays in the end cell.
    const Eigen::Index first = std::clamp<Eigen::Index>(-by, 0, n);
    const Eigen::Index last = std::clamp<Eigen::Index>(n - 1 - by, first, n);
    const double rate = input_rates[j];
    if (first > 0) result(0) += rate * law.head(first).sum();
    if (last < n) result(n - 1) += rate * law.tail(n - last).sum();
    const Eigen::Index count = last - first;
    result.segment(first + by, count) += rate * (1.0 - share) * law.segment(first, count);
    if (share > 0.0) result.segment(first + by + 1, count) += rate * share * law.segment(first, count);
  }
}

/// (1 - step (drift and spikes))^{-1}, without the return: each side of rest feeds only towards rest.
void DensityChain::sweep(double step, Eigen::Ref<Eigen::VectorXd> x) const {
  double flow = 0.0;
  for (Eigen::Index i = cells() - 1; i >= middle_; --i) {
    x(i) = (x(i) + flow) / (1.0 + step * (hazard_(i) + drift_(i)));
    flow = step * drift_(i) * x(i);
  }
  flow = 0.0;
  for (Eigen::Index i = 0; i < middle_; ++i) {
    x(i) = (x(i) + flow) / (1.0 + step * (hazard_(i) + drift_(i)));
    flow = step * drift_(i) * x(i);
  }
}

DensityChain::Implicit DensityChain::prepare(double step) const {
  Implicit implicit;
  implicit.step = step;
  implicit.from_reset = Eigen::VectorXd::Zero(cells());
  implicit.from_reset(static_cast<Eigen::Index>(reset_.cell)) = 1.0 - reset_.upper_share;
  implicit.from_reset(static_cast<Eigen::Index>(reset_.cell) + 1) = reset_.upper_share;
  sweep(step, implicit.from_reset);
  implicit.return_share = step * rate(implicit.from_reset);
  return implicit;
}

void DensityChain::solve(const Implicit& implicit, Eigen::Ref<Eigen::VectorXd> x) const {
  sweep(implicit.step, x);
  // x + step B w with B = h.x/(1 - step h.w), w from the reset: the spikes of the step return there within it.
  const double spikes = rate(x) / (1.0 - implicit.return_share);
  x += implicit.step * spikes * implicit.from_reset;
}

}  // namespace limes::spiking

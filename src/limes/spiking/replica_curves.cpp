#include "limes/spiking/replica_curves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "limes/base/errors.hpp"
#include "limes/spiking/interval_bins.hpp"
#include "limes/spiking/theory/interval_law.hpp"
#include "limes/spiking/theory/self_consistency.hpp"

namespace limes::spiking {

namespace {

/// The bins that hold a thousandth of the intervals or more, and lie above the shortest thousandth, of some group: what
/// lies outside is left to no test, because the densities of tiny bins fluctuate by orders of magnitude more.
std::pair<std::size_t, std::size_t> telling_bins(const std::vector<std::vector<double>>& masses) {
  constexpr double kShare = 1e-3;
  std::size_t first = IntervalBins::kCount - 1, last = 0;
  for (const std::vector<double>& law : masses) {
    double below = 0.0;
    for (std::size_t bin = 0; bin < law.size(); ++bin) {
      if (below + law[bin] > kShare) first = std::min(first, bin);
      if (1.0 - below > kShare) last = std::max(last, bin);
      below += law[bin];
    }
  }
  return {first, last};
}

void write_interval_density(const std::vector<OneNeuron>& neurons, const StopToken& stop, StateWriter& write) {
  std::vector<std::vector<double>> masses;
  for (const OneNeuron& neuron : neurons) {
    stop.check();
    masses.push_back(interval_masses(neuron));
  }
  const auto [first, last] = telling_bins(masses);
  system::Axis axis{"interval", "time", {}};
  system::Tensor density({neurons.size(), last - first + 1}, {});
  for (std::size_t bin = first; bin <= last; ++bin) axis.values.push_back(IntervalBins::centre(bin));
  for (const std::vector<double>& law : masses) {
    for (std::size_t bin = first; bin <= last; ++bin) {
      density.values.push_back(IntervalBins::density(law[bin], bin));
    }
  }
  write.curve_of_replicas("isi_density", {group_axis(neurons.size()), axis}, std::move(density));
}

}  // namespace

void write_curves(const SpikingNetwork& network, const Eigen::VectorXd& rates, const StopToken& stop,
                  StateWriter& write) {
  std::vector<OneNeuron> neurons;
  for (std::size_t a = 0; a < network.groups.size(); ++a) neurons.push_back(neuron_of_group(network, a, rates));
  try {
    write_interval_density(neurons, stop, write);
  } catch (const ConvergenceError& error) {
    write.warn(fmt::format("isi_density is left out: {}", error.what()));
  }
}

}  // namespace limes::spiking

#include "limes/spiking/replica_curves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "limes/base/errors.hpp"
#include "limes/spiking/interval_bins.hpp"
#include "limes/spiking/state_bins.hpp"
#include "limes/spiking/state_density.hpp"
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

void write_interval_density(const std::vector<OneNeuron>& neurons, bool held, const StopToken& stop,
                            StateWriter& write) {
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
  if (held) write.conditional_curve("conditional_isi_density", {group_axis(neurons.size()), axis}, density);
  write.curve_of_replicas("isi_density", {group_axis(neurons.size()), axis}, std::move(density));
}

/// The density of the log-intensity, in bins that hold a thousandth of some group or more.
void write_state_density(const std::vector<OneNeuron>& neurons, const StopToken& stop, StateWriter& write) {
  constexpr std::size_t kMostGroups = 16;  // beyond, the chains of all groups would take longer than all else
  const bool discrete = std::any_of(neurons.begin(), neurons.end(), [](const OneNeuron& neuron) {
    return neuron.intensity == Intensity::kLinear || std::isinf(neuron.time_constant);
  });
  if (discrete || neurons.size() > kMostGroups) return;
  std::vector<StateMasses> masses;
  std::size_t first = StateBins::kCount - 1, last = 0;
  for (const OneNeuron& neuron : neurons) {
    stop.check();
    masses.push_back(state_masses(neuron));
    for (std::size_t bin = 0; bin < StateBins::kCount; ++bin) {
      if (masses.back().value[bin] < 1e-3) continue;
      first = std::min(first, bin);
      last = std::max(last, bin);
    }
  }
  if (first > last) return;
  system::Axis axis{"state", "1", {}};
  system::Tensor density({neurons.size(), last - first + 1}, {}), error = density;
  for (std::size_t bin = first; bin <= last; ++bin) axis.values.push_back(StateBins::centre(bin));
  for (const StateMasses& law : masses) {
    for (std::size_t bin = first; bin <= last; ++bin) {
      density.values.push_back(law.value[bin] / StateBins::width(bin));
      error.values.push_back(law.error[bin] / StateBins::width(bin));
    }
  }
  write.curve_of_replicas("state_density", {group_axis(neurons.size()), axis}, std::move(density), std::move(error));
}

}  // namespace

void write_curves(const SpikingNetwork& network, const Eigen::VectorXd& rates, bool held, const StopToken& stop,
                  StateWriter& write) {
  std::vector<OneNeuron> neurons;
  for (std::size_t a = 0; a < network.groups.size(); ++a) neurons.push_back(neuron_of_group(network, a, rates));
  try {
    write_interval_density(neurons, held, stop, write);
  } catch (const ConvergenceError& error) {
    write.warn(fmt::format("isi_density is left out: {}", error.what()));
  }
  try {
    write_state_density(neurons, stop, write);
  } catch (const ConvergenceError& error) {
    write.warn(fmt::format("state_density is left out: {}", error.what()));
  }
}

}  // namespace limes::spiking

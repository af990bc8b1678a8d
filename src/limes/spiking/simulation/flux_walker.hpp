#pragma once
// A network that is started from stored states again and again (forward flux sampling).

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "limes/spiking/simulation/core_sets.hpp"
#include "limes/spiking/simulation/event_simulator.hpp"
#include "limes/spiking/simulation/recorder.hpp"
#include "limes/spiking/simulation/state_detector.hpp"

namespace limes::spiking {

/// All that the future of network and trace depends on, at the end of a bin.
struct FluxState {
  std::vector<double> y;      ///< per neuron
  std::vector<double> trace;  ///< per group
};

template <Intensity kIntensity>
class FluxWalker {
 public:
  /// `realisation` names the random numbers. All arguments must stay alive.
  FluxWalker(const EventNetwork& network, const CoreSets& cores, const RunPlan& plan, std::uint64_t seed,
             std::uint32_t realisation)
      : network_(network),
        cores_(cores),
        bin_(plan.bin),
        seed_(seed),
        realisation_(realisation),
        filter_(neurons_of(network), plan.filter, plan.bin),
        simulator_(network, seed, realisation, 0),
        spikes_(network.groups()),
        trace_(network.groups()) {}

  /// Starts from `state`, with random numbers that no other start has.
  void start(const FluxState& state) {
    simulator_.restart(seed_, realisation_, ++starts_);
    for (std::size_t n = 0; n < state.y.size(); ++n) simulator_.set_state(n, state.y[n]);
    simulator_.refresh();
    trace_ = state.trace;
    bins_ = 0;
  }
  /// One bin; false where the network has run away.
  [[nodiscard]] bool step() {
    std::fill(spikes_.begin(), spikes_.end(), 0.0);
    const std::uint64_t most = 1'000'000 + std::uint64_t{2000} * network_.neurons();
    const bool sound = simulator_.advance(static_cast<double>(++bins_) * bin_, most, [&](double, std::size_t neuron) {
      spikes_[network_.group_of[network_.replicas == 1 ? neuron : neuron % network_.units]] += 1.0;
    });
    filter_.end_bin(spikes_, trace_);
    return sound;
  }
  [[nodiscard]] FluxState state() const {
    FluxState state{std::vector<double>(network_.neurons()), trace_};
    simulator_.for_each_state([&](std::size_t n, double y) { state.y[n] = y; });
    return state;
  }
  [[nodiscard]] double progress(std::size_t from) const { return cores_.progress(trace_, from); }
  [[nodiscard]] bool is_in(std::size_t core) const { return cores_.core_of(trace_) == static_cast<int>(core); }

 private:
  static std::vector<double> neurons_of(const EventNetwork& network) {
    std::vector<double> neurons;
    for (std::size_t a = 0; a < network.groups(); ++a) {
      neurons.push_back(
          static_cast<double>((network.group_borders[a + 1] - network.group_borders[a]) * network.replicas));
    }
    return neurons;
  }

  const EventNetwork& network_;
  const CoreSets& cores_;
  double bin_;
  std::uint64_t seed_;
  std::uint32_t realisation_;
  std::uint32_t starts_ = 0;
  TraceFilter filter_;
  EventSimulator<kIntensity> simulator_;
  std::vector<double> spikes_;
  std::vector<double> trace_;
  std::int64_t bins_ = 0;
};

}  // namespace limes::spiking

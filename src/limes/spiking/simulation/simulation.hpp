#pragma once
#include <vector>

#include "limes/spiking/simulation/core_sets.hpp"
#include "limes/spiking/spiking_description.hpp"
#include "limes/system/outcome.hpp"
#include "limes/system/system.hpp"

namespace limes::spiking {

/// Simulates the network exactly: `simulation.realisations` independent runs, for each number of replicas, several at
/// once on the threads of `context`. Results do not depend on the number of threads. `states`: those that a metastable
/// network may hold; with fewer than two stable ones none are looked for. The stop token is polled at every bin of
/// detection: an interruption gives status kInterrupted with the finished realisations. With checkpoints, finished runs
/// are saved at once and running ones every 30 s and on a stop; the same call later goes on from there and gives the
/// bits of an uninterrupted run. A run of more than 2000 spikes per neuron and 1e6 in all within one bin has run away:
/// its realisation is marked diverged (status kDiverged). With simulation.method = forward_flux: flux_simulation.hpp.
[[nodiscard]] system::SimulationOutcome simulate_network(const SpikingDescription& description,
                                                         const std::vector<KnownState>& states,
                                                         const system::Context& context);

}  // namespace limes::spiking

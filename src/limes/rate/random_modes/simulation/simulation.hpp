#pragma once
#include "limes/rate/random_modes/modes_description.hpp"
#include "limes/system/outcome.hpp"
#include "limes/system/system.hpp"

namespace limes::rate::random_modes {

/// Simulates the networks: `simulation.realisations` independent draws, several at once on the threads of `context`, or
/// repeats on one matrix. Networks that end in a fixed point or a cycle are counted, and left out of the averages of an
/// ensemble. Results do not depend on the number of threads. An interruption gives status kInterrupted with the
/// finished realisations.
[[nodiscard]] system::SimulationOutcome simulate_networks(const ModesDescription& description,
                                                          const system::Context& context);

}  // namespace limes::rate::random_modes

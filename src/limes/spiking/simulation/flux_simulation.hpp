#pragma once
#include <vector>

#include "limes/spiking/simulation/core_sets.hpp"
#include "limes/spiking/simulation/event_network.hpp"
#include "limes/spiking/simulation/recorder.hpp"
#include "limes/spiking/spiking_description.hpp"
#include "limes/system/outcome.hpp"
#include "limes/system/system.hpp"

namespace limes::system {
class SavedStates;
}

namespace limes::spiking {

/// Forward flux sampling (forward_flux.hpp) of each network: `simulation.realisations` independent estimates, with the
/// same interfaces. Measures transition_rate, mean_residence_time, settling_factor, interface_count and the curve
/// reaching_probability. Interfaces and finished estimates are saved; what an interruption breaks off is begun anew. A
/// state that is not held, or from which nothing gets far, gives status kNotConverged. Throws InputError unless there
/// are two states.
[[nodiscard]] system::SimulationOutcome simulate_flux(const SpikingDescription& description,
                                                      const std::vector<EventNetwork>& networks, const CoreSets& cores,
                                                      const RunPlan& plan, system::SavedStates& saved,
                                                      const system::Context& context);

}  // namespace limes::spiking

#pragma once
#include "limes/rate/renormalized/renormalized_description.hpp"
#include "limes/system/system.hpp"

namespace limes::rate::renormalized {

/// Simulates all networks of the description, realisations side by side. A network most of whose trajectories keep one
/// sign of the mean output is measured as `magnetised-0`, and not compared with the loop theory.
[[nodiscard]] system::SimulationOutcome simulate_renormalized(const RenormalizedDescription& description,
                                                              const system::Context& context);

}  // namespace limes::rate::renormalized

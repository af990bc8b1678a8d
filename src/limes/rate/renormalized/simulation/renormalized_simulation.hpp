#pragma once
#include "limes/rate/renormalized/renormalized_description.hpp"
#include "limes/system/system.hpp"

namespace limes::rate::renormalized {

/// Simulates all networks of the description, realisations side by side. Where most networks are magnetised (keep the
/// sign of their mean output) these are measured as `magnetised-0`, and not compared with the loop theory. Where only
/// some are they stay among the others: the loop theory is that of the average over all networks, and to leave out
/// those of large mean output would bias it.
[[nodiscard]] system::SimulationOutcome simulate_renormalized(const RenormalizedDescription& description,
                                                              const system::Context& context);

}  // namespace limes::rate::renormalized

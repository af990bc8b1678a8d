#pragma once
#include "limes/rate/fixed_point_geometry/fixed_points_description.hpp"
#include "limes/system/outcome.hpp"
#include "limes/system/system.hpp"

namespace limes::rate::fixed_points {

/// Networks drawn from the description, each with its trajectory, its fixed points and what is measured at both.
/// Realisations run in parallel; finished ones and running searches are kept in the checkpoint store.
[[nodiscard]] system::SimulationOutcome simulate_fixed_points(const FixedPointsDescription& description,
                                                              const system::Context& context);

}  // namespace limes::rate::fixed_points

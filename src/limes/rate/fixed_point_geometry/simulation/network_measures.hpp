#pragma once
// From the trajectory and the fixed points of one network to named results.

#include "limes/rate/fixed_point_geometry/simulation/search.hpp"
#include "limes/rate/fixed_point_geometry/simulation/trajectory.hpp"
#include "limes/system/outcome.hpp"

namespace limes::rate::fixed_points {

/// Everything that is measured of one network, by the names of the schema; means over its own fixed points where the
/// schema says all (pooling.hpp). Throws InterruptedError.
[[nodiscard]] system::Realisation measure_network(const FixedPointsDescription& description, std::uint32_t realisation,
                                                  const VectorField& field, const Trajectory& trajectory,
                                                  const FixedPointSet& found, compute::Threads& threads,
                                                  const StopToken& stop);

}  // namespace limes::rate::fixed_points

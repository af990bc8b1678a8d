#pragma once
#include "limes/rate/fixed_point_geometry/fixed_points_description.hpp"
#include "limes/system/outcome.hpp"
#include "limes/system/system.hpp"

namespace limes::rate::fixed_points {

/// The theory as named quantities and curves: the limit N -> infinity (theory/complexity.hpp), and the count at this N
/// (kac_rice.hpp). Nothing for a given matrix, with a warning.
[[nodiscard]] system::TheoryOutcome solve_fixed_points_theory(const FixedPointsDescription& description,
                                                              const system::Context& context);

}  // namespace limes::rate::fixed_points

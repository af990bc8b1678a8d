#pragma once
#include "limes/rate/renormalized/renormalized_description.hpp"
#include "limes/system/system.hpp"

namespace limes::rate::renormalized {

/// The branches `mean_field`, `one_loop`, `one_loop_cross` and `magnetised-0`, ... with their quantities and curves.
[[nodiscard]] system::TheoryOutcome solve_renormalized(const RenormalizedDescription& description,
                                                       const system::Context& context);

}  // namespace limes::rate::renormalized

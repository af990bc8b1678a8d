#pragma once
#include "limes/rate/random_modes/modes_description.hpp"
#include "limes/system/outcome.hpp"
#include "limes/system/system.hpp"

namespace limes::rate::random_modes {

/// Overlaps of left and right modes (note 4.2): in closed form for a linear network, else by sampled mean-field theory.
void solve_overlaps(const ModesDescription& description, const system::Context& context,
                    system::TheoryOutcome& outcome);

}  // namespace limes::rate::random_modes

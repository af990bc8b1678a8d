#pragma once
#include "limes/rate/random_modes/modes_description.hpp"
#include "limes/system/outcome.hpp"
#include "limes/system/system.hpp"

namespace limes::rate::random_modes {

/// The limit theory: of random couplings one branch, `fluctuating-0` (or `static-0` where x = 0 is all there is); of a
/// given matrix `quenched`, `free_cumulants` and `iid_surrogate`.
[[nodiscard]] system::TheoryOutcome solve_theory(const ModesDescription& description, const system::Context& context);

}  // namespace limes::rate::random_modes

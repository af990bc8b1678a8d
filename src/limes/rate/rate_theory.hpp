#pragma once
#include "limes/rate/rate_description.hpp"
#include "limes/system/outcome.hpp"
#include "limes/system/system.hpp"

namespace limes::rate {

/// The limit theory of a described network as named quantities and curves. iid couplings: every static and fluctuating
/// branch of the ensemble (`static-0`, `fluctuating-0`, ...). A given matrix: the quenched mean field and the fixed
/// points of that matrix (given_matrix_theory), and for contrast the iid surrogate (`iid_surrogate/...`). A common
/// threshold offset (threshold.correlation) is averaged over. A stimulus makes every value `valid = false`.
[[nodiscard]] system::TheoryOutcome solve_theory(const RateDescription& description, const system::Context& context);

}  // namespace limes::rate

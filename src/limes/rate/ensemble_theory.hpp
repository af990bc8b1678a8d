#pragma once
// From the solutions of rate/theory to named quantities and curves.

#include <string>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/rate/branch_writer.hpp"
#include "limes/rate/rate_description.hpp"
#include "limes/rate/theory/ensemble.hpp"
#include "limes/system/outcome.hpp"

namespace limes::rate {

/// What the limit theory knows of a described network, with the common threshold offset at `offset` standard
/// deviations.
[[nodiscard]] theory::Ensemble ensemble_of(const RateDescription& description, double offset = 0.0);

/// `entropy_rate`, `kaplan_yorke_dimension` and `lyapunov_spectrum` of a state without leak (note 5.3), where a finite
/// network has them: exponent i of N at x = (i + 1/2)/N. Directions that zero slopes of some neurons close have
/// exponents of -infinity and are left out.
void write_free_spectrum(BranchWriter& writer, const RateDescription& description, const theory::Ensemble& ensemble,
                         double mean, double variance);

/// Every branch of one ensemble, in the forms of the contract, for a fixed common threshold offset.
[[nodiscard]] system::TheoryOutcome ensemble_theory(const RateDescription& description,
                                                    const theory::Ensemble& ensemble, const StopToken& stop);

/// The same, averaged over the common threshold offset by Gauss-Hermite quadrature: branch by branch, where each offset
/// has the same branches; otherwise the values at zero offset, marked not valid.
[[nodiscard]] system::TheoryOutcome ensemble_theory_over_offsets(const RateDescription& description,
                                                                 const StopToken& stop);

}  // namespace limes::rate

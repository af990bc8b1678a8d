#pragma once
// From the theory of several populations (or of couplings whose field needs more than a mean and a deviation) to named
// quantities and curves.

#include "limes/base/interruption.hpp"
#include "limes/rate/rate_description.hpp"
#include "limes/rate/theory/population_ensemble.hpp"
#include "limes/system/outcome.hpp"

namespace limes::rate {

/// What the limit theory knows of a described network, with the common threshold offset at `offset` standard
/// deviations.
[[nodiscard]] theory::PopulationEnsemble population_ensemble_of(const RateDescription& description,
                                                                double offset = 0.0);

/// Every stationary branch of several populations, or of one with a fixed in-degree, at a fixed common threshold
/// offset.
[[nodiscard]] system::TheoryOutcome population_theory(const RateDescription& description, double offset,
                                                      const StopToken& stop);

}  // namespace limes::rate

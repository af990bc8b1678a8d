#pragma once
// Theories of a given matrix: through its free cumulants (note (4)), as iid couplings, and quenched (note 4.3).

#include <optional>

#include "limes/rate/random_modes/modes_description.hpp"
#include "limes/rate/random_modes/theory/ladder.hpp"
#include "limes/system/outcome.hpp"
#include "limes/system/system.hpp"

namespace limes::rate::random_modes {

void solve_given(const ModesDescription& description, const system::Context& context, system::TheoryOutcome& outcome);

// From modes_theory.cpp.
void write_quiescent(double coupling, double inverse_rank, system::Branch branch, bool approximate,
                     system::TheoryOutcome& outcome);
/// All named results of the ladder. `size`: of the one network that the ensemble's theory is applied to, for the error
/// of doing so; none for an ensemble.
void write_ladder(const LadderProblem& problem, system::Branch branch, bool approximate, std::optional<double> lags,
                  double measured_lags, std::optional<double> size, const StopToken& stop,
                  system::TheoryOutcome& outcome);

}  // namespace limes::rate::random_modes

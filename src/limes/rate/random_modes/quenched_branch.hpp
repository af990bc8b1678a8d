#pragma once
#include "limes/coupling/matrix.hpp"
#include "limes/rate/random_modes/modes_description.hpp"
#include "limes/system/outcome.hpp"
#include "limes/system/system.hpp"

namespace limes::rate::random_modes {

/// The quenched prediction for this very matrix (note 4.3), neuron by neuron.
void write_quenched(const ModesDescription& description, const coupling::DenseMatrix& matrix,
                    const system::Context& context, system::TheoryOutcome& outcome);

}  // namespace limes::rate::random_modes

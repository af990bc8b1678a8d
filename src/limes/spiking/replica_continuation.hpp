#pragma once
#include "limes/system/branch_diagram.hpp"
#include "limes/system/system.hpp"

namespace limes::spiking {

/// The states of the replica limit between two values of one parameter: branches `state-0`, ..., ascending in the first
/// group's mean rate, with folds, pitchforks, transcritical and Hopf points. Throws InputError where the parameter does
/// not enter the theory.
[[nodiscard]] system::BranchDiagram continue_states(const system::ContinuationRequest& request,
                                                    const system::Context& context);

}  // namespace limes::spiking

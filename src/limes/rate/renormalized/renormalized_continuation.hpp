#pragma once
#include "limes/system/branch_diagram.hpp"
#include "limes/system/system.hpp"

namespace limes::rate::renormalized {

/// The branches against one parameter, and where mean field becomes magnetised (`pitchfork`: gbar E f' = 1) or chaotic
/// (`chaos`). The branches do not fold: they are solved value by value. Throws InputError where the parameter does not
/// enter the theory.
[[nodiscard]] system::BranchDiagram continue_renormalized(const system::ContinuationRequest& request,
                                                          const system::Context& context);

}  // namespace limes::rate::renormalized

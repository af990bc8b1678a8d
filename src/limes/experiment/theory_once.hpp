#pragma once
#include <string>

#include "limes/experiment/checkpoint_files.hpp"
#include "limes/system/system.hpp"

namespace limes::experiment {

/// The system with a theory that is solved for the first two values of `key` only, if it comes out the same for both: a
/// limit theory does not know the size of the network. What was solved is kept in `store` (null: nowhere). The first
/// two models must be solved before any other.
[[nodiscard]] system::System with_theory_once(const system::System& system, const std::string& key,
                                              system::CheckpointStore* store);

}  // namespace limes::experiment

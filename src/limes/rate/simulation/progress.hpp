#pragma once
// Saved states of a simulated rate network.

#include "limes/rate/rate_description.hpp"
#include "limes/system/progress.hpp"

namespace limes::rate {

using system::Progress;

/// Everything that the simulated numbers of this network depend on, as text.
[[nodiscard]] std::string simulation_identity(const RateDescription& description);

/// Saved states of one simulation. A state that belongs to another network (size, seeds, lengths, ...) is not taken.
class Checkpoints : public system::SavedStates {
 public:
  Checkpoints(const RateDescription& description, system::CheckpointStore* store);
};

}  // namespace limes::rate

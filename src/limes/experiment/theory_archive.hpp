#pragma once
// A solved theory as bytes, and back without loss, so that a run that goes on need not solve it again.

#include <optional>
#include <string>

#include "limes/system/outcome.hpp"

namespace limes::experiment {

[[nodiscard]] std::string archived(system::TheoryOutcome outcome);

/// The outcome with the same bits; empty where the bytes are no archive of this version of limes.
[[nodiscard]] std::optional<system::TheoryOutcome> theory_from_archive(const std::string& bytes);

}  // namespace limes::experiment

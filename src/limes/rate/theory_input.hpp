#pragma once
// The stimulus as the limit theory takes it: one input per population, the same for all of its neurons.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "limes/rate/rate_description.hpp"

namespace limes::rate {

/// Why the theory can't take the stimulus (its pattern differs between neurons of one population); none if it can.
[[nodiscard]] std::optional<std::string> unusable_stimulus(const RateDescription& description);

/// Per population the input at time t (steps, or tau). Empty without a stimulus. Common noise: a path of the stationary
/// process drawn for the theory (`path` names its stream), linear between multiples of the integration step.
[[nodiscard]] std::vector<std::function<double(double)>> theory_input(const RateDescription& description,
                                                                      std::uint32_t path);

}  // namespace limes::rate

#pragma once
// Fluctuating states of maps without leak: D_a(k) = q_a for all k >= 1. Internal to map_fluctuations.

#include "limes/rate/theory/populations/map_fluctuations.hpp"

namespace limes::rate::theory {

/// A noise-free population with a smaller share v - q of its variance is static.
inline constexpr double kSmallestConnectedPart = 1e-7;

/// All fluctuating states at gamma_a = 0: mu and v from one_time_states() with sigma_a^2, q by least_frozen_parts().
[[nodiscard]] std::vector<PopulationMapFluctuation> white_fluctuations(const PopulationEnsemble& ensemble,
                                                                       const StopToken& stop);

}  // namespace limes::rate::theory

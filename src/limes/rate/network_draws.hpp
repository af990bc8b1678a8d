#pragma once
// The random numbers that define one network besides its couplings: the same for the simulation and for the theory of a
// given matrix.

#include <cstdint>
#include <vector>

#include "limes/rate/rate_description.hpp"

namespace limes::rate {

/// Seed of the streams of a network of this size: networks of different sizes share no random number, so that shifts
/// between sizes are measured on independent networks.
[[nodiscard]] std::uint64_t stream_seed(std::uint64_t seed, std::size_t size);

/// theta_i of one realisation, N values: given, portable (the same in every realisation) or drawn; on a fixed matrix
/// the draw is that of realisation 0.
[[nodiscard]] std::vector<double> draw_thresholds(const RateDescription& description, std::uint32_t realisation);

/// u_i(0) of one realisation, N values. Portable: repeat r takes numbers r N, ..., r N + N - 1 of the stream.
[[nodiscard]] std::vector<double> draw_initial_state(const RateDescription& description, std::uint32_t realisation);

}  // namespace limes::rate

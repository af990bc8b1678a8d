#pragma once
// Reading of the `coupling` table. Used by describe() only.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "limes/rate/rate_description.hpp"

namespace limes::rate {

/// `coupling.file` or `coupling.values` where a matrix is given, or nothing. Throws InputError where coupling.kind says
/// otherwise, or both are given.
[[nodiscard]] std::string given_matrix_key(const system::Parameters& parameters);

/// The matrix of `coupling.file` or `coupling.values` (`key` says which), scaled as coupling.scale says. Throws
/// InputError with the key's place.
[[nodiscard]] coupling::Matrix read_given_matrix(const system::Parameters& parameters, const std::string& key);

/// The `coupling` table of a network of populations of these sizes: reads and scales a given matrix and checks it
/// against the sizes, if they were given (`sizes_given`). Throws InputError with the key's place.
[[nodiscard]] CouplingDescription describe_coupling(const system::Parameters& parameters,
                                                    const std::vector<std::size_t>& sizes, bool sizes_given,
                                                    std::uint64_t experiment_seed);

}  // namespace limes::rate

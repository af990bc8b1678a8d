#pragma once
// Keys that hold one value for all populations, one per population, or one per pair of populations. Used by describe()
// only.

#include <Eigen/Core>
#include <cstddef>
#include <string>
#include <vector>

#include "limes/system/parameters.hpp"

namespace limes::rate {

/// How many populations the parameters name: as many as `network.size` has entries, or where that is left out as many
/// as the longest of the other keys. Throws InputError where a key disagrees.
[[nodiscard]] std::size_t population_count(const system::Parameters& parameters);

/// The value of `key` for each of `populations`.
[[nodiscard]] std::vector<double> per_population(const system::Parameters& parameters, const std::string& key,
                                                 std::size_t populations);

/// The value of `key` for each pair (row = target population, column = source population).
[[nodiscard]] Eigen::MatrixXd per_pair(const system::Parameters& parameters, const std::string& key,
                                       std::size_t populations);

}  // namespace limes::rate

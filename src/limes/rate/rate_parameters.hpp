#pragma once
// What the readers of single tables share. Used by describe() only.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "limes/rate/rate_description.hpp"

namespace limes::rate {

/// `TABLE.generator`.
[[nodiscard]] Generator generator_of(const system::Parameters& parameters, const std::string& table);

/// `TABLE.seed`, or the experiment's seed (philox), or `portable_default`.
[[nodiscard]] std::uint64_t seed_of(const system::Parameters& parameters, const std::string& table, Generator generator,
                                    std::uint64_t experiment_seed, std::uint64_t portable_default);

/// The error "conflicting options: KEY and OTHER" at the place of `key`.
[[nodiscard]] InputError conflict(const system::Parameters& parameters, const std::string& key,
                                  const std::string& other, std::string mend = "leave one of them out");

/// Throws InputError unless a list of `length` values has one for each of `size` neurons.
void require_length(const system::Parameters& parameters, const std::string& key, std::size_t length, std::size_t size);

/// Runs `read`; an InputError without a file of its own gets the place of `key`.
template <typename Read>
auto at_place(const system::Parameters& parameters, const std::string& key, Read&& read) {
  try {
    return std::forward<Read>(read)();
  } catch (const InputError& error) {
    if (!error.place().file.empty()) throw;
    throw InputError(parameters.place(key), error.message(), error.mend());
  }
}

}  // namespace limes::rate

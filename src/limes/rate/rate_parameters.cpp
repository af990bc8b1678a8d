#include "limes/rate/rate_parameters.hpp"

#include <fmt/format.h>

namespace limes::rate {

using system::Parameters;

Generator generator_of(const Parameters& parameters, const std::string& table) {
  return parameters.text(table + ".generator") == "portable" ? Generator::kPortable : Generator::kPhilox;
}

std::uint64_t seed_of(const Parameters& parameters, const std::string& table, Generator generator,
                      std::uint64_t experiment_seed, std::uint64_t portable_default) {
  const std::string key = table + ".seed";
  if (parameters.has(key)) return static_cast<std::uint64_t>(parameters.integer(key));
  return generator == Generator::kPortable ? portable_default : experiment_seed;
}

InputError conflict(const Parameters& parameters, const std::string& key, const std::string& other, std::string mend) {
  return InputError(parameters.place(key), fmt::format("conflicting options: {} and {}", key, other), std::move(mend));
}

void require_length(const Parameters& parameters, const std::string& key, std::size_t length, std::size_t size) {
  if (length == size) return;
  throw InputError(parameters.place(key),
                   fmt::format("{} has {} values but the network has {} neurons", key, length, size),
                   "give one value per neuron");
}

}  // namespace limes::rate

#include "limes/rate/population_parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace limes::rate {

namespace {

using system::Parameters;

constexpr std::array kPopulationKeys{"network.gain",        "network.leak",          "threshold.mean",
                                     "threshold.deviation", "threshold.correlation", "noise.deviation",
                                     "noise.intensity",     "initial.mean",          "initial.variance"};
constexpr std::array kPairKeys{"coupling.mean", "coupling.deviation", "coupling.degree"};

bool is_array(const Parameters& parameters, const std::string& key) {
  return parameters.has(key) && parameters.is_list(key);
}

/// `found` in words: `2 values`, `1 x 2`; `form`: what one is to give.
[[noreturn]] void throw_count(const Parameters& parameters, const std::string& key, const std::string& found,
                              const std::string& form, std::size_t populations) {
  const bool one_size = populations == 1 && parameters.is_given("network.size");
  throw InputError(
      parameters.place(key),
      fmt::format("{} {} but the network has {} population{}", key, found, populations, populations == 1 ? "" : "s"),
      one_size ? "give network.size as an array, one size per population" : form);
}

}  // namespace

std::size_t population_count(const Parameters& parameters) {
  if (parameters.has("network.size")) {
    return parameters.is_list("network.size") ? parameters.reals("network.size").size() : 1;
  }
  std::size_t count = 1;
  for (const char* key : kPopulationKeys) {
    if (is_array(parameters, key)) count = std::max(count, parameters.reals(key).size());
  }
  for (const char* key : kPairKeys) {
    if (is_array(parameters, key)) count = std::max(count, parameters.matrix(key).size());
  }
  return count;
}

std::vector<double> per_population(const Parameters& parameters, const std::string& key, std::size_t populations) {
  if (!parameters.is_list(key)) return std::vector<double>(populations, parameters.real(key));
  std::vector<double> values = parameters.reals(key);
  if (values.size() != populations) {
    throw_count(parameters, key, fmt::format("has {} values", values.size()),
                fmt::format("give one number, or one for each of the {} populations", populations), populations);
  }
  return values;
}

Eigen::MatrixXd per_pair(const Parameters& parameters, const std::string& key, std::size_t populations) {
  const auto count = static_cast<Eigen::Index>(populations);
  if (!parameters.is_list(key)) return Eigen::MatrixXd::Constant(count, count, parameters.real(key));
  const auto rows = parameters.matrix(key);
  if (rows.size() != populations || rows.front().size() != populations) {
    throw_count(parameters, key, fmt::format("is {} x {}", rows.size(), rows.front().size()),
                fmt::format("give one number, or {0} rows of {0} numbers (row = target)", populations), populations);
  }
  Eigen::MatrixXd values(count, count);
  for (Eigen::Index a = 0; a < count; ++a) {
    for (Eigen::Index b = 0; b < count; ++b)
      values(a, b) = rows[static_cast<std::size_t>(a)][static_cast<std::size_t>(b)];
  }
  return values;
}

}  // namespace limes::rate

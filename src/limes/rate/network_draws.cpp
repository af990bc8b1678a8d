#include "limes/rate/network_draws.hpp"

#include <cmath>

#include "limes/math/random.hpp"
#include "limes/math/random_portable.hpp"

namespace limes::rate {
namespace {

using math::Purpose;
using math::RandomStream;

/// Numbers first, ..., first + count - 1 of a portable stream (read from its start: it is sequential).
std::vector<double> portable_slice(std::uint64_t seed, std::size_t first, std::size_t count) {
  const auto numbers = math::portable_normal(seed, first + count);
  return {numbers.begin() + static_cast<std::ptrdiff_t>(first), numbers.end()};
}

}  // namespace

std::uint64_t stream_seed(std::uint64_t seed, std::size_t size) {
  return math::splitmix64(seed, size);  // a bijection of the seed: seeds stay distinct at every size
}

std::vector<double> draw_thresholds(const RateDescription& description, std::uint32_t realisation) {
  const auto& threshold = description.threshold;
  if (!threshold.values.empty()) return threshold.values;
  const std::size_t size = description.size();
  std::vector<double> values(size + 1);  // the last number is the common offset
  if (threshold.generator == Generator::kPortable) {
    values = math::portable_normal(threshold.seed, size + 1);
  } else {
    const std::uint32_t draw = has_fixed_matrix(description) ? 0 : realisation;
    RandomStream(stream_seed(threshold.seed, size), draw, Purpose::kThreshold, 0).fill_normal(values);
  }
  const double common = values.back();
  values.pop_back();
  auto value = values.begin();
  for (const Population& population : description.populations) {
    const double deviation = population.threshold_deviation;
    const double own = deviation * std::sqrt(1.0 - population.threshold_correlation);
    const double offset = population.threshold_mean + deviation * std::sqrt(population.threshold_correlation) * common;
    for (std::size_t i = 0; i < population.size; ++i, ++value) *value = offset + own * *value;
  }
  return values;
}

std::vector<double> draw_initial_state(const RateDescription& description, std::uint32_t realisation) {
  const auto& initial = description.initial;
  const std::size_t size = description.size();
  std::vector<double> state(size);
  if (initial.generator == Generator::kPortable) {
    state = portable_slice(initial.seed, realisation * size, size);
  } else {
    RandomStream(stream_seed(initial.seed, size), realisation, Purpose::kInitialState, 0).fill_normal(state);
  }
  auto value = state.begin();
  for (const Population& population : description.populations) {
    const double deviation = std::sqrt(population.initial_variance);
    for (std::size_t i = 0; i < population.size; ++i, ++value) *value = population.initial_mean + deviation * *value;
  }
  return state;
}

}  // namespace limes::rate

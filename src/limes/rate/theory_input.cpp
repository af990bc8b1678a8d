#include "limes/rate/theory_input.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "limes/math/random.hpp"
#include "limes/rate/network_draws.hpp"

namespace limes::rate {

namespace {

using Kind = StimulusDescription::Kind;

// Guards times that are multiples of the step against the last bit.
constexpr double kTimeSlack = 1e-9;

/// The factor of the stimulus in each population; empty where it differs between neurons of one.
std::vector<double> factors(const RateDescription& description) {
  const auto& pattern = description.stimulus.pattern;
  std::vector<double> result;
  const auto borders = description.borders();
  for (std::size_t a = 0; a + 1 < borders.size(); ++a) {
    const double first = pattern.empty() ? 1.0 : pattern[borders[a]];
    for (std::size_t i = borders[a]; i < borders[a + 1] && !pattern.empty(); ++i) {
      if (pattern[i] != first) return {};
    }
    result.push_back(first);
  }
  return result;
}

std::function<double(double)> common_noise(const RateDescription& description, std::uint32_t path) {
  const double step = description.simulation.step;
  const double decay = std::exp(-step / description.stimulus.correlation_time);
  const auto count = static_cast<std::size_t>(std::ceil(description.theory.horizon / step)) + 2;
  auto values = std::make_shared<std::vector<double>>(count);
  math::RandomStream stream(stream_seed(description.seed, description.size()), path, math::Purpose::kTheory, 0);
  stream.fill_normal(*values);
  const double amplitude = description.stimulus.amplitude;
  (*values)[0] *= amplitude;
  for (std::size_t k = 1; k < count; ++k) {
    (*values)[k] = decay * (*values)[k - 1] + amplitude * std::sqrt(1.0 - decay * decay) * (*values)[k];
  }
  return [values, step](double time) {
    const double place = std::max(0.0, time / step);
    const auto k = std::min(static_cast<std::size_t>(place + kTimeSlack), values->size() - 2);
    const double fraction = std::clamp(place - static_cast<double>(k), 0.0, 1.0);
    return (1.0 - fraction) * (*values)[k] + fraction * (*values)[k + 1];
  };
}

std::function<double(double)> common_input(const RateDescription& description, std::uint32_t path) {
  const auto& stimulus = description.stimulus;
  switch (stimulus.kind) {
    case Kind::kStep:
      return [amplitude = stimulus.amplitude](double) { return amplitude; };
    case Kind::kSine:
      return [amplitude = stimulus.amplitude, frequency = stimulus.frequency](double time) {
        return amplitude * std::sin(frequency * time);
      };
    case Kind::kCommonNoise:
      return common_noise(description, path);
    case Kind::kFile:
      return [amplitude = stimulus.amplitude, table = stimulus.table, step = description.simulation.step](double time) {
        const auto row = static_cast<Eigen::Index>(std::floor(time / step + kTimeSlack));
        return amplitude * (*table)(std::min(row, table->rows() - 1), 0);
      };
    case Kind::kNone:
      break;
  }
  return {};
}

}  // namespace

std::optional<std::string> unusable_stimulus(const RateDescription& description) {
  if (description.stimulus.kind == Kind::kNone) return std::nullopt;
  const bool per_neuron = description.stimulus.table && description.stimulus.table->cols() > 1;
  if (!per_neuron && !factors(description).empty()) return std::nullopt;
  return "the theory knows stimuli that are the same for all neurons of a population";
}

std::vector<std::function<double(double)>> theory_input(const RateDescription& description, std::uint32_t path) {
  const auto input = common_input(description, path);
  if (!input) return {};
  // The simulation switches the stimulus on at the first step that begins at the onset or later.
  const double step = description.simulation.step;
  const double onset = std::ceil(description.stimulus.onset / step - kTimeSlack) * step;
  std::vector<std::function<double(double)>> result;
  for (const double factor : factors(description)) {
    result.emplace_back(
        [input, factor, onset](double time) { return time < onset - kTimeSlack ? 0.0 : factor * input(time); });
  }
  return result;
}

}  // namespace limes::rate

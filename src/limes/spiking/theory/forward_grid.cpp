#include "limes/spiking/theory/forward_grid.hpp"

#include <algorithm>
#include <boost/math/special_functions/expint.hpp>
#include <cmath>
#include <limits>
#include <numbers>

#include "limes/base/errors.hpp"
#include "limes/math/roots.hpp"

namespace limes::spiking {

Landing landing(const ForwardGrid& grid, double y) {
  double position = (y - grid.centre(0)) / grid.cell;
  // Rounding must not make two cells of one.
  if (std::abs(position - std::round(position)) < 1e-7) position = std::round(position);
  position = std::clamp(position, 0.0, static_cast<double>(grid.count - 1));
  const auto cell = std::min(static_cast<std::size_t>(position), grid.count - 2);
  return {cell, position - static_cast<double>(cell)};
}

namespace {

void check(const OneNeuron& neuron) {
  if (neuron.intensity != Intensity::kExponential)
    throw InputError("the density is computed for exponential intensities only", "the linear model has solve_linear");
  if (!(neuron.base_rate > 0) || !std::isfinite(neuron.base_rate) || !(neuron.time_constant > 0) ||
      !std::isfinite(neuron.reset))
    throw InputError("base rate and time constant of an exponential neuron must be positive, its reset finite");
  for (const ExternalInput& input : neuron.inputs)
    if (!(input.rate >= 0) || !std::isfinite(input.rate) || !std::isfinite(input.weight))
      throw InputError("the inputs of a neuron need finite weights and finite rates that are not negative");
}

/// int_0^x (e^s - 1)/s ds: with it the cumulants of shot noise with an exponential kernel.
double shot_integral(double x) {
  if (std::abs(x) < 1) {
    double sum = 0, term = 1;
    for (int k = 1; k < 20; ++k) {
      term *= x / k;
      sum += term / k;
    }
    return sum;
  }
  if (x > 700) return std::numeric_limits<double>::infinity();
  return boost::math::expint(x) - std::numbers::egamma - std::log(std::abs(x));
}

/// How far on the side `sign` the inputs carry the state from the larger of reset and rest, but for a probability
/// e^{-digits} at any time (Chernoff): the least [tau max_{x <= u} (F(u) - F(x)) + digits]/u over u, F(x) = sum nu
/// shot_integral(sign w x). x = u e^{-t/tau} is time t after the reset.
double shot_reach(const OneNeuron& neuron, double sign, double digits) {
  double largest = 0;
  for (const ExternalInput& input : neuron.inputs)
    if (input.rate > 0) largest = std::max(largest, sign * input.weight);
  if (largest == 0) return 0;
  double reach = std::numeric_limits<double>::infinity();
  double lowest = 0;
  for (double u = 1e-6 / largest; u < 60 / largest; u *= 1.05) {
    double exponent = 0;
    for (const ExternalInput& input : neuron.inputs)
      if (input.rate > 0) exponent += input.rate * shot_integral(u * sign * input.weight);
    lowest = std::min(lowest, exponent);
    reach = std::min(reach, (neuron.time_constant * (exponent - lowest) + digits) / u);
  }
  return reach;
}

/// Without relaxation the state is a random walk, which must climb: it falls by d with probability below e^{-theta d},
/// sum nu (e^{-theta w} - 1) = 0 (Lundberg).
double walk_reach(const OneNeuron& neuron, double digits) {
  double drift = 0, deepest = 0;
  for (const ExternalInput& input : neuron.inputs) {
    drift += input.rate * input.weight;
    if (input.rate > 0) deepest = std::max(deepest, -input.weight);
  }
  if (deepest == 0) return 0;
  if (!(drift > 0))
    throw InputError("without relaxation and with inhibition as strong as excitation a neuron has no stationary state",
                     "give it a finite time constant");
  const auto exponent = [&](double theta) {
    double sum = 0;
    for (const ExternalInput& input : neuron.inputs) sum += input.rate * std::expm1(-theta * input.weight);
    return sum;
  };
  double high = 1 / deepest;
  while (exponent(high) < 0) high *= 2;
  double low = high;
  while (exponent(low) >= 0) low /= 2;
  return digits / math::brent(exponent, low, high, 1e-6 * low);
}

/// How far splitting is from exact: the variance it adds per time, theta (1 - theta) per jump, in cells.
double misfit(const OneNeuron& neuron, double cell) {
  const auto split = [cell](double length) {
    const double part = length / cell - std::floor(length / cell);
    return std::min(part, 1 - part) < 1e-9 ? 0 : part * (1 - part);
  };
  double sum = 0, total = std::numeric_limits<double>::min();
  for (const ExternalInput& input : neuron.inputs) {
    sum += input.rate * split(input.weight);
    total += input.rate;
  }
  return sum / total + (std::isinf(neuron.time_constant) ? 0 : split(neuron.reset));
}

/// The cell size at most `target`, and not much smaller, that fits best.
double fitting_cell(const OneNeuron& neuron, double target) {
  double unit = 0;
  for (const ExternalInput& input : neuron.inputs)
    if (input.rate > 0) unit = std::max(unit, std::abs(input.weight));
  if (unit == 0 && !std::isinf(neuron.time_constant)) unit = std::abs(neuron.reset);
  if (unit < target) return target;
  const double first = std::ceil(unit / target);
  double best = unit / first;
  for (double parts = first; parts <= 1.15 * first + 1; ++parts)
    if (misfit(neuron, unit / parts) < misfit(neuron, best) - 1e-6) best = unit / parts;
  return best;
}

}  // namespace

StateRange exponential_range(const OneNeuron& neuron) {
  const bool relaxes = !std::isinf(neuron.time_constant);
  double total = relaxes ? 1 / neuron.time_constant : 0;
  double largest = 0;
  for (const ExternalInput& input : neuron.inputs)
    if (input.rate > 0 && input.weight != 0) {
      total = std::max(total, input.rate);
      largest = std::max(largest, input.weight);
    }
  const double rest = relaxes ? 0 : neuron.reset;
  // Where spikes come e^7 times faster than anything else little is left to jump; the shot noise alone may end below.
  double upper = std::max({neuron.reset, rest, total > 0 ? std::log(total / neuron.base_rate) : rest}) + 7 +
                 std::min(2 * largest, 6.0);
  if (relaxes) upper = std::min(upper, std::max(neuron.reset, 0.0) + shot_reach(neuron, 1, 40) + 0.1);
  const double lower = std::min(neuron.reset, rest) - (relaxes ? shot_reach(neuron, -1, 30) : walk_reach(neuron, 34));
  return {lower, upper};
}

StateRange linear_range(const OneNeuron& neuron) {
  const double highest = std::max(neuron.reset, 0.0);
  const StateRange range{std::min(neuron.reset, 0.0), highest};
  if (!std::isinf(neuron.time_constant)) return {range.lower, highest + shot_reach(neuron, 1, 40) + 0.1};
  // Without relaxation the k-th jump is taken before a spike with probability nu/(nu + lambda_k).
  double total = 0, largest = 0;
  for (const ExternalInput& input : neuron.inputs)
    if (input.rate > 0) {
      total += input.rate;
      largest = std::max(largest, input.weight);
    }
  double upper = highest;
  for (double digits = 0; digits < 40 && largest > 0; upper += largest) digits += std::log1p(upper / total);
  return {range.lower, upper + 0.1};
}

ForwardGrid grid_over(const OneNeuron& neuron, const StateRange& range, std::size_t cells) {
  const bool relaxes = !std::isinf(neuron.time_constant);
  double smallest = std::numeric_limits<double>::infinity();
  for (const ExternalInput& input : neuron.inputs)
    if (input.rate > 0 && input.weight != 0) smallest = std::min(smallest, std::abs(input.weight));
  double target = (range.upper - range.lower) / static_cast<double>(cells);
  if (smallest < target && smallest * 8 > target) target = smallest;
  const double cell = fitting_cell(neuron, target);
  ForwardGrid grid{0, cell, 0};
  if (relaxes) {
    const double below = std::floor(range.lower / cell) - 2;
    grid.lower = below * cell;
    grid.count = static_cast<std::size_t>(std::ceil(range.upper / cell) + 2 - below);
  } else {
    const double below = std::ceil((neuron.reset - range.lower) / cell) + 2;
    grid.lower = neuron.reset - (below + 0.5) * cell;
    grid.count = static_cast<std::size_t>(std::ceil((range.upper - grid.lower) / cell) + 2);
  }
  return grid;
}

ForwardGrid forward_grid(const OneNeuron& neuron, std::size_t cells) {
  check(neuron);
  if (cells < 16) throw InputError("a density needs at least 16 cells");
  return grid_over(neuron, exponential_range(neuron), cells);
}

ForwardGrid refined(const ForwardGrid& grid, const OneNeuron& neuron, std::size_t parts) {
  const double divisor = static_cast<double>(parts);
  ForwardGrid finer{grid.lower, grid.cell / divisor, grid.count * parts};
  if (std::isinf(neuron.time_constant)) {
    const double below = std::round((neuron.reset - grid.lower) / grid.cell - 0.5) * divisor;
    finer.lower = neuron.reset - (below + 0.5) * finer.cell;
  }
  return finer;
}

}  // namespace limes::spiking

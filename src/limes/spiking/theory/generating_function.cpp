#include "limes/spiking/theory/generating_function.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "limes/base/errors.hpp"
#include "limes/spiking/theory/generating_equation.hpp"

namespace limes::spiking {
namespace {

constexpr const char* kMend = "use theory.solver = \"backward\"";

void check(const OneNeuron& neuron) {
  if (neuron.intensity != Intensity::kExponential)
    throw InputError("the generating function is solved for exponential intensities only",
                     "the linear model has its own explicit solution");
  if (!(neuron.base_rate > 0) || !std::isfinite(neuron.base_rate) || !(neuron.time_constant > 0) ||
      !std::isfinite(neuron.reset))
    throw InputError("base rate and time constant of an exponential neuron must be positive, its reset finite");
  double largest = 0, active = 0, drift = 0;
  for (const ExternalInput& input : neuron.inputs) {
    if (!(input.rate >= 0) || !std::isfinite(input.rate) || !std::isfinite(input.weight))
      throw InputError("the inputs of a neuron need finite weights and finite rates that are not negative");
    largest = std::max(largest, input.weight);
    if (input.rate > 0) active = std::max(active, input.weight);
    drift += input.rate * input.weight;
  }
  if (!(active > 0)) throw InputError("the generating function needs an excitatory input", kMend);
  if (largest > kLargestGeneratingWeight)
    throw InputError("the generating function does not determine the rate for excitatory weights above 1.4 (here " +
                         std::to_string(largest) + ")",
                     kMend);
  if (active < largest)
    throw InputError("the generating function needs a rate of the largest excitatory weight above 0", kMend);
  if (std::isinf(neuron.time_constant) && !(drift > 0))
    throw InputError("without relaxation and with inhibition as strong as excitation a neuron has no stationary state",
                     "give it a finite time constant");
}

[[noreturn]] void refuse(double residual) {
  throw ConvergenceError(
      std::string("the generating function loses its digits: the excitation is too weak against the base rate; ") +
          kMend,
      residual);
}

GeneratingMoments moments_of(const OneNeuron& neuron, const GeneratingResolution& resolution) {
  const GeneratingProblem problem(neuron);
  const GeneratingMoments moments =
      std::isinf(neuron.time_constant) ? counting_moments(problem, resolution) : relaxing_moments(problem, resolution);
  if (!(moments.interval > 0) || !std::isfinite(moments.interval)) refuse(1.0);
  return moments;
}

constexpr GeneratingResolution kWorking{4, 24};
constexpr GeneratingResolution kFiner{6, 30};

}  // namespace

OneNeuronStatistics solve_generating_function(const OneNeuron& neuron) {
  check(neuron);
  const GeneratingMoments moments = moments_of(neuron, kWorking);
  const GeneratingMoments finer = moments_of(neuron, kFiner);
  OneNeuronStatistics statistics;
  statistics.rate = 1 / moments.interval;
  // The free factor belongs to one of the two parts whose sum is the solution: their cancelling amplifies it, by how
  // much is an estimate only, and no result may live on it.
  const double free_factor = 2 * std::exp(-2 * std::numbers::pi * std::numbers::pi / GeneratingProblem(neuron).largest);
  statistics.rate_error =
      std::abs(statistics.rate - 1 / finer.interval) + statistics.rate * moments.amplification * (free_factor + 1e-15);
  if (!(statistics.rate_error < std::max(2e-7, 10 * free_factor) * statistics.rate)) refuse(statistics.rate_error);
  statistics.isi_cv = std::sqrt(std::max(0.0, 2 * moments.square_interval * statistics.rate * statistics.rate - 1));
  statistics.mean_state = statistics.rate * moments.slope;
  statistics.state_variance =
      std::max(0.0, statistics.rate * moments.curvature - statistics.mean_state * statistics.mean_state);
  double largest_change = 0, difference = 0;
  for (std::size_t j = 0; j < neuron.inputs.size(); ++j) {
    const double change = moments.interval_sensitivity[j];
    statistics.rate_sensitivity.push_back(-statistics.rate * statistics.rate * change);
    largest_change = std::max(largest_change, std::abs(change));
    difference = std::max(difference, std::abs(change - finer.interval_sensitivity[j]));
  }
  if (!(difference <= 1e-6 * largest_change)) refuse(difference);  // of a rate close to 0
  return statistics;
}

}  // namespace limes::spiking

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

GeneratingMoments moments_of(const OneNeuron& neuron, const GeneratingResolution& resolution) {
  const GeneratingProblem problem(neuron);
  const GeneratingMoments moments = std::isinf(neuron.time_constant) ? counting_moments(problem, resolution)
                                                                     : relaxing_moments(problem, resolution);
  const double lost = moments.amplification * 1e-15;
  if (!(moments.interval > 0) || !std::isfinite(moments.interval) || !(lost < 1e-7))
    throw ConvergenceError("the generating function loses its digits: the excitation is too weak against the base "
                           "rate; " + std::string(kMend),
                           std::isfinite(lost) ? lost : 1.0);
  return moments;
}

constexpr GeneratingResolution kWorking{4, 24};
constexpr GeneratingResolution kFiner{6, 30};

double changed_rate(const OneNeuron& neuron, std::size_t input, double change) {
  OneNeuron changed = neuron;
  changed.inputs[input].rate += change;
  return 1 / moments_of(changed, kWorking).interval;
}

/// The equation is analytic in the rates and does not mind a slightly negative one, as long as the largest weight keeps
/// its rate.
double sensitivity(const OneNeuron& neuron, std::size_t input) {
  double total = 0;
  for (const ExternalInput& other : neuron.inputs) total += other.rate;
  const double own = neuron.inputs[input].rate;
  const bool leading = neuron.inputs[input].weight == GeneratingProblem(neuron).largest;
  const double h = 0.01 * (leading && own > 0 ? own : std::max(own, 0.1 * total));
  return (8 * (changed_rate(neuron, input, h) - changed_rate(neuron, input, -h)) -
          (changed_rate(neuron, input, 2 * h) - changed_rate(neuron, input, -2 * h))) /
         (12 * h);
}

}  // namespace

OneNeuronStatistics solve_generating_function(const OneNeuron& neuron) {
  check(neuron);
  const GeneratingMoments moments = moments_of(neuron, kWorking);
  const double finer = 1 / moments_of(neuron, kFiner).interval;
  const double largest = GeneratingProblem(neuron).largest;
  OneNeuronStatistics statistics;
  statistics.rate = 1 / moments.interval;
  const double free_factor = 2 * std::exp(-2 * std::numbers::pi * std::numbers::pi / largest);
  statistics.rate_error =
      std::abs(statistics.rate - finer) + statistics.rate * (free_factor + 1e-15 * moments.amplification);
  if (!(statistics.rate_error < 1e-5 * statistics.rate))
    throw ConvergenceError(std::string("two resolutions of the generating function differ; ") + kMend,
                           statistics.rate_error / statistics.rate);
  statistics.isi_cv = std::sqrt(
      std::max(0.0, 2 * moments.square_interval * statistics.rate * statistics.rate - 1));
  statistics.mean_state = statistics.rate * moments.slope;
  statistics.state_variance =
      std::max(0.0, statistics.rate * moments.curvature - statistics.mean_state * statistics.mean_state);
  for (std::size_t j = 0; j < neuron.inputs.size(); ++j)
    statistics.rate_sensitivity.push_back(sensitivity(neuron, j));
  return statistics;
}

}  // namespace limes::spiking

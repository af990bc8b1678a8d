#include "limes/spiking/theory/neuron_solution.hpp"

#include <memory>

#include "limes/spiking/theory/backward.hpp"
#include "limes/spiking/theory/forward.hpp"
#include "limes/spiking/theory/generating_function.hpp"
#include "limes/spiking/theory/linear.hpp"

namespace limes::spiking {

namespace {

std::shared_ptr<const BackwardSolution> prepared(const OneNeuron& neuron) {
  const auto solution = std::make_shared<BackwardSolution>(neuron);
  solution->prepare_responses();
  return solution;
}

}  // namespace

OneNeuronStatistics solve_neuron(const OneNeuron& neuron, TheorySolver solver) {
  if (neuron.intensity == Intensity::kLinear) return solve_linear(neuron);
  if (solver == TheorySolver::kForward) return solve_forward(neuron).statistics;
  if (solver == TheorySolver::kGeneratingFunction) return solve_generating_function(neuron);
  return solve_backward(neuron);
}

RateAndSlope rate_and_slope(const OneNeuron& neuron) {
  if (neuron.intensity == Intensity::kLinear) {
    OneNeuronStatistics statistics = solve_linear(neuron);
    return {statistics.rate, std::move(statistics.rate_sensitivity)};
  }
  const BackwardSolution solution(neuron);
  return {solution.rate(), solution.rate_sensitivity()};
}

NeuronResponse response_of(const OneNeuron& neuron) {
  if (neuron.intensity == Intensity::kLinear) {
    return [neuron](std::complex<double> s) { return linear_response(neuron, s); };
  }
  return [solution = prepared(neuron)](std::complex<double> s) { return solution->response(s); };
}

std::function<std::complex<double>(std::complex<double>)> interval_transform_of(const OneNeuron& neuron) {
  if (neuron.intensity == Intensity::kLinear) {
    return [neuron](std::complex<double> s) { return interval_transform_linear(neuron, s); };
  }
  return [solution = prepared(neuron)](std::complex<double> s) { return solution->interval_transform(s); };
}

}  // namespace limes::spiking

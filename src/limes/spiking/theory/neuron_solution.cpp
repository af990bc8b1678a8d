#include "limes/spiking/theory/neuron_solution.hpp"

#include <memory>
#include <utility>

#include "limes/spiking/theory/backward.hpp"
#include "limes/spiking/theory/compressed_inputs.hpp"
#include "limes/spiking/theory/forward.hpp"
#include "limes/spiking/theory/generating_function.hpp"
#include "limes/spiking/theory/linear.hpp"

namespace limes::spiking {

namespace {

using Complex = std::complex<double>;

std::shared_ptr<const BackwardSolution> prepared(const OneNeuron& neuron, std::size_t degree) {
  const auto solution = std::make_shared<BackwardSolution>(neuron, degree);
  solution->prepare_responses();
  return solution;
}

// With the inputs as they are:

OneNeuronStatistics statistics_of(const OneNeuron& neuron, TheorySolver solver) {
  if (neuron.intensity == Intensity::kLinear) return solve_linear(neuron);
  if (solver == TheorySolver::kForward) return solve_forward(neuron).statistics;
  if (solver == TheorySolver::kGeneratingFunction) return solve_generating_function(neuron);
  return solve_backward(neuron);
}

RateAndSlope rate_and_slope_of(const OneNeuron& neuron, std::size_t degree) {
  if (neuron.intensity == Intensity::kLinear) {
    OneNeuronStatistics statistics = solve_linear(neuron);
    return {statistics.rate, std::move(statistics.rate_sensitivity)};
  }
  const BackwardSolution solution(neuron, degree);
  return {solution.rate(), solution.rate_sensitivity()};
}

NeuronResponse prepared_response(const OneNeuron& neuron, std::size_t degree) {
  if (neuron.intensity == Intensity::kLinear) {
    return [neuron](Complex s) { return linear_response(neuron, s); };
  }
  return [solution = prepared(neuron, degree)](Complex s) { return solution->response(s); };
}

}  // namespace

OneNeuronStatistics solve_neuron(const OneNeuron& neuron, TheorySolver solver) {
  const auto few = compressed(neuron);
  if (!few) return statistics_of(neuron, solver);
  OneNeuronStatistics statistics = statistics_of(few->neuron, solver);
  statistics.rate_sensitivity = few->spread(statistics.rate_sensitivity);
  return statistics;
}

RateAndSlope rate_and_slope(const OneNeuron& neuron, std::size_t degree) {
  const auto few = compressed(neuron);
  if (!few) return rate_and_slope_of(neuron, degree);
  const RateAndSlope solution = rate_and_slope_of(few->neuron, degree);
  return {solution.rate, few->spread(solution.sensitivity)};
}

NeuronResponse response_of(const OneNeuron& neuron, std::size_t degree) {
  const auto few = compressed(neuron);
  if (!few) return prepared_response(neuron, degree);
  return [few = *few, response = prepared_response(few->neuron, degree)](Complex s) { return few.spread(response(s)); };
}

std::function<Complex(Complex)> interval_transform_of(const OneNeuron& neuron) {
  const auto few = compressed(neuron);
  const OneNeuron& simple = few ? few->neuron : neuron;
  if (neuron.intensity == Intensity::kLinear) {
    return [simple](Complex s) { return interval_transform_linear(simple, s); };
  }
  return [solution = prepared(simple, kFullDegree)](Complex s) { return solution->interval_transform(s); };
}

}  // namespace limes::spiking

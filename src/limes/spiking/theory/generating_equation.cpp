#include "limes/spiking/theory/generating_equation.hpp"

#include <algorithm>
#include <cmath>

namespace limes::spiking {

GeneratingProblem::GeneratingProblem(const OneNeuron& neuron)
    : base_rate(neuron.base_rate), time_constant(neuron.time_constant), reset(neuron.reset), inputs(neuron.inputs) {
  for (const ExternalInput& input : inputs)
    if (input.rate > 0) largest = std::max(largest, input.weight);
  for (const ExternalInput& input : inputs)
    if (input.weight == largest) largest_rate += input.rate;
}

double GeneratingProblem::cumulant(double u, int derivative) const {
  double sum = 0;
  for (const ExternalInput& input : inputs)
    sum += input.rate * (derivative == 0 ? std::expm1(u * input.weight)
                                         : std::pow(input.weight, derivative) * std::exp(u * input.weight));
  return sum;
}

double GeneratingProblem::scale(double u) const {
  return 0.5 * largest * u * (u - 1) + u * std::log(largest_rate / base_rate);
}

double GeneratingProblem::scale_slope(double u) const {
  return largest * (u - 0.5) + std::log(largest_rate / base_rate);
}

}  // namespace limes::spiking

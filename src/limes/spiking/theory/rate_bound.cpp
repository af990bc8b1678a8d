#include "limes/spiking/theory/rate_bound.hpp"

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

namespace limes::spiking {

namespace {

/// sup of t (1 - H(t)) over t in (0, longest), where H(longest) >= 1.
template <typename Hazard>
double longest_wait(double longest, const Hazard& integrated_hazard) {
  constexpr int kPoints = 400;
  double best = 0.0;
  for (int k = 1; k < kPoints; ++k) {
    const double t = longest * k / kPoints;
    best = std::max(best, t * (1.0 - integrated_hazard(t)));
  }
  return best;
}

double linear_wait(const OneNeuron& neuron) {
  double slope = 0.0;
  for (const ExternalInput& input : neuron.inputs) slope += input.rate * std::max(0.0, input.weight);
  const double start = std::max({neuron.reset, neuron.base_rate, 1e-300});
  // H = start t + slope t^2/2 = 1.
  const double longest = 2.0 / (start + std::sqrt(start * start + 2.0 * slope));
  return longest_wait(longest, [&](double t) { return t * (start + 0.5 * slope * t); });
}

double growing_wait(const OneNeuron& neuron, double start) {
  double growth = 0.0;  // of the mean of e^y
  for (const ExternalInput& input : neuron.inputs) {
    if (input.weight > 0.0) growth += input.rate * std::expm1(std::min(input.weight, 700.0));
  }
  if (!(growth > 0.0)) return longest_wait(1.0 / start, [&](double t) { return start * t; });
  const double longest = std::log1p(growth / start) / growth;
  return longest_wait(longest, [&](double t) { return start / growth * std::expm1(growth * t); });
}

double counting_wait(const OneNeuron& neuron, double start) {
  double rate = 0.0, weight = 0.0;
  for (const ExternalInput& input : neuron.inputs) {
    if (!(input.weight > 0.0)) continue;
    rate += input.rate;
    weight = std::max(weight, input.weight);
  }
  if (!(rate > 0.0)) return 0.0;
  constexpr int kMostInputs = 60;
  double best = 0.0;
  for (int n = 0; n <= kMostInputs && weight * n < 700.0; ++n) {
    const double intensity = start * std::exp(weight * n);
    for (double share = 0.1; share < 1.5; share += 0.1) {
      const double inputs = share * (n + 1), t = inputs / rate;
      best = std::max(best, t * boost::math::gamma_q(n + 1.0, inputs) * std::exp(-t * intensity));
    }
  }
  return best;
}

}  // namespace

double rate_bound(const OneNeuron& neuron) {
  if (neuron.intensity == Intensity::kLinear) return 1.0 / linear_wait(neuron);
  const double start = neuron.base_rate * std::exp(std::max(neuron.reset, 0.0));
  return 1.0 / std::max(growing_wait(neuron, start), counting_wait(neuron, start));
}

}  // namespace limes::spiking

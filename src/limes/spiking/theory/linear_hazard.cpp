#include "limes/spiking/theory/linear_hazard.hpp"

#include <cmath>

#include "limes/base/errors.hpp"

namespace limes::spiking {
namespace {

void check(const OneNeuron& neuron) {
  if (neuron.intensity != Intensity::kLinear)
    throw InputError("the explicit solution holds for linear intensities only");
  if (!(neuron.time_constant > 0)) throw InputError("the time constant of a linear neuron must be positive");
  if (!(neuron.reset >= 0) || !std::isfinite(neuron.reset) || !(neuron.base_rate >= 0) ||
      !std::isfinite(neuron.base_rate))
    throw InputError("the reset and the base rate of a linear neuron must be finite and not negative");
  for (const ExternalInput& input : neuron.inputs)
    if (!(input.weight >= 0) || !(input.rate >= 0) || !std::isfinite(input.weight) || !std::isfinite(input.rate))
      throw InputError("weights and rates of a linear neuron's inputs must be finite and not negative",
                       "inhibition needs the exponential model");
}

}  // namespace

LinearHazard::LinearHazard(const OneNeuron& neuron, InputLaw law) : neuron_(neuron), law_(law) { check(neuron); }

double LinearHazard::grown(double t) const {
  const double tau = neuron_.time_constant;
  return std::isinf(tau) ? t : -tau * std::expm1(-t / tau);
}

double LinearHazard::kernel(std::size_t input, double t) const {
  const double moved = neuron_.inputs[input].weight * grown(t);
  return law_ == InputLaw::kJumps ? -std::expm1(-moved) : moved;
}

double LinearHazard::kernel_late(std::size_t input) const {
  const double weight = neuron_.inputs[input].weight;
  if (weight == 0) return 0;
  const double moved = weight * neuron_.time_constant;
  return law_ == InputLaw::kJumps ? -std::expm1(-moved) : moved;
}

double LinearHazard::operator()(double t) const {
  const double aged = -std::expm1(-t / neuron_.time_constant);
  // e^{-t/tau} on its own: 1 - aged would be rounding noise where only a faint input is left.
  double hazard = neuron_.reset * std::exp(-t / neuron_.time_constant) + neuron_.base_rate * aged;
  for (std::size_t j = 0; j < neuron_.inputs.size(); ++j) hazard += neuron_.inputs[j].rate * kernel(j, t);
  return hazard;
}

double LinearHazard::late() const {
  double hazard = std::isinf(neuron_.time_constant) ? neuron_.reset : neuron_.base_rate;
  for (std::size_t j = 0; j < neuron_.inputs.size(); ++j)
    if (neuron_.inputs[j].rate > 0) hazard += neuron_.inputs[j].rate * kernel_late(j);
  return hazard;
}

double LinearHazard::variance(double t) const {
  // With dg = e^{-z/tau} dz and e^{-z/tau} = 1 - g/tau: int_0^g e^{-mu g'} (1 - g'/tau) dg', here in x = mu g.
  const double g = grown(t);
  double variance = 0;
  for (const ExternalInput& input : neuron_.inputs) {
    const double x = input.weight * g;
    // 1 - e^{-x} (1 + x) loses digits for small x; its series is x^2/2 - x^3/3 + x^4/8 - x^5/30 + ...
    double second = 0;
    if (x < 0.1) {
      double term = x;
      for (int k = 2; k < 14; ++k) {
        term *= -x / k;
        second -= term * (k - 1);
      }
    } else {
      second = -std::expm1(-x) - x * std::exp(-x);
    }
    variance += input.rate * (-input.weight * std::expm1(-x) - second / neuron_.time_constant);
  }
  return variance;
}

double LinearHazard::fastest_scale() const {
  double speed = 1 / neuron_.time_constant + neuron_.reset + late();
  if (std::isinf(speed)) speed = neuron_.reset;
  for (const ExternalInput& input : neuron_.inputs)
    speed += law_ == InputLaw::kJumps ? input.weight : std::sqrt(input.rate * input.weight);
  return 1 / speed;
}

}  // namespace limes::spiking

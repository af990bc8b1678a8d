#include "limes/spiking/theory/thermodynamic.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "limes/base/errors.hpp"
#include "limes/spiking/theory/survival.hpp"

namespace limes::spiking {

namespace {

constexpr double kLargestExponent = 600.0;  // exp of it is a number

/// The exponential neuron's path y(t) = rho e^{-t/tau} + D g(t), g = tau (1 - e^{-t/tau}), D = sum nu w.
class DriftingState {
 public:
  explicit DriftingState(const OneNeuron& neuron) : neuron_(neuron) {
    if (!(neuron.base_rate > 0) || !(neuron.time_constant > 0) || !std::isfinite(neuron.reset)) {
      throw InputError("base rate and time constant of an exponential neuron must be positive, its reset finite");
    }
    for (const ExternalInput& input : neuron.inputs) drift_ += input.rate * input.weight;
  }
  [[nodiscard]] double intensity(double t) const {
    const double decayed = std::isinf(neuron_.time_constant) ? 1.0 : std::exp(-t / neuron_.time_constant);
    return intensity_at(neuron_.reset * decayed + drift_ * grown(t));
  }
  [[nodiscard]] double grown(double t) const {
    const double tau = neuron_.time_constant;
    return std::isinf(tau) ? t : -tau * std::expm1(-t / tau);
  }
  [[nodiscard]] double late() const {
    if (!std::isinf(neuron_.time_constant)) return intensity_at(drift_ * neuron_.time_constant);
    if (drift_ == 0.0) return intensity_at(neuron_.reset);
    return drift_ > 0.0 ? std::numeric_limits<double>::infinity() : 0.0;
  }
  [[nodiscard]] double fastest_scale() const {
    return 1.0 / (1.0 / neuron_.time_constant + std::abs(drift_) + intensity_at(neuron_.reset));
  }

 private:
  [[nodiscard]] double intensity_at(double y) const {
    return neuron_.base_rate * std::exp(std::min(y, kLargestExponent));
  }
  const OneNeuron& neuron_;
  double drift_ = 0.0;
};

RateAndSlope from_hazard(const Hazard& hazard) {
  RateAndSlope result{0.0, std::vector<double>(hazard.inputs, 0.0)};
  if (!(hazard.late > 0.0)) return result;
  const SurvivalTable table = tabulate_survival(hazard);
  double mean = 0.0;
  for (std::size_t i = 0; i < table.time.size(); ++i) {
    const double share = table.weight[i] * table.survival[i];
    mean += share;
    // The survival loses S D_j, D_j = int_0^t dh/dnu_j dz.
    for (std::size_t j = 0; j < hazard.inputs; ++j) result.sensitivity[j] += share * table.accumulated[j][i];
  }
  result.rate = 1.0 / mean;
  for (double& slope : result.sensitivity) slope *= result.rate * result.rate;
  return result;
}

}  // namespace

RateAndSlope thermodynamic_rate_and_slope(const OneNeuron& neuron) {
  if (neuron.intensity == Intensity::kLinear) {
    const LinearHazard hazard(neuron, InputLaw::kDrift);
    return from_hazard({[&](double t) { return hazard(t); },
                        [&](std::size_t input, double t) { return hazard.kernel(input, t); }, neuron.inputs.size(),
                        hazard.late(), hazard.fastest_scale()});
  }
  const DriftingState state(neuron);
  return from_hazard(
      {[&](double t) { return state.intensity(t); },
       [&](std::size_t input, double t) { return state.intensity(t) * neuron.inputs[input].weight * state.grown(t); },
       neuron.inputs.size(), state.late(), state.fastest_scale()});
}

}  // namespace limes::spiking

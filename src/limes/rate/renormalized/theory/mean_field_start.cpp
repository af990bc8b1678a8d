#include <algorithm>
#include <cmath>

#include "limes/base/errors.hpp"
#include "limes/rate/renormalized/theory/loop_state.hpp"
#include "limes/rate/theory/flow_fluctuations.hpp"

namespace limes::rate::renormalized {
namespace {

/// f = gain u: C = (D/r) exp(-r tau), r = sqrt(1 - g^2 f'^2).
std::optional<MeanFieldStart> linear_start(const LoopModel& model) {
  const double radius = model.coupling_deviation * model.transfer.gain;
  if (!(radius < 1.0)) throw ConvergenceError("a linear network with g f' >= 1 has no stationary state", radius - 1.0);
  if (model.noise_intensity == 0.0) return std::nullopt;
  const double rate = std::sqrt(1.0 - radius * radius);
  MeanFieldStart start{model.noise_intensity / rate, 0.05, {}};
  for (double tau = 0.0; tau < 25.0 / rate; tau += start.step) {
    start.autocovariance.push_back(start.variance * std::exp(-rate * tau));
  }
  return start;
}

}  // namespace

namespace {

/// All fluctuating states of the network without its mean coupling.
std::vector<theory::FlowFluctuation> mean_field_states(const LoopModel& model, const StopToken& stop) {
  theory::Ensemble ensemble;
  ensemble.transfer = model.transfer;
  ensemble.coupling_deviation = model.coupling_deviation;
  ensemble.noise_intensity = model.noise_intensity;
  return theory::flow_fluctuations(ensemble, stop);
}

/// Of several (an odd f of the user's may have them) the stable one of largest variance; the chaotic one for tanh.
const theory::FlowFluctuation* chosen_of(const std::vector<theory::FlowFluctuation>& states) {
  const theory::FlowFluctuation* chosen = nullptr;
  for (const auto& state : states) {
    if (!state.converged || std::abs(state.frozen) > 1e-9 * state.variance) continue;
    if (chosen == nullptr || state.stable >= chosen->stable) chosen = &state;
  }
  return chosen;
}

}  // namespace

std::optional<double> mean_field_exponent(const LoopModel& model, const StopToken& stop, double* error) {
  const double at_rest = model.coupling_deviation * transfer::derivative(model.transfer, 0.0) - 1.0;
  if (error != nullptr) *error = 0.0;
  if (model.transfer.kind == transfer::Kind::kLinear) return at_rest;
  const auto states = mean_field_states(model, stop);
  const theory::FlowFluctuation* chosen = chosen_of(states);
  if (chosen == nullptr) return model.noise_intensity == 0.0 ? std::optional(at_rest) : std::nullopt;
  if (error != nullptr) *error = chosen->lyapunov_error;
  return chosen->lyapunov_exponent;
}

std::optional<MeanFieldStart> mean_field_start(const LoopModel& model, const StopToken& stop) {
  if (model.transfer.kind == transfer::Kind::kLinear) return linear_start(model);
  const auto states = mean_field_states(model, stop);
  const theory::FlowFluctuation* chosen = chosen_of(states);
  if (chosen == nullptr) return std::nullopt;
  return MeanFieldStart{chosen->variance, chosen->step, chosen->autocovariance};
}

}  // namespace limes::rate::renormalized

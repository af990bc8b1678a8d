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

std::optional<MeanFieldStart> mean_field_start(const LoopModel& model, const StopToken& stop) {
  if (model.transfer.kind == transfer::Kind::kLinear) return linear_start(model);
  theory::Ensemble ensemble;
  ensemble.transfer = model.transfer;
  ensemble.coupling_deviation = model.coupling_deviation;
  ensemble.noise_intensity = model.noise_intensity;
  const auto states = theory::flow_fluctuations(ensemble, stop);
  // Of several (an odd f of the user's may have them) the stable one of largest variance; the chaotic one for tanh.
  const theory::FlowFluctuation* chosen = nullptr;
  for (const auto& state : states) {
    if (!state.converged || std::abs(state.frozen) > 1e-9 * state.variance) continue;
    if (chosen == nullptr || state.stable >= chosen->stable) chosen = &state;
  }
  if (chosen == nullptr) return std::nullopt;
  return MeanFieldStart{chosen->variance, chosen->step, chosen->autocovariance};
}

}  // namespace limes::rate::renormalized

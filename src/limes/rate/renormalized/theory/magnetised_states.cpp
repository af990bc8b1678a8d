#include "limes/rate/renormalized/theory/magnetised_states.hpp"

#include <algorithm>
#include <cmath>

#include "limes/math/roots.hpp"
#include "limes/rate/theory/flow_fluctuations.hpp"
#include "limes/rate/theory/static_states.hpp"
#include "limes/transfer/moments.hpp"

namespace limes::rate::renormalized {
namespace {

constexpr double kStep = 0.1;
constexpr std::size_t kPoints = 501;
constexpr double kSmallestMean = 1e-6;  // relative to the standard deviation: what is less is 0

theory::Ensemble ensemble_of(const LoopModel& model) {
  theory::Ensemble ensemble;
  ensemble.transfer = model.transfer;
  ensemble.coupling_mean = model.coupling_mean;
  ensemble.coupling_deviation = model.coupling_deviation;
  ensemble.noise_intensity = model.noise_intensity;
  return ensemble;
}

bool is_magnetised(double mean, double variance) { return mean > kSmallestMean * (1.0 + std::sqrt(variance)); }

/// v = g^2 E phi^2(R + z), the largest solution: x -> g^2 E phi^2 from above, by bisection on a falling ratio.
double static_variance(const LoopModel& model, double mean) {
  const double g2 = model.coupling_deviation * model.coupling_deviation;
  const auto excess = [&](double v) { return g2 * transfer::moments(model.transfer, mean, v).ff - v; };
  double upper = 1.0;
  while (excess(upper) > 0.0 && upper < 1e12) upper *= 4.0;
  double lower = upper;
  while (excess(lower) <= 0.0 && lower > 1e-14) lower *= 0.5;
  if (excess(lower) <= 0.0) return 0.0;
  return math::brent(excess, lower, std::max(upper, 2.0 * lower));
}

/// R = gbar E f(R + z) with z of the variance that R has.
std::vector<MagnetisedState> static_states(const LoopModel& model, const theory::Ensemble& ensemble) {
  const double largest = std::abs(model.coupling_mean) * std::sqrt(transfer::output_range(model.transfer).square());
  if (!std::isfinite(largest) || !(model.coupling_mean > 0.0)) return {};
  std::vector<double> grid{1e-5 * largest};
  while (grid.back() < largest) grid.push_back(std::min(largest, 1.15 * grid.back()));
  const auto excess = [&](double mean) {
    const double v = static_variance(model, mean);
    return model.coupling_mean * transfer::moments(model.transfer, mean, v).f - mean;
  };
  std::vector<MagnetisedState> states;
  for (const double mean : math::all_roots(excess, grid)) {
    const double v = static_variance(model, mean);
    const transfer::Moments moments = transfer::moments(model.transfer, mean, v);
    const double g2 = model.coupling_deviation * model.coupling_deviation;
    bool stable = g2 * moments.dfdf < 1.0;
    for (const auto& eigenvalue : theory::mean_field_map_eigenvalues(ensemble, moments)) {
      if (std::abs(eigenvalue) > std::sqrt(g2 * moments.dfdf)) stable = stable && eigenvalue.real() < 1.0;
    }
    states.push_back({true, stable, mean, v, moments.f, moments.df, std::abs(excess(mean)) / mean, kStep,
                      std::vector<double>(kPoints, v)});
  }
  return states;
}

}  // namespace

std::vector<MagnetisedState> magnetised_states(const LoopModel& model, const StopToken& stop) {
  std::vector<MagnetisedState> states;
  if (model.transfer.kind == transfer::Kind::kLinear || model.coupling_mean == 0.0) return states;
  const theory::Ensemble ensemble = ensemble_of(model);
  if (model.noise_intensity == 0.0) {
    for (const MagnetisedState& state : static_states(model, ensemble)) states.push_back(state);
  }
  // Chaos is sought where nothing static is stable: close to the chaos line that takes a second.
  const bool settled = std::any_of(states.begin(), states.end(), [](const auto& state) { return state.stable; });
  if (settled) return states;
  for (const theory::FlowFluctuation& state : theory::flow_fluctuations(ensemble, stop)) {
    if (!state.converged || !is_magnetised(state.mean, state.variance)) continue;
    states.push_back({false, state.stable, state.mean, state.variance, state.moments.f, state.moments.df,
                      state.residual, kStep, theory::flow_autocovariance(ensemble, state, kStep, kPoints)});
  }
  std::sort(states.begin(), states.end(), [](const auto& a, const auto& b) { return a.mean < b.mean; });
  return states;
}

std::optional<double> magnetised_chaos_coupling(const LoopModel& model) {
  const double g2 = model.coupling_deviation * model.coupling_deviation;
  const double slope = model.transfer.gain;
  if (model.transfer.kind == transfer::Kind::kLinear || g2 * slope * slope <= 1.0) return std::nullopt;
  const auto excess = [&](double mean) {
    return g2 * transfer::moments(model.transfer, mean, static_variance(model, mean)).dfdf - 1.0;
  };
  double upper = 1.0 / slope;
  while (excess(upper) > 0.0 && upper < 1e6) upper *= 2.0;
  const double lower = 1e-6 * upper;
  if (excess(upper) > 0.0 || excess(lower) <= 0.0) return std::nullopt;
  const double mean = math::brent(excess, lower, upper);
  return mean / transfer::moments(model.transfer, mean, static_variance(model, mean)).f;
}

}  // namespace limes::rate::renormalized

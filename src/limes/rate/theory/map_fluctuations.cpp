#include "limes/rate/theory/map_fluctuations.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "limes/rate/theory/fluctuation_scan.hpp"
#include "limes/rate/theory/frozen_part.hpp"
#include "limes/rate/theory/lag_equations.hpp"
#include "limes/rate/theory/lyapunov.hpp"
#include "limes/rate/theory/one_time_states.hpp"
#include "limes/rate/theory/series_moments.hpp"
#include "limes/rate/theory/static_states.hpp"
#include "limes/transfer/pair_moments.hpp"

namespace limes::rate::theory {
namespace {

constexpr std::size_t kLargestWindow = 200000;
// Newton ends at rounding, about 1e-13; what stays above this has not converged.
constexpr double kAcceptedResidual = 1e-10;
// A noise-free solution with a smaller connected part is the static state.
constexpr double kSmallestConnectedPart = 1e-7;

// ---------------------------------------------------------------------------------------------------- gamma = 0

std::optional<MapFluctuation> white_fluctuation(const Ensemble& ensemble, const OneTimeState& one_time) {
  const double coupling = ensemble.coupling_variance();
  const transfer::PairMoments pair(ensemble.transfer, one_time.mean, one_time.variance);
  const bool noise_free = ensemble.noise_variance() == 0.0;
  const auto frozen =
      smallest_frozen_part([&](double q) { return coupling * pair.output(q) + ensemble.threshold_variance(); },
                           [&](double q) { return coupling * pair.gain(q); }, one_time.variance, noise_free);
  if (!frozen) return std::nullopt;
  if (one_time.variance - *frozen <= kSmallestConnectedPart * one_time.variance) return std::nullopt;

  MapFluctuation state;
  state.mean = one_time.mean;
  state.variance = one_time.variance;
  state.frozen = *frozen;
  state.moments = one_time.moments;
  state.autocovariance = {state.variance, state.frozen};
  const double gains[] = {one_time.moments.dfdf};
  state.lyapunov_exponent = discrete_lyapunov_exponent(coupling, 0.0, gains);
  // Collective perturbations follow (mu, v) -> (Jbar E f - thetabar, J^2 E f^2 + ...): stable inside the unit disc.
  // Where they outgrow the bulk of tangent directions they set the exponent (note 5.1).
  state.stable = true;
  for (const auto eigenvalue : mean_field_map_eigenvalues(ensemble, one_time.moments)) {
    if (std::abs(eigenvalue) >= 1.0) state.stable = false;
    state.lyapunov_exponent = std::max(state.lyapunov_exponent, std::log(std::abs(eigenvalue)));
  }
  state.residual =
      std::max(one_time.residual,
               std::abs(coupling * pair.output(*frozen) + ensemble.threshold_variance() - *frozen) / one_time.variance);
  state.converged = true;
  return state;
}

// ---------------------------------------------------------------------------------------------------- gamma > 0

/// A first lag function for given (mu, v, q): some sweeps of the linear filter at fixed moments, scaled to c(0) = v -
/// q.
LagState first_guess(const Ensemble& ensemble, const FluctuationCandidate& candidate) {
  const double leak = ensemble.leak;
  const double coupling = ensemble.coupling_variance();
  const transfer::PairMoments pair(ensemble.transfer, candidate.mean, candidate.variance);
  const double gain = pair.gain(candidate.frozen);
  const double output = pair.output(candidate.frozen);
  const double sum = (1.0 + leak * leak - coupling * gain) / leak;
  const double ratio = sum > 2.0 ? 2.0 / (sum + std::sqrt(sum * sum - 4.0)) : 0.999;
  const double window = 26.0 / -std::log(std::max(ratio, leak));
  const std::size_t count = static_cast<std::size_t>(std::clamp(window, 40.0, static_cast<double>(kLargestWindow)));

  const double start = candidate.variance - candidate.frozen;
  std::vector<double> c(count + 1);
  for (std::size_t k = 0; k <= count; ++k) c[k] = start * std::pow(std::max(ratio, leak), static_cast<double>(k));
  std::vector<double> source(count + 1);
  for (int sweep = 0; sweep < 30; ++sweep) {
    for (std::size_t k = 0; k <= count; ++k) {
      source[k] = coupling * (pair.output(std::min(candidate.variance, candidate.frozen + c[k])) - output);
    }
    source[0] += ensemble.noise_variance();
    // c = sum_m a(k-m) source(m), a(k) = gamma^|k|/(1-gamma^2): one recursion over m < k, one over m >= k.
    std::vector<double> forward(count + 1), backward(count + 1);
    double carried = 0.0;
    for (std::size_t k = count + 1; k-- > 0;) backward[k] = carried = source[k] + leak * carried;
    double left = backward[0] - source[0];  // the mirrored half, lags -1, -2, ...
    for (std::size_t k = 0; k <= count; ++k) {
      forward[k] = left;
      left = leak * (left + source[k]);
    }
    double scale = (forward[0] + backward[0]) / (1.0 - leak * leak);
    scale = scale > 0.0 ? start / scale : 0.0;
    for (std::size_t k = 0; k <= count; ++k) c[k] = scale * (forward[k] + backward[k]) / (1.0 - leak * leak);
  }
  LagState state{candidate.mean, candidate.variance, candidate.frozen, {}};
  state.connected.assign(c.begin() + 1, c.end());
  return state;
}

LagState corrected(const LagState& state, const LagCorrection& correction, double fraction) {
  LagState next = state;
  next.mean += fraction * correction.scalars[0];
  next.variance += fraction * correction.scalars[1];
  next.frozen += fraction * correction.scalars[2];
  for (std::size_t k = 0; k < next.connected.size(); ++k) next.connected[k] += fraction * correction.connected[k];
  return next;
}

bool admissible(const LagState& state) {
  return std::isfinite(state.mean) && state.variance > 0.0 && std::isfinite(state.variance) &&
         std::abs(state.frozen) <= state.variance * (1.0 + 1e-9);
}

/// Lengthens the window by its own tail until the connected part has fallen to 1e-11 of its start.
void lengthen(LagState& state, double ratio) {
  const double start = state.variance - state.frozen;
  const double end = std::abs(state.connected.back());
  if (end <= 1e-11 * start || ratio >= 1.0) return;
  const double missing = std::log(1e-12 * start / end) / std::log(ratio);
  const std::size_t target = std::min(kLargestWindow, state.connected.size() + static_cast<std::size_t>(missing) + 1);
  double value = state.connected.back();
  while (state.connected.size() < target) state.connected.push_back(value *= ratio);
}

struct NewtonResult {
  LagState state;
  LagEvaluation at;
  LagSensitivities partials;
  int determinant_sign = 0;
  bool converged = false;
};

NewtonResult solve_lags(const Ensemble& ensemble, LagState state, const StopToken& stop) {
  NewtonResult result;
  LagEvaluation at = evaluate(ensemble, state);
  int stalled = 0;
  for (int iteration = 0; iteration < 60; ++iteration) {
    stop.check();
    const LagSensitivities partials = sensitivities(ensemble, state, at);
    const LagCorrection correction = newton_correction(ensemble, state, at, partials);
    double fraction = 1.0;
    LagState next;
    LagEvaluation next_at;
    bool improved = false;
    for (int halving = 0; halving < 8; ++halving, fraction /= 2.0) {
      next = corrected(state, correction, fraction);
      if (!admissible(next)) continue;
      next_at = evaluate(ensemble, next);
      if (next_at.size < at.size) {
        improved = true;
        break;
      }
    }
    if (!improved) {
      result = {state, at, partials, correction.determinant_sign, at.size < kAcceptedResidual};
      return result;
    }
    const double gained = next_at.size / at.size;
    state = std::move(next);
    at = std::move(next_at);
    if (at.size < 1e-6) {
      const std::size_t before = state.connected.size();
      lengthen(state, at.tail_ratio);
      if (state.connected.size() != before) at = evaluate(ensemble, state);
    }
    stalled = gained > 0.5 && at.size < 1e-12 ? stalled + 1 : 0;
    if (at.size < 1e-14 || stalled > 1) break;
  }
  result.partials = sensitivities(ensemble, state, at);
  result.determinant_sign = newton_correction(ensemble, state, at, result.partials).determinant_sign;
  result.converged = at.size < kAcceptedResidual;
  result.state = std::move(state);
  result.at = std::move(at);
  return result;
}

MapFluctuation finished(const Ensemble& ensemble, const NewtonResult& solved) {
  MapFluctuation state;
  state.mean = solved.state.mean;
  state.variance = solved.state.variance;
  state.frozen = solved.state.frozen;
  state.moments = solved.at.moments;
  state.autocovariance.push_back(state.variance);
  for (const double c : solved.state.connected) state.autocovariance.push_back(state.frozen + c);
  std::vector<double> gains{solved.at.moments.dfdf};
  gains.insert(gains.end(), solved.at.gains.begin(), solved.at.gains.end());
  gains.push_back(solved.at.gain_frozen);
  state.lyapunov_exponent = discrete_lyapunov_exponent(ensemble.coupling_variance(), ensemble.leak, gains);
  state.lyapunov_exponent = std::log(
      collective_growth_factor(ensemble, solved.state, solved.at, solved.partials, std::exp(state.lyapunov_exponent)));
  state.stable = solved.determinant_sign > 0 &&
                 mode_determinant_sign(ensemble, solved.state, solved.at, solved.partials, -1.0) > 0;
  state.residual = solved.at.size;
  state.converged = solved.converged;
  return state;
}

std::vector<FluctuationCandidate> candidates_of_map(const Ensemble& ensemble) {
  if (ensemble.transfer.kind == transfer::Kind::kLinear) {
    // One state at most: its mean is the static one, its frozen part that of the thresholds.
    std::vector<FluctuationCandidate> linear;
    for (const OneTimeState& frozen : one_time_states(ensemble, 0.0)) {
      linear.push_back({frozen.mean,
                        frozen.variance + 1.5 * ensemble.noise_variance() / (1.0 - ensemble.leak * ensemble.leak),
                        frozen.variance});
    }
    return linear;
  }
  const Ensemble flow = flow_of_map(ensemble);
  std::vector<FluctuationCandidate> candidates =
      scan_fluctuations(flow, largest_variance(ensemble), [&](double mean, double variance) {
        const SeriesMoments pair(flow.transfer, mean, variance);
        return energy_residual(flow, mean, variance, pair.mean_output(), pair);
      });
  const auto white = scan_fluctuations(ensemble, largest_variance(ensemble), [&](double mean, double variance) {
    const SeriesMoments pair(ensemble.transfer, mean, variance);
    return white_residual(ensemble, mean, variance, pair.mean_output(), pair);
  });
  candidates.insert(candidates.end(), white.begin(), white.end());
  return candidates;
}

bool same_fluctuation(const MapFluctuation& a, const MapFluctuation& b) {
  const double scale = 1e-9 + std::sqrt(a.variance + b.variance) + std::abs(a.mean) + std::abs(b.mean);
  return std::abs(a.mean - b.mean) < 1e-6 * scale && std::abs(a.variance - b.variance) < 1e-6 * scale * scale &&
         std::abs(a.frozen - b.frozen) < 1e-6 * scale * scale;
}

}  // namespace

MapFluctuation map_fluctuation_at(const Ensemble& ensemble, double mean, double variance, double frozen,
                                  const std::vector<double>& connected) {
  NewtonResult solved;
  solved.state = {mean, variance, frozen, {connected.begin() + 1, connected.end()}};
  solved.at = evaluate(ensemble, solved.state);
  solved.partials = sensitivities(ensemble, solved.state, solved.at);
  solved.determinant_sign = newton_correction(ensemble, solved.state, solved.at, solved.partials).determinant_sign;
  solved.converged = solved.at.size < kAcceptedResidual;
  return finished(ensemble, solved);
}

int flip_sign(const Ensemble& ensemble, double mean, double variance, double frozen,
              const std::vector<double>& connected) {
  const LagState state{mean, variance, frozen, {connected.begin() + 1, connected.end()}};
  const LagEvaluation at = evaluate(ensemble, state);
  return mode_determinant_sign(ensemble, state, at, sensitivities(ensemble, state, at), -1.0);
}

std::vector<MapFluctuation> map_fluctuations(const Ensemble& ensemble, const StopToken& stop,
                                             std::vector<double>* unconverged) {
  std::vector<MapFluctuation> states;
  if (ensemble.leak == 0.0) {
    for (const OneTimeState& one_time : one_time_states(ensemble, ensemble.noise_variance())) {
      if (one_time.variance <= 0.0) continue;
      if (const auto state = white_fluctuation(ensemble, one_time)) states.push_back(*state);
    }
    return states;
  }
  for (const FluctuationCandidate& candidate : candidates_of_map(ensemble)) {
    stop.check();
    if (candidate.variance - candidate.frozen <= 1e-4 * kSmallestConnectedPart * candidate.variance) continue;
    const NewtonResult solved = solve_lags(ensemble, first_guess(ensemble, candidate), stop);
    const double connected = solved.state.variance - solved.state.frozen;
    if (connected <= kSmallestConnectedPart * solved.state.variance) continue;
    if (!solved.converged) {
      if (unconverged != nullptr) unconverged->push_back(solved.at.size);
      continue;
    }
    MapFluctuation state = finished(ensemble, solved);
    // Without noise a state that fluctuates is chaotic; what has no positive exponent is the static state.
    if (ensemble.noise_variance() == 0.0 && state.lyapunov_exponent <= 0.0) continue;
    if (std::none_of(states.begin(), states.end(),
                     [&](const MapFluctuation& s) { return same_fluctuation(s, state); })) {
      states.push_back(std::move(state));
    }
  }
  std::sort(states.begin(), states.end(), [](const MapFluctuation& a, const MapFluctuation& b) {
    const double scale = 1e-8 * (1.0 + std::abs(a.mean) + std::abs(b.mean));
    return std::abs(a.mean - b.mean) > scale ? a.mean < b.mean : a.variance < b.variance;
  });
  return states;
}

}  // namespace limes::rate::theory

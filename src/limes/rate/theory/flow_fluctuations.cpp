#include "limes/rate/theory/flow_fluctuations.hpp"

#include <algorithm>
#include <cmath>

#include "limes/rate/theory/fluctuation_scan.hpp"
#include "limes/rate/theory/lag_equations.hpp"
#include "limes/rate/theory/lyapunov.hpp"
#include "limes/rate/theory/separatrix.hpp"
#include "limes/rate/theory/series_moments.hpp"
#include "limes/transfer/pair_moments.hpp"

namespace limes::rate::theory {
namespace {

// A noise-free solution with a smaller connected part is the static state, found at the limit of the scan's residual.
// True chaos has a positive exponent (Delta' is a solution with a node, note 6.3), which is asked for as well.
constexpr double kSmallestConnectedPart = 1e-5;
constexpr double kAcceptedResidual = 1e-9;

FluctuationResidual exact_residual(const Ensemble& ensemble, double mean, double variance) {
  const transfer::PairMoments pair(ensemble.transfer, mean, variance);
  const double output = ensemble.coupling_mean == 0.0 ? 0.0 : transfer::moments(ensemble.transfer, mean, variance).f;
  return energy_residual(ensemble, mean, variance, output, pair);
}

/// Index of the crossing: both residuals must grow along their own variable and together.
bool is_attracting(const Ensemble& ensemble, const FluctuationCandidate& state) {
  const double dv = 1e-5 * state.variance;
  const double dm = 1e-5 * (std::sqrt(state.variance) + std::abs(state.mean));
  const FluctuationResidual above = exact_residual(ensemble, state.mean, state.variance + dv);
  const FluctuationResidual below = exact_residual(ensemble, state.mean, state.variance - dv);
  const double vv = (above.variance - below.variance) / (2.0 * dv);
  if (ensemble.coupling_mean == 0.0) return vv > 0.0;
  const FluctuationResidual right = exact_residual(ensemble, state.mean + dm, state.variance);
  const FluctuationResidual left = exact_residual(ensemble, state.mean - dm, state.variance);
  const double mv = (above.mean - below.mean) / (2.0 * dv);
  const double mm = (right.mean - left.mean) / (2.0 * dm);
  const double vm = (right.variance - left.variance) / (2.0 * dm);
  // vv scales like v in the limit of no coupling, mm like one.
  return mm * vv - mv * vm > 0.0 && mm + vv / state.variance > 0.0;
}

/// Spacing of lags at which the exponent's equation is integrated: a fraction of the shortest time scale, which for a
/// steep transfer is the time the covariance takes to leave the kink of C' at Delta0.
double fine_step(const Ensemble& ensemble, double variance) {
  return 0.04 / std::max(1.0, 0.5 * ensemble.transfer.gain * std::sqrt(variance));
}

/// Without noise a lag function near its onset is slow as a whole: the rate of its tail, and the depth of C' as the
/// square of a rate, say how slow. 1 for all others.
double slowness(const Ensemble& ensemble, const FluctuationCandidate& state, const transfer::PairMoments& pair,
                double decay_rate) {
  if (ensemble.noise_intensity != 0.0) return 1.0;
  const double depth = ensemble.coupling_variance() * (pair.gain(state.variance) - pair.gain(state.frozen));
  return std::clamp(std::max(decay_rate, std::sqrt(std::max(0.0, depth))), 1e-4, 1.0);
}

/// The exponent of collective perturbations where it exceeds that of the bulk: from the Euler maps of two steps, whose
/// error is linear in the step.
double collective_exponent(const Ensemble& ensemble, const FlowFluctuation& state) {
  const auto at_step = [&](double step) {
    Ensemble map = ensemble;
    map.leak = 1.0 - step;
    map.coupling_mean *= step;
    map.coupling_deviation *= step;
    LagState lags{state.mean, state.variance, state.frozen, {}};
    const std::size_t points =
        static_cast<std::size_t>(static_cast<double>(state.autocovariance.size()) * state.step / step);
    const std::vector<double> values = flow_autocovariance(ensemble, state, step, points);
    for (std::size_t k = 1; k < values.size(); ++k) lags.connected.push_back(values[k] - state.frozen);
    const LagEvaluation at = evaluate(map, lags);
    const double bulk = std::exp(step * state.lyapunov_exponent);
    return std::log(collective_growth_factor(map, lags, at, sensitivities(map, lags, at), bulk)) / step;
  };
  const double coarse = at_step(0.02);
  if (coarse <= state.lyapunov_exponent + 1e-6) return state.lyapunov_exponent;
  const double middle = at_step(0.01);
  const double fine = at_step(0.005);
  return (8.0 * fine - 6.0 * middle + coarse) / 3.0;  // removes the errors of first and second order
}

FlowFluctuation finished(const Ensemble& ensemble, const FluctuationCandidate& solved) {
  FlowFluctuation state;
  state.mean = solved.mean;
  state.variance = solved.variance;
  state.frozen = solved.frozen;
  state.moments = transfer::moments(ensemble.transfer, solved.mean, solved.variance);
  const transfer::PairMoments pair(ensemble.transfer, solved.mean, solved.variance);
  const FluctuationResidual residual = energy_residual(ensemble, solved.mean, solved.variance, state.moments.f, pair);
  state.residual = std::abs(residual.variance) / (solved.variance * solved.variance) +
                   std::abs(residual.mean) / (std::sqrt(solved.variance) + std::abs(solved.mean));
  state.converged = state.residual < kAcceptedResidual;

  const Separatrix separatrix(ensemble, pair, solved.variance, solved.frozen);
  const double step = fine_step(ensemble, solved.variance) / slowness(ensemble, solved, pair, separatrix.decay_rate());
  state.step = step / 2.0;
  state.autocovariance = separatrix.sample(state.step);
  std::vector<double> gains(state.autocovariance.size());
  pair.gains(state.autocovariance, gains);
  gains.push_back(pair.gain(solved.frozen));
  state.lyapunov_exponent = continuous_lyapunov_exponent(ensemble.coupling_variance(), step, gains);
  std::vector<double> coarse;
  for (std::size_t k = 0; k + 1 < gains.size(); k += 2) coarse.push_back(gains[k]);
  coarse.push_back(gains.back());
  const double coarser = continuous_lyapunov_exponent(ensemble.coupling_variance(), 2.0 * step, coarse);
  state.lyapunov_error = std::abs(coarser - state.lyapunov_exponent) / 15.0;  // Runge-Kutta 4
  if (ensemble.coupling_mean != 0.0) {
    const double collective = collective_exponent(ensemble, state);
    if (collective > state.lyapunov_exponent) {
      state.lyapunov_exponent = collective;
      state.lyapunov_error = 1e-7;
    }
  }
  state.stable = is_attracting(ensemble, solved);
  return state;
}

}  // namespace

FlowFluctuation flow_fluctuation_at(const Ensemble& ensemble, double mean, double variance, double frozen) {
  return finished(ensemble, {mean, variance, frozen});
}

std::vector<double> flow_autocovariance(const Ensemble& ensemble, const FlowFluctuation& state, double step,
                                        std::size_t points) {
  const transfer::PairMoments pair(ensemble.transfer, state.mean, state.variance);
  std::vector<double> values = Separatrix(ensemble, pair, state.variance, state.frozen).sample(step);
  values.resize(points, state.frozen);
  return values;
}

std::vector<FlowFluctuation> flow_fluctuations(const Ensemble& ensemble, const StopToken& stop) {
  const bool noise_free = ensemble.noise_intensity == 0.0;
  const auto candidates = scan_fluctuations(ensemble, largest_variance(ensemble), [&](double mean, double variance) {
    const SeriesMoments pair(ensemble.transfer, mean, variance);
    return energy_residual(ensemble, mean, variance, pair.mean_output(), pair);
  });
  std::vector<FlowFluctuation> states;
  for (const FluctuationCandidate& candidate : candidates) {
    stop.check();
    const auto solved = refine_fluctuation(ensemble, candidate, 1e-12, [&](double mean, double variance) {
      return exact_residual(ensemble, mean, variance);
    });
    if (!solved) continue;
    if (noise_free && solved->variance - solved->frozen <= kSmallestConnectedPart * solved->variance) continue;
    const bool known = std::any_of(states.begin(), states.end(), [&](const FlowFluctuation& s) {
      const double scale = std::sqrt(s.variance) + std::abs(s.mean);
      return std::abs(s.mean - solved->mean) < 1e-6 * scale &&
             std::abs(s.variance - solved->variance) < 1e-6 * scale * scale;
    });
    if (known) continue;
    FlowFluctuation state = finished(ensemble, *solved);
    if (noise_free && state.lyapunov_exponent <= 0.0) continue;
    states.push_back(std::move(state));
  }
  std::sort(states.begin(), states.end(), [](const FlowFluctuation& a, const FlowFluctuation& b) {
    const double scale = 1e-8 * (1.0 + std::abs(a.mean) + std::abs(b.mean));
    return std::abs(a.mean - b.mean) > scale ? a.mean < b.mean : a.variance < b.variance;
  });
  return states;
}

}  // namespace limes::rate::theory

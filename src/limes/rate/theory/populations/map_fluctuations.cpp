#include "limes/rate/theory/populations/map_fluctuations.hpp"

#include <algorithm>
#include <cmath>

#include "limes/rate/theory/populations/collective_modes.hpp"
#include "limes/rate/theory/populations/exponents.hpp"
#include "limes/rate/theory/populations/lag_search.hpp"
#include "limes/rate/theory/populations/one_time_states.hpp"
#include "limes/rate/theory/populations/white_fluctuations.hpp"

namespace limes::rate::theory {
namespace {

// Newton ends at rounding, about 1e-13; what stays above this has not converged.
constexpr double kAcceptedResidual = 1e-10;

std::vector<double> values(const Eigen::VectorXd& x) { return {x.data(), x.data() + x.size()}; }

PopulationMapFluctuation finished(const PopulationEnsemble& ensemble, const SolvedLags& solved) {
  PopulationMapFluctuation state;
  state.mean = values(solved.state.mean);
  state.variance = values(solved.state.variance());
  state.frozen = values(solved.state.frozen);
  state.moments = solved.at.moments;
  for (Eigen::Index a = 0; a < solved.state.mean.size(); ++a) {
    state.autocovariance.push_back(values(solved.state.connected.row(a).array() + solved.state.frozen(a)));
  }
  state.bulk_exponent = map_exponent(ensemble, solved.at.gains);
  const MapModes modes(ensemble, solved.at, sensitivities(ensemble, solved.state, solved.at, Accuracy::kExact));
  state.unstable_modes = modes.count_beyond(0.0);
  state.stable = state.unstable_modes == 0 && holds_frozen_parts(ensemble, map_filter(ensemble), solved.at);
  state.lyapunov_exponent = state.bulk_exponent;
  if (const auto rate = modes.leading_beyond(state.bulk_exponent + 1e-9)) {
    state.collective_mode = std::exp(*rate);
    state.lyapunov_exponent = rate->real();
  }
  state.residual = solved.at.size;
  state.converged = solved.converged;
  return state;
}

}  // namespace

std::vector<PopulationMapFluctuation> map_fluctuations(const PopulationEnsemble& ensemble, const StopToken& stop,
                                                       std::vector<double>* unconverged) {
  require_valid(ensemble);
  const auto has_leak = [](const Population& population) { return population.leak != 0.0; };
  const auto has_noise = [](const Population& population) { return population.noise_deviation != 0.0; };
  if (std::none_of(ensemble.populations.begin(), ensemble.populations.end(), has_leak)) {
    return white_fluctuations(ensemble, stop);
  }
  const bool noise_free = std::none_of(ensemble.populations.begin(), ensemble.populations.end(), has_noise);
  const LagFilter filter = map_filter(ensemble);
  std::vector<PopulationLags> known;
  std::vector<double> failures;  // of the search
  std::vector<PopulationMapFluctuation> states;
  for (const PopulationLags& start : search_lags(ensemble, filter, stop, &failures)) {
    const SolvedLags solved = solve_lags(ensemble, filter, start, Accuracy::kExact, kAcceptedResidual, stop);
    if (!solved.converged) {
      if (unconverged != nullptr) unconverged->push_back(solved.at.size);
      continue;
    }
    if (noise_free && !fluctuates(solved.state, kSmallestConnectedPart)) continue;
    const auto same = [&](const PopulationLags& other) { return same_lags(other, solved.state, 1e-6); };
    if (std::any_of(known.begin(), known.end(), same)) continue;
    PopulationMapFluctuation state = finished(ensemble, solved);
    // Without noise a state that fluctuates is chaotic; what has no positive exponent is the static state.
    if (noise_free && state.bulk_exponent <= 0.0) continue;
    known.push_back(solved.state);
    states.push_back(std::move(state));
  }
  if (states.empty() && unconverged != nullptr && !failures.empty() &&
      fluctuations_are_due(ensemble, noise_free, false, stop)) {
    unconverged->push_back(*std::min_element(failures.begin(), failures.end()));
  }
  std::sort(states.begin(), states.end(),
            [](const auto& a, const auto& b) { return precedes(a.mean, a.variance, b.mean, b.variance); });
  return states;
}

}  // namespace limes::rate::theory

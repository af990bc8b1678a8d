#include "limes/spiking/theory/self_consistency.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "limes/base/errors.hpp"
#include "limes/math/random.hpp"
#include "limes/math/roots.hpp"
#include "limes/spiking/theory/neuron_solution.hpp"
#include "limes/spiking/theory/rate_bound.hpp"
#include "limes/spiking/theory/thermodynamic.hpp"

namespace limes::spiking {

namespace {

constexpr double kAccepted = 1e-8;  // relative residual; near folds and pitchforks Newton may stall before kAimed
constexpr double kAimed = 1e-12;
constexpr double kSameState = 1e-4;  // distance in ln beta
constexpr Eigen::Index kManyGroups = 64;

double residual_of(const Eigen::VectorXd& rates, const RateMap& map) {
  return ((map.rates - rates).array() / rates.array()).abs().maxCoeff();
}

/// Rates without recurrent input: where the scatter of starts begins.
Eigen::VectorXd rates_alone(const SpikingNetwork& network, InputLaw law) {
  return rate_map(network, Eigen::VectorXd::Zero(static_cast<Eigen::Index>(network.groups.size())), law).rates;
}

void insert(ReplicaStates& found, ReplicaState state) {
  for (const ReplicaState& other : found.states) {
    const auto distance = (other.rates.array().log() - state.rates.array().log()).abs().maxCoeff();
    if (distance < kSameState) return;
  }
  found.states.push_back(std::move(state));
}

/// F(C beta) - beta changes sign at the states: positive at rates below all of them, negative above.
ReplicaStates states_of_one_group(const SpikingNetwork& network, InputLaw law, const StopToken& stop) {
  const auto map = [&](double rate) { return rate_map(network, Eigen::VectorXd::Constant(1, rate), law).rates(0); };
  const auto excess = [&](double log_rate) {
    stop.check();
    return std::log(map(std::exp(log_rate))) - log_rate;
  };
  // Excitation: F lies above its value at 0. Inhibition: F falls, and the state lies between F(F(0)) and F(0).
  const double alone = map(0.0);
  const double lower = std::log(std::min(alone, map(alone))) - 0.5;
  // No state lies where even the bound of F is below the rate, nor above: the bound grows slower than the rate.
  constexpr double kHighest = 60.0;  // beyond e^60 times the rate alone all else fails before
  double upper = std::log(alone) + 0.5;
  ReplicaStates found;
  found.complete = true;
  while (std::log(rate_bound(neuron_of_group(network, 0, Eigen::VectorXd::Constant(1, std::exp(upper))))) >= upper) {
    upper += 0.25;
    if (upper > std::log(alone) + kHighest) {
      found.complete = false;
      break;
    }
  }
  if (excess(upper) >= 0.0) throw ConvergenceError("the rate has no bound", 1.0);
  std::vector<double> grid;
  const auto points = static_cast<int>(std::ceil((upper - lower) / 0.06));
  for (int k = 0; k <= points; ++k) grid.push_back(lower + (upper - lower) * k / points);
  for (const double root : math::all_roots(excess, grid)) {
    found.starts += 1;
    ReplicaState state;
    state.rates = Eigen::VectorXd::Constant(1, std::exp(root));
    state.map = rate_map(network, state.rates, law);
    state.residual = residual_of(state.rates, state.map);
    if (state.residual < kAccepted) {
      found.states.push_back(std::move(state));
    } else {
      found.failures += 1;
    }
  }
  return found;
}

/// A rate, the same for all groups, that none of them can reach if they all fire at it; none within e^60 of the highest
/// rate alone.
std::optional<double> unreachable_rate(const SpikingNetwork& network, const Eigen::VectorXd& alone) {
  const auto groups = alone.size();
  for (double excess = 0.5; excess < 60.0; excess += 0.5) {
    const double rate = std::exp(excess) * alone.maxCoeff();
    const Eigen::VectorXd rates = Eigen::VectorXd::Constant(groups, rate);
    bool reached = false;
    for (Eigen::Index a = 0; a < groups && !reached; ++a) {
      reached = rate_bound(neuron_of_group(network, static_cast<std::size_t>(a), rates)) >= rate;
    }
    if (!reached) return rate;
  }
  return std::nullopt;
}

/// Starts for several groups: low and high rates assigned in every way to up to six groups, scattered ones, and
/// the highest rate that could be, of all groups and of each by itself: Newton comes down from it.
std::vector<Eigen::VectorXd> scattered_starts(const SpikingNetwork& network, InputLaw law) {
  const Eigen::VectorXd alone = rates_alone(network, law);
  const auto groups = alone.size();
  std::vector<Eigen::VectorXd> starts{alone};
  double longest = 0.0;
  for (const Group& group : network.groups) {
    if (std::isfinite(group.time_constant)) longest = std::max(longest, group.time_constant);
  }
  const double low = std::min(1e-2 * alone.minCoeff(), longest > 0 ? 1e-2 / longest : 1e300);
  const double high = std::max(20.0 * alone.maxCoeff(), longest > 0 ? 10.0 / longest : 0.0);
  math::RandomStream random(1, 0, math::Purpose::kTheory, 0);
  if (groups > kManyGroups) {  // every start costs seconds, and far up minutes
    starts.emplace_back(0.1 * alone);
    starts.emplace_back(4.0 * alone);
    Eigen::VectorXd scattered = alone;
    for (double& rate : scattered) rate *= std::pow(4.0, 2.0 * random.uniform() - 1.0);
    starts.push_back(scattered);
    return starts;
  }
  if (groups <= 6) {
    for (unsigned assignment = 0; assignment < (1u << groups); ++assignment) {
      Eigen::VectorXd start = alone;
      for (Eigen::Index a = 0; a < groups; ++a) start(a) *= (assignment >> a) & 1u ? 8.0 : 0.1;
      starts.push_back(start);
    }
  }
  const int scattered = groups <= 6 ? 20 : 12;
  for (int k = 0; k < scattered; ++k) {
    Eigen::VectorXd start(groups);
    for (Eigen::Index a = 0; a < groups; ++a) start(a) = low * std::pow(high / low, random.uniform());
    starts.push_back(start);
  }
  if (const auto highest = unreachable_rate(network, alone)) {
    starts.emplace_back(Eigen::VectorXd::Constant(groups, *highest));
    for (Eigen::Index a = 0; groups <= 6 && a < groups; ++a) {
      Eigen::VectorXd start = 0.1 * alone;
      start(a) = *highest;
      starts.push_back(start);
    }
  }
  return starts;
}

}  // namespace

OneNeuron neuron_of_group(const SpikingNetwork& network, std::size_t target, const Eigen::VectorXd& rates) {
  const Group& group = network.groups[target];
  OneNeuron neuron{network.intensity, group.base_rate, group.time_constant, group.reset, {}};
  for (std::size_t c = 0; c < network.groups.size(); ++c) {
    const double weight = network.weights(static_cast<Eigen::Index>(target), static_cast<Eigen::Index>(c));
    const double connections = network.connections(target, c);
    if (weight == 0.0 || connections == 0.0) continue;
    neuron.inputs.push_back({weight, connections * rates(static_cast<Eigen::Index>(c))});
  }
  if (!network.inputs.empty()) {
    for (const ExternalInput& input : network.inputs[target]) neuron.inputs.push_back(input);
  }
  return neuron;
}

RateMap rate_map(const SpikingNetwork& network, const Eigen::VectorXd& rates, InputLaw law, std::size_t degree) {
  const auto groups = static_cast<Eigen::Index>(network.groups.size());
  RateMap map{Eigen::VectorXd(groups), Eigen::MatrixXd::Zero(groups, groups)};
  for (Eigen::Index a = 0; a < groups; ++a) {
    const auto target = static_cast<std::size_t>(a);
    const OneNeuron neuron = neuron_of_group(network, target, rates);
    const RateAndSlope solution =
        law == InputLaw::kJumps ? rate_and_slope(neuron, degree) : thermodynamic_rate_and_slope(neuron);
    map.rates(a) = solution.rate;
    std::size_t k = 0;
    for (Eigen::Index c = 0; c < groups; ++c) {
      const double connections = network.connections(target, static_cast<std::size_t>(c));
      if (network.weights(a, c) == 0.0 || connections == 0.0) continue;
      map.gain(a, c) = connections * solution.sensitivity[k++];
    }
  }
  return map;
}

ReplicaState refine_state(const SpikingNetwork& network, const Eigen::VectorXd& start, InputLaw law,
                          std::size_t degree) {
  const auto groups = start.size();
  ReplicaState state{start, rate_map(network, start, law, degree), 0.0};
  state.residual = residual_of(state.rates, state.map);
  // Below the rounding of hundreds of neurons' rates only halvings remain, each as dear as a step.
  const double aimed = groups > kManyGroups ? 1e-9 : kAimed;
  for (int iteration = 0; iteration < 60 && state.residual > aimed; ++iteration) {
    // r_a = ln F_a - ln beta_a, d r_a / d ln beta_c = J_ac beta_c / F_a - delta_ac.
    const Eigen::VectorXd r = state.map.rates.array().log() - state.rates.array().log();
    Eigen::MatrixXd slope = state.map.rates.cwiseInverse().asDiagonal() * state.map.gain * state.rates.asDiagonal();
    slope -= Eigen::MatrixXd::Identity(groups, groups);
    Eigen::VectorXd step(groups);
    if (groups > kManyGroups) {
      step = -slope.partialPivLu().solve(r);
    } else {
      step = -slope.fullPivLu().solve(r);
    }
    const double longest = step.cwiseAbs().maxCoeff();
    if (!std::isfinite(longest)) break;
    if (longest > 2.0) step *= 2.0 / longest;
    bool better = false;
    for (double part = 1.0; part > 1e-3; part *= 0.5) {
      ReplicaState trial;
      trial.rates = (state.rates.array().log() + part * step.array()).exp();
      trial.map = rate_map(network, trial.rates, law, degree);
      trial.residual = residual_of(trial.rates, trial.map);
      // Judged in the variables of Newton; `residual` is what is reported.
      const double now = (trial.map.rates.array().log() - trial.rates.array().log()).matrix().norm();
      if (now < r.norm()) {
        state = std::move(trial);
        better = true;
        break;
      }
    }
    if (!better) break;
  }
  if (!(state.residual < kAccepted)) {
    throw ConvergenceError("Newton's method for the rates of the replica limit stalled", state.residual);
  }
  return state;
}

ReplicaStates find_states(const SpikingNetwork& network, const StopToken& stop, InputLaw law) {
  if (network.groups.size() == 1) return states_of_one_group(network, law, stop);
  const bool many = static_cast<Eigen::Index>(network.groups.size()) > kManyGroups;
  const std::size_t degree = many ? kSearchDegree : kFullDegree;
  ReplicaStates found;
  for (const Eigen::VectorXd& start : scattered_starts(network, law)) {
    stop.check();
    found.starts += 1;
    try {
      Eigen::VectorXd rates = start;
      for (int k = 0; k < found.starts % 4; ++k) {  // damped: under inhibition the undamped step overshoots
        rates = (0.5 * (rates.array().log() + rate_map(network, rates, law, degree).rates.array().log())).exp();
      }
      insert(found, refine_state(network, rates, law, degree));
    } catch (const ConvergenceError&) {
      found.failures += 1;
    }
  }
  for (ReplicaState& state : found.states) {
    if (!many) break;
    stop.check();
    state = refine_state(network, state.rates, law);
  }
  std::sort(found.states.begin(), found.states.end(),
            [](const ReplicaState& a, const ReplicaState& b) { return a.rates(0) < b.rates(0); });
  return found;
}

}  // namespace limes::spiking

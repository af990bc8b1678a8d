#include "limes/spiking/replica_theory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "limes/spiking/replica_curves.hpp"
#include "limes/spiking/replica_frequency.hpp"
#include "limes/spiking/state_writer.hpp"
#include "limes/spiking/theory/state_statistics.hpp"
#include "limes/spiking/thermodynamic_states.hpp"

namespace limes::spiking {

namespace {

using system::Tensor;

std::string label_of(std::size_t k) { return fmt::format("state-{}", k); }

constexpr std::size_t kMostGroups = 1024;  // beyond, every step of the search would take a minute
constexpr std::size_t kFewGroups = 64;     // up to these, matrices, curves and the thermodynamic mean field are given
constexpr double kTraceBins = 2000;        // of the simulated state trace

Tensor tensor_of(const Eigen::VectorXd& values) { return std::vector<double>(values.begin(), values.end()); }

Tensor tensor_of(const Eigen::MatrixXd& matrix) {
  Tensor tensor({static_cast<std::size_t>(matrix.rows()), static_cast<std::size_t>(matrix.cols())}, {});
  for (Eigen::Index a = 0; a < matrix.rows(); ++a) {
    for (Eigen::Index c = 0; c < matrix.cols(); ++c) tensor.values.push_back(matrix(a, c));
  }
  return tensor;
}

/// One array per group over its external inputs; left out where the groups have different numbers of them.
void write_sensitivity(const SpikingNetwork& network, const StateStatistics& statistics, StateWriter& write,
                       std::vector<std::string>& warnings) {
  if (network.inputs.empty()) return;
  const std::size_t count = network.inputs.front().size();
  for (const auto& inputs : network.inputs) {
    if (inputs.size() != count) {
      warnings.emplace_back("rate_sensitivity is left out: the groups have different numbers of external inputs");
      return;
    }
  }
  if (count == 0) return;
  Tensor value({network.groups.size(), count}, {});
  for (const OneNeuronStatistics& neuron : statistics.neurons) {
    const auto& all = neuron.rate_sensitivity;
    value.values.insert(value.values.end(), all.end() - static_cast<std::ptrdiff_t>(count), all.end());
  }
  write.exact("rate_sensitivity", value);
}

void write_state(const SpikingDescription& description, const ReplicaState& state, const Stability& stability,
                 const std::string& branch, bool told_apart, const StopToken& stop, system::TheoryOutcome& outcome) {
  const StateStatistics statistics = statistics_at(description.network, state, description.solver, stop);
  std::vector<double> cv, mean, variance;
  for (const OneNeuronStatistics& neuron : statistics.neurons) {
    cv.push_back(neuron.isi_cv);
    mean.push_back(neuron.mean_state);
    variance.push_back(neuron.state_variance);
  }
  StateWriter write(description, branch, outcome);
  write.of_replicas("rate", tensor_of(statistics.rates), tensor_of(statistics.error));
  write.of_replicas("isi_cv", cv);
  write.of_replicas("isi_mean", tensor_of(Eigen::VectorXd(statistics.rates.cwiseInverse())));
  write.of_replicas("mean_state", mean);
  write.of_replicas("state_variance", variance);
  const bool few = description.network.groups.size() <= kFewGroups;
  if (few) write.exact("rate_gain", tensor_of(state.map.gain));
  write_sensitivity(description.network, statistics, write, outcome.warnings);
  if (stability.leading_found) {
    write.exact("growth_rate", stability.leading.real(), stability.leading_error);
  } else if (few && has_connections(description.network)) {
    outcome.warnings.push_back(
        fmt::format("{}: the leading growth rate was not found; the count of growing modes "
                    "({}) does not depend on it",
                    branch, stability.growing));
  }
  if (stability.known) write.exact("stable", stability.stable ? 1.0 : 0.0);
  write.exact("residual", statistics.residual);
  if (few) {
    write_curves(description.network, statistics.rates, told_apart, stop, write);
    write_frequency_curves(description.network, statistics.rates, cv, stop, write);
  }
  if (!told_apart) return;
  write.conditional("conditional_rate", tensor_of(statistics.rates), tensor_of(statistics.error));
  write.conditional("conditional_isi_cv", cv);
}

/// F(C beta) against beta of one group: its crossings with the diagonal are the states.
void write_self_consistency(const SpikingDescription& description, const ReplicaStates& found,
                            system::TheoryOutcome& outcome) {
  const SpikingNetwork& network = description.network;
  if (network.groups.size() != 1 || found.states.empty() || !has_connections(network)) return;
  constexpr int kPoints = 121;
  const double lower = 0.2 * found.states.front().rates(0), upper = 2.0 * found.states.back().rates(0);
  system::Axis axis{"rate", "1/time", {}};
  std::vector<double> image;
  for (int k = 0; k < kPoints; ++k) {
    axis.values.push_back(lower * std::pow(upper / lower, static_cast<double>(k) / (kPoints - 1)));
    image.push_back(rate_map(network, Eigen::VectorXd::Constant(1, axis.values.back())).rates(0));
  }
  outcome.curves.push_back({"self_consistency", "F(C beta)", {axis}, Tensor(image)});
  outcome.curves.push_back({"self_consistency", "beta", {axis}, Tensor(axis.values)});
}

/// The rates of the stable states as lines along the state trace, for the eye.
void write_levels(const SolvedStates& states, double duration, system::TheoryOutcome& outcome) {
  for (std::size_t k = 0; k < states.found.states.size(); ++k) {
    if (!states.stability[k].stable) continue;
    const Eigen::VectorXd& rates = states.found.states[k].rates;
    const auto groups = static_cast<std::size_t>(rates.size());
    system::Axis group{"group", "1", {}}, time{"time", "time", {0.0, duration}};
    Tensor values({groups, 2}, {});
    for (std::size_t a = 0; a < groups; ++a) {
      group.values.push_back(static_cast<double>(a));
      values.values.insert(values.values.end(), 2, rates(static_cast<Eigen::Index>(a)));
    }
    system::TheoryCurve curve{"state_trace", label_of(k), {group, time}, values};
    curve.valid = false;
    curve.reason = "the rate of the limit, beside one run";
    outcome.curves.push_back(std::move(curve));
  }
}

/// What is left out for a network of many distinct neurons.
void warn_of_many_groups(const SolvedStates& states, system::TheoryOutcome& outcome) {
  outcome.warnings.push_back(fmt::format(
      "more than {} groups: rate_gain, growth_rate, thermodynamic_rate and the curves of the theory are left out",
      kFewGroups));
  const bool unknown = std::any_of(states.stability.begin(), states.stability.end(),
                                   [](const Stability& stability) { return !stability.known; });
  if (unknown) {
    outcome.warnings.emplace_back(
        "so many groups: only a real growing mode that shows in the sign of det(1 - rate_gain) would tell that a state "
        "is "
        "unstable; none does, and whether it is stable is not known");
  }
}

}  // namespace

SolvedStates solve_states(const SpikingDescription& description, const system::Context& context) {
  SolvedStates result;
  if (description.network.weights.size() == 0 || description.network.groups.size() > kMostGroups) {
    result.failure = fmt::format(
        "the replica-mean-field theory is given for up to {} groups: the simulation stands alone", kMostGroups);
    return result;
  }
  try {
    result.found = find_states(description.network, context.stop);
    for (const ReplicaState& state : result.found.states) {
      result.stability.push_back(affordable_stability(description.network, state, context.stop));
    }
  } catch (const ConvergenceError& error) {
    result.failure = fmt::format("no state of the replica limit was found: {}", error.what());
    result.found.states.clear();
  }
  return result;
}

system::TheoryOutcome solve_theory(const SpikingDescription& description, const SolvedStates& states,
                                   const system::Context& context) {
  system::TheoryOutcome outcome;
  outcome.warnings = description.warnings;
  if (states.failure) {
    outcome.warnings.push_back(*states.failure);
    const bool asked_too_much = description.network.groups.size() > kMostGroups;
    outcome.status = asked_too_much ? system::Status::kOk : system::Status::kNotConverged;
    return outcome;
  }
  const auto& found = states.found;
  std::vector<std::optional<ReplicaState>> thermodynamic(found.states.size());
  const bool few = description.network.groups.size() <= kFewGroups;
  if (few) {
    thermodynamic = thermodynamic_partners(description.network, found, context.stop, outcome.warnings);
  } else {
    warn_of_many_groups(states, outcome);
  }
  const auto stable = std::count_if(states.stability.begin(), states.stability.end(),
                                    [](const Stability& stability) { return stability.stable; });
  for (std::size_t k = 0; k < found.states.size(); ++k) {
    const Stability& stability = states.stability[k];
    outcome.branches.push_back({label_of(k), stability.known ? std::optional(stability.stable) : std::nullopt, "", ""});
    write_state(description, found.states[k], stability, label_of(k), stable > 1 && stability.stable, context.stop,
                outcome);
    if (!thermodynamic[k]) continue;
    StateWriter(description, label_of(k), outcome).exact("thermodynamic_rate", tensor_of(thermodynamic[k]->rates));
  }
  write_self_consistency(description, found, outcome);
  const double scale = description.time_scale();
  write_levels(states, std::min(description.simulation.duration, kTraceBins * description.detection.bin * scale),
               outcome);
  if (found.states.empty()) {
    outcome.status = system::Status::kNotConverged;
    outcome.warnings.emplace_back("no state of the replica limit was found");
  } else if (!found.complete && description.network.groups.size() == 1) {
    outcome.warnings.emplace_back("states far above those found are not excluded: the search has an end");
  } else if (!found.complete) {
    outcome.warnings.push_back(fmt::format(
        "{} of the states of the replica limit found from {} starts, {} of which led nowhere; with several groups "
        "completeness is not guaranteed",
        found.states.size(), found.starts, found.failures));
  }
  return outcome;
}

std::vector<KnownState> states_to_detect(const SpikingDescription& description, const SolvedStates& states) {
  std::vector<KnownState> known;
  if (!description.detection.states.empty()) {
    for (const auto& rates : description.detection.states) known.push_back({label_of(known.size()), rates, true});
    return known;
  }
  for (std::size_t k = 0; k < states.found.states.size(); ++k) {
    const Eigen::VectorXd& rates = states.found.states[k].rates;
    known.push_back({label_of(k), {rates.begin(), rates.end()}, states.stability[k].stable});
  }
  return known;
}

}  // namespace limes::spiking

#include "limes/spiking/spiking_couplings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "limes/coupling_files/read.hpp"

namespace limes::spiking {

namespace {

using system::Parameters;

// Groups of one neuron each, up to this many, have their matrix as weights between groups too (for the theory).
constexpr std::size_t kLargestDense = 4096;

[[noreturn]] void throw_negative(const Parameters& parameters, const std::string& key, const std::string& name,
                                 double value) {
  throw InputError(parameters.place(key),
                   fmt::format("{} is {}: with a linear intensity weights are not negative, because the intensity "
                               "could become so",
                               name, value),
                   "the linear model is excitatory; say neuron.intensity = \"exponential\"");
}

/// `coupling.weights` or `coupling.total`: one number for one group, or G x G.
Eigen::MatrixXd weights_between_groups(const Parameters& parameters, const std::string& key, std::size_t groups) {
  const auto rows = parameters.matrix(key);
  const auto size = static_cast<Eigen::Index>(groups);
  if (rows.size() != groups || rows.front().size() != groups) {
    throw InputError(
        parameters.place(key),
        fmt::format("{} is {} x {} but there are {} groups", key, rows.size(), rows.front().size(), groups),
        fmt::format("give {} rows (targets) of {} weights (sources)", groups, groups));
  }
  Eigen::MatrixXd weights(size, size);
  for (Eigen::Index a = 0; a < size; ++a) {
    for (Eigen::Index c = 0; c < size; ++c) {
      weights(a, c) = rows[static_cast<std::size_t>(a)][static_cast<std::size_t>(c)];
    }
  }
  return weights;
}

void use_matrix(const Parameters& parameters, SpikingDescription& description) {
  const std::string key = parameters.has("coupling.file") ? "coupling.file" : "coupling.values";
  SpikingNetwork& network = description.network;
  const auto size = static_cast<std::size_t>(coupling::size(*description.matrix));
  if (size != description.units()) {
    throw InputError(
        parameters.place(key),
        fmt::format("the weights are {} x {} but the groups have {} neurons", size, size, description.units()),
        "leave groups.size out for one group per neuron, or give sizes that add up");
  }
  bool on_diagonal = false;
  coupling::for_each_entry(*description.matrix, [&](Eigen::Index i, Eigen::Index j, double value) {
    on_diagonal = on_diagonal || i == j;
    if (network.intensity == Intensity::kLinear && value < 0.0) {
      throw_negative(parameters, key, fmt::format("the weight in row {}, column {}", i, j), value);
    }
  });
  if (on_diagonal) {
    description.warnings.emplace_back("weights on the diagonal have no effect: no neuron is connected to itself");
  }
  if (network.groups.size() == size && size <= kLargestDense) network.weights = coupling::to_dense(*description.matrix);
}

}  // namespace

std::shared_ptr<const coupling::Matrix> given_matrix(const Parameters& parameters, std::string& origin) {
  std::string given;
  for (const char* key : {"coupling.weights", "coupling.total", "coupling.file", "coupling.values"}) {
    if (!parameters.has(key)) continue;
    if (!given.empty()) {
      throw InputError(parameters.place(key), fmt::format("conflicting options: {} and {}", key, given),
                       "leave one of them out");
    }
    given = key;
  }
  if (given == "coupling.file") {
    origin = parameters.text(given);
    try {
      return std::make_shared<const coupling::Matrix>(coupling::read_matrix(origin));
    } catch (const InputError& error) {
      if (!error.place().file.empty()) throw;
      throw InputError(parameters.place(given), error.message(), error.mend());
    }
  }
  if (given != "coupling.values") return nullptr;
  origin = given;
  const auto rows = parameters.matrix(given);
  if (rows.size() != rows.front().size()) {
    throw InputError(parameters.place(given), fmt::format("coupling.values is not square: {} rows of {} columns",
                                                          rows.size(), rows.front().size()));
  }
  const Eigen::MatrixXd dense = weights_between_groups(parameters, given, rows.size());
  return std::make_shared<const coupling::Matrix>(coupling::DenseMatrix(dense));
}

void describe_weights(const Parameters& parameters, SpikingDescription& description) {
  if (description.matrix != nullptr) return use_matrix(parameters, description);
  SpikingNetwork& network = description.network;
  const std::size_t groups = network.groups.size();
  const bool totals = parameters.has("coupling.total");
  const std::string key = totals ? "coupling.total" : "coupling.weights";
  const auto size = static_cast<Eigen::Index>(groups);
  network.weights = Eigen::MatrixXd::Zero(size, size);
  if (!parameters.has(key)) return;
  network.weights = weights_between_groups(parameters, key, groups);
  for (std::size_t a = 0; a < groups; ++a) {
    for (std::size_t c = 0; c < groups; ++c) {
      double& weight = network.weights(static_cast<Eigen::Index>(a), static_cast<Eigen::Index>(c));
      const double connections = network.connections(a, c);
      if (weight != 0.0 && connections == 0.0) {
        description.warnings.push_back(fmt::format(
            "{}[{}][{}] has no effect: group {} is one neuron, which is not connected to itself", key, a, c, a));
        weight = 0.0;
      }
      if (network.intensity == Intensity::kLinear && weight < 0.0) {
        throw_negative(parameters, key, fmt::format("{}[{}][{}]", key, a, c), weight);
      }
      if (totals && connections > 0.0) weight /= connections;
    }
  }
}

void check_stationarity(const Parameters& parameters, const SpikingDescription& description) {
  const SpikingNetwork& network = description.network;
  const std::size_t groups = network.groups.size();
  const auto has_input = [&](std::size_t a, double sign) {
    if (network.inputs.empty()) return false;
    return std::any_of(network.inputs[a].begin(), network.inputs[a].end(),
                       [&](const ExternalInput& input) { return sign * input.weight > 0.0 && input.rate > 0.0; });
  };
  const bool linear = network.intensity == Intensity::kLinear;
  bool absorbing = linear;
  for (std::size_t a = 0; a < groups; ++a) {
    const Group& group = network.groups[a];
    const bool counting = std::isinf(group.time_constant);
    const bool source = group.reset > 0.0 || has_input(a, 1.0) || (!counting && group.base_rate > 0.0);
    absorbing = absorbing && !source;
  }
  if (absorbing) {
    throw InputError(parameters.place("groups.reset"),
                     "absorbing: every intensity can reach 0, and the network is silent from then on",
                     "give a groups.reset above 0, a groups.base_rate with a finite time constant, or an input");
  }
  if (linear) return;
  const double limit = parameters.real("simulation.rate_limit");
  const auto time_of = [&](const Group& group) {
    return std::isinf(group.time_constant) ? description.time_scale() : group.time_constant;
  };
  for (std::size_t a = 0; a < groups; ++a) {
    const Group& group = network.groups[a];
    // The intensity right after an own spike brings the next one, which brings the same intensity again.
    const double predicted = group.base_rate * time_of(group) * std::exp(std::min(group.reset, 700.0));
    if (predicted > limit && group.reset > 0.0) {
      throw InputError(
          parameters.place("groups.reset"),
          fmt::format("neurons of group {} bring themselves to fire {:.3g} times per time constant", a, predicted),
          fmt::format("take a smaller reset, or raise simulation.rate_limit (now {:.3g})", limit));
    }
  }
  if (network.weights.size() == 0) return;
  for (std::size_t a = 0; a < groups; ++a) {
    const Group& group = network.groups[a];
    const auto row = network.weights.row(static_cast<Eigen::Index>(a));
    const bool excited = has_input(a, 1.0) || (row.array() > 0.0).any();
    const bool inhibited = has_input(a, -1.0) || (row.array() < 0.0).any();
    if (std::isinf(group.time_constant) && inhibited && !excited) {
      throw InputError(parameters.place("groups.time_constant"),
                       fmt::format("group {}: no stationary state: with an infinite time constant and inhibition only "
                                   "the rate decays to 0",
                                   a),
                       "give a finite groups.time_constant, or some excitation");
    }
    // What a neuron would do if each of its sources fired once within its time constant.
    double total = 0.0;
    for (std::size_t c = 0; c < groups; ++c) {
      total += network.connections(a, c) * row(static_cast<Eigen::Index>(c));
    }
    const double predicted = group.base_rate * time_of(group) * std::exp(std::min(total, 700.0));
    if (predicted > limit && std::isfinite(group.time_constant)) {
      throw InputError(
          parameters.place(parameters.has("coupling.total") ? "coupling.total" : "coupling.weights"),
          fmt::format("network in runaway regime, predicted rate {:.3g} spikes per time constant in group {}",
                      predicted, a),
          fmt::format("take smaller weights, or raise simulation.rate_limit (now {:.3g})", limit));
    }
  }
}

}  // namespace limes::spiking

#include "limes/spiking/spiking_description.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "limes/spiking/spiking_couplings.hpp"

namespace limes::spiking {

namespace {

using system::Parameters;

constexpr std::size_t kDefaultSize = 20;
constexpr std::size_t kMostFluxStates = 100'000'000;
constexpr std::size_t kMostNeurons = 100'000'000;

/// The value of `key` for each group; one value holds for all.
std::vector<double> per_group(const Parameters& parameters, const std::string& key, std::size_t groups) {
  std::vector<double> values = parameters.reals(key);
  if (values.size() == 1) values.resize(groups, values.front());
  if (values.size() == groups) return values;
  throw InputError(parameters.place(key),
                   fmt::format("{} has {} values but there are {} groups", key, values.size(), groups),
                   "give one value, or one per group");
}

/// Sizes of the groups: given, as many neurons as a weight matrix has, or one group.
std::vector<std::size_t> describe_sizes(const Parameters& parameters, const coupling::Matrix* matrix) {
  std::size_t longest = 1;
  for (const char* key : {"groups.base_rate", "groups.time_constant", "groups.reset"}) {
    longest = std::max(longest, parameters.reals(key).size());
  }
  if (parameters.has("groups.size")) {
    std::vector<std::size_t> sizes;
    for (const double size : parameters.reals("groups.size")) sizes.push_back(static_cast<std::size_t>(size));
    if (sizes.size() == 1) sizes.resize(longest, sizes.front());
    return sizes;
  }
  if (matrix != nullptr) return std::vector<std::size_t>(static_cast<std::size_t>(coupling::size(*matrix)), 1);
  return std::vector<std::size_t>(longest, kDefaultSize);
}

void describe_groups(const Parameters& parameters, const std::vector<std::size_t>& sizes, SpikingNetwork& network) {
  network.groups.resize(sizes.size());
  const auto base = per_group(parameters, "groups.base_rate", sizes.size());
  const auto time = per_group(parameters, "groups.time_constant", sizes.size());
  const auto reset = per_group(parameters, "groups.reset", sizes.size());
  for (std::size_t a = 0; a < sizes.size(); ++a) network.groups[a] = {sizes[a], base[a], time[a], reset[a]};
  const bool linear = network.intensity == Intensity::kLinear;
  for (std::size_t a = 0; a < sizes.size(); ++a) {
    if (!linear && !(base[a] > 0.0)) {
      throw InputError(
          parameters.place("groups.base_rate"),
          fmt::format("groups.base_rate[{}] is {}: Lam of an exponential intensity is greater than 0", a, base[a]),
          "give a positive rate, or say neuron.intensity = \"linear\"");
    }
    if (linear && reset[a] < 0.0) {
      throw InputError(parameters.place("groups.reset"),
                       fmt::format("groups.reset[{}] is {}: an intensity is not negative", a, reset[a]),
                       "of the linear model the reset is an intensity, at least 0");
    }
  }
}

void describe_inputs(const Parameters& parameters, SpikingNetwork& network) {
  const bool weights_given = parameters.has("input.weights");
  const bool rates_given = parameters.has("input.rates");
  if (!weights_given && !rates_given) return;
  if (weights_given != rates_given) {
    const std::string given = weights_given ? "input.weights" : "input.rates";
    const std::string missing = weights_given ? "input.rates" : "input.weights";
    throw InputError(parameters.place(given), fmt::format("{} is given but {} is missing", given, missing),
                     "give both: one rate per weight");
  }
  const auto for_groups = [&](const std::string& key) {
    auto rows = parameters.rows(key);
    if (!parameters.has_rows(key)) rows.resize(network.groups.size(), rows.front());
    if (rows.size() == network.groups.size()) return rows;
    throw InputError(parameters.place(key),
                     fmt::format("{} has {} lists but there are {} groups", key, rows.size(), network.groups.size()),
                     "give one list for all groups, or one list per group");
  };
  const auto weights = for_groups("input.weights");
  const auto rates = for_groups("input.rates");
  network.inputs.resize(network.groups.size());
  for (std::size_t a = 0; a < weights.size(); ++a) {
    if (weights[a].size() != rates[a].size()) {
      throw InputError(
          parameters.place("input.rates"),
          fmt::format("group {} has {} input weights but {} input rates", a, weights[a].size(), rates[a].size()),
          "give one rate per weight");
    }
    for (std::size_t k = 0; k < weights[a].size(); ++k) {
      if (rates[a][k] < 0.0) {
        throw InputError(parameters.place("input.rates"),
                         fmt::format("an input rate of group {} is {}", a, rates[a][k]), "a rate is at least 0");
      }
      if (network.intensity == Intensity::kLinear && weights[a][k] < 0.0) {
        throw InputError(
            parameters.place("input.weights"),
            fmt::format("an input weight of group {} is {}: the intensity could become negative", a, weights[a][k]),
            "the linear model is excitatory; say neuron.intensity = \"exponential\"");
      }
      network.inputs[a].push_back({weights[a][k], rates[a][k]});
    }
  }
}

DetectionOptions describe_detection(const Parameters& parameters, std::size_t groups) {
  DetectionOptions detection;
  detection.filter = parameters.real("detection.filter");
  detection.bin = parameters.real("detection.bin");
  if (!parameters.has("detection.states")) return detection;
  detection.states = parameters.matrix("detection.states");
  if (detection.states.front().size() != groups) {
    throw InputError(parameters.place("detection.states"),
                     fmt::format("the rows of detection.states have {} rates but there are {} groups",
                                 detection.states.front().size(), groups),
                     "give one row per state, with one rate per group");
  }
  if (detection.states.size() < 2) {
    throw InputError(parameters.place("detection.states"), "detection.states names only one state",
                     "give at least two rows, or leave it out");
  }
  std::sort(detection.states.begin(), detection.states.end());
  return detection;
}

SimulationOptions describe_simulation(const Parameters& parameters, const SpikingNetwork& network) {
  SimulationOptions options;
  const bool flux = parameters.text("simulation.method") == "forward_flux";
  options.method = flux ? SimulationMethod::kForwardFlux : SimulationMethod::kDirect;
  options.trials = static_cast<std::size_t>(parameters.integer("simulation.trials"));
  options.duration = parameters.real("simulation.duration");
  options.transient = parameters.real("simulation.transient");
  options.realisations = static_cast<int>(parameters.integer("simulation.realisations"));
  if (parameters.has("initial.mean")) {
    options.initial = per_group(parameters, "initial.mean", network.groups.size());
  } else {
    for (const Group& group : network.groups) options.initial.push_back(group.reset);
  }
  for (const double value : options.initial) {
    if (network.intensity == Intensity::kLinear && value < 0.0) {
      throw InputError(parameters.place("initial.mean"), "initial.mean is negative: an intensity is not",
                       "of the linear model the state is the intensity, at least 0");
    }
  }
  return options;
}

TheorySolver solver_of(const Parameters& parameters) {
  const std::string name = parameters.text("theory.solver");
  if (name == "forward") return TheorySolver::kForward;
  return name == "generating_function" ? TheorySolver::kGeneratingFunction : TheorySolver::kBackward;
}

/// What the generating function can't do is known before anything is computed.
void check_generating_function(const Parameters& parameters, const SpikingNetwork& network) {
  const auto refuse = [&](const std::string& why) {
    throw InputError(parameters.place("theory.solver"), "the generating function " + why,
                     "use theory.solver = \"backward\"");
  };
  if (network.intensity == Intensity::kLinear) refuse("is that of exponential intensities");
  for (std::size_t a = 0; a < network.groups.size(); ++a) {
    bool excited = false;
    if (!network.inputs.empty()) {
      excited = std::any_of(network.inputs[a].begin(), network.inputs[a].end(),
                            [](const ExternalInput& input) { return input.weight > 0.0 && input.rate > 0.0; });
    }
    for (std::size_t c = 0; network.weights.size() > 0 && c < network.groups.size(); ++c) {
      excited = excited || (network.connections(a, c) > 0.0 &&
                            network.weights(static_cast<Eigen::Index>(a), static_cast<Eigen::Index>(c)) > 0.0);
    }
    if (!excited) refuse(fmt::format("needs an excitatory input, which group {} lacks", a));
  }
}

}  // namespace

std::size_t SpikingDescription::units() const {
  return std::accumulate(network.groups.begin(), network.groups.end(), std::size_t{0},
                         [](std::size_t sum, const Group& group) { return sum + group.size; });
}

double SpikingDescription::time_scale() const {
  double longest = 0.0;
  for (const Group& group : network.groups) {
    if (std::isfinite(group.time_constant)) longest = std::max(longest, group.time_constant);
  }
  return longest > 0.0 ? longest : 1.0;
}

SpikingDescription describe(const Parameters& parameters) {
  SpikingDescription description;
  description.seed = parameters.seed();
  SpikingNetwork& network = description.network;
  network.intensity = parameters.text("neuron.intensity") == "linear" ? Intensity::kLinear : Intensity::kExponential;
  description.matrix = given_matrix(parameters, description.matrix_origin);
  describe_groups(parameters, describe_sizes(parameters, description.matrix.get()), network);
  describe_inputs(parameters, network);
  describe_weights(parameters, description);
  description.replicas.clear();
  for (const double count : parameters.reals("replicas.count")) {
    description.replicas.push_back(static_cast<std::size_t>(count));
  }
  description.replica_list = parameters.is_list("replicas.count");
  const std::size_t most = *std::max_element(description.replicas.begin(), description.replicas.end());
  if (description.units() > kMostNeurons / most) {
    throw InputError(parameters.place(most > 1 ? "replicas.count" : "groups.size"),
                     fmt::format("{} replicas of {} neurons are more than {}", most, description.units(), kMostNeurons),
                     "take fewer");
  }
  const auto trials = static_cast<std::size_t>(parameters.integer("simulation.trials"));
  if (parameters.text("simulation.method") == "forward_flux" && description.units() * most * trials > kMostFluxStates) {
    throw InputError(
        parameters.place("simulation.trials"),
        fmt::format("forward flux sampling keeps the states of all {} neurons {} times: more than {} numbers",
                    description.units() * most, trials, kMostFluxStates),
        "take fewer trials, or fewer neurons");
  }
  description.detection = describe_detection(parameters, network.groups.size());
  description.simulation = describe_simulation(parameters, network);
  description.solver = solver_of(parameters);
  description.time_dependent = parameters.text("theory.kind") == "time_dependent";
  description.horizon = parameters.real("theory.horizon");
  if (description.solver == TheorySolver::kGeneratingFunction) check_generating_function(parameters, network);
  check_stationarity(parameters, description);
  return description;
}

Parameters complete_parameters(const Parameters& parameters, const SpikingDescription& description) {
  if (parameters.has("groups.size")) return parameters;
  system::Json sizes = system::Json::array();
  for (const Group& group : description.network.groups) sizes.push_back(static_cast<std::int64_t>(group.size));
  return parameters.with("groups.size", sizes);
}

}  // namespace limes::spiking

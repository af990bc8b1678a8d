#include "limes/rate/fixed_point_geometry/fixed_points_description.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "limes/coupling/matrix.hpp"
#include "limes/coupling_files/read.hpp"
#include "limes/math/random_portable.hpp"
#include "limes/rate/coupling_parameters.hpp"
#include "limes/rate/rate_parameters.hpp"

namespace limes::rate::fixed_points {

namespace {

using system::Parameters;

constexpr std::size_t kDefaultSize = 50;
constexpr int kDefaultRealisations = 20;
constexpr std::uint64_t kPortableInputSeed = 2;
constexpr std::size_t kLargestGiven = 5000;

/// sqrt(sum J_ij^2 / N).
double field_scale(const coupling::Matrix& matrix) {
  double sum = 0.0;
  coupling::for_each_entry(matrix, [&](Eigen::Index, Eigen::Index, double value) { sum += value * value; });
  return std::sqrt(sum / static_cast<double>(coupling::size(matrix)));
}

/// The constant input of a given matrix; empty where none was given.
std::vector<double> describe_bias(const Parameters& parameters, bool random, std::size_t size) {
  const bool file = parameters.has("network.bias"), values = parameters.has("network.bias_values");
  if (!file && !values) return {};
  const std::string key = file ? "network.bias" : "network.bias_values";
  if (file && values) throw conflict(parameters, "network.bias_values", "network.bias");
  if (random) throw conflict(parameters, key, "random couplings", "say network.field_variance for a random input");
  if (values) {
    std::vector<double> bias = parameters.reals(key);
    require_length(parameters, key, bias.size(), size);
    return bias;
  }
  const coupling::DenseMatrix table =
      at_place(parameters, key, [&] { return coupling::read_table(parameters.text(key)); });
  if (table.rows() != 1 && table.cols() != 1) {
    throw InputError(parameters.place(key),
                     fmt::format("the constant input is a table of {} x {} numbers", table.rows(), table.cols()),
                     "give one value per neuron");
  }
  std::vector<double> bias(table.data(), table.data() + table.size());
  require_length(parameters, key, bias.size(), size);
  return bias;
}

/// What only random couplings have.
void check_kind(const Parameters& parameters, const FixedPointsDescription& description) {
  const transfer::Transfer& phi = description.network.population().transfer;
  if (description.is_random()) {
    if (phi.kind != transfer::Kind::kTanh && phi.kind != transfer::Kind::kErf) {
      throw InputError(parameters.place("network.transfer"),
                       fmt::format("fixed points of random networks are those of odd sigmoids of slope 1, not of {}",
                                   transfer::name(phi.kind)),
                       "use tanh or erf, or give a matrix");
    }
    return;
  }
  if (description.field_variance != 0.0) {
    throw conflict(parameters, "network.field_variance", "a given matrix", "give network.bias_values");
  }
  if (parameters.has("theory.samples") && parameters.integer("theory.samples") > 0) {
    throw conflict(parameters, "theory.samples", "a given matrix, which has no ensemble theory of counts");
  }
}

Grids describe_grids(const FixedPointsDescription& description) {
  constexpr int kComponents = 121, kShells = 60, kRadii = 100;
  const transfer::Transfer& phi = description.network.population().transfer;
  const std::vector<double>& thresholds = description.network.threshold.values;
  double input = description.field_variance;
  for (const double value : thresholds) input += value * value / static_cast<double>(thresholds.size());
  // Outputs are at most 1 for the sigmoids, so that |x|^2/N < g^2 + D; unbounded functions go beyond.
  const double largest = description.activity ? 1.0 : description.scale * description.scale + input + 1e-12;
  const double reach = description.activity ? 1.0 : 4.0 * std::sqrt(largest);
  Grids grids;
  for (int k = 0; k <= kComponents; ++k) grids.component.push_back(reach * (2.0 * k / kComponents - 1.0));
  for (int k = 0; k <= kShells; ++k) grids.shell.push_back(1.1 * largest * k / kShells);
  const double slope = transfer::largest_slope(phi);
  for (int k = 0; k <= kRadii; ++k) {
    grids.radius.push_back(std::max(1.0, description.scale * (std::isfinite(slope) ? slope : 1.0)) * k / kRadii);
  }
  return grids;
}

void describe_trajectory(const Parameters& parameters, bool fixed, RateDescription& network) {
  SimulationOptions& options = network.simulation;
  options.integrator = Integrator::kRungeKutta4;
  options.step = parameters.real("simulation.step");
  options.transient_steps = std::llround(parameters.real("simulation.transient") / options.step);
  options.measured_steps = std::llround(parameters.real("simulation.duration") / options.step);
  if (options.measured_steps < 10) {
    throw InputError(parameters.place("simulation.duration"), "simulation.duration must be at least ten steps",
                     fmt::format("the integration step is {} tau", options.step));
  }
  options.realisations = parameters.has("simulation.realisations")
                             ? static_cast<int>(parameters.integer("simulation.realisations"))
                             : (fixed ? 1 : kDefaultRealisations);
  options.single_precision = parameters.text("simulation.precision") == "single";
  options.exponents = 1;
}

}  // namespace

FixedPointsDescription describe_fixed_points(const Parameters& parameters) {
  FixedPointsDescription description;
  RateDescription& network = description.network;
  network.time = TimeKind::kContinuous;
  network.seed = parameters.seed();
  const bool sized = parameters.has("network.size");
  std::size_t size = sized ? static_cast<std::size_t>(parameters.integer("network.size")) : kDefaultSize;
  network.coupling = describe_coupling(parameters, {size}, sized, network.seed);
  if (network.coupling.matrix) size = static_cast<std::size_t>(coupling::size(*network.coupling.matrix));
  if (size > kLargestGiven) {
    throw InputError(
        parameters.place("coupling.file"),
        fmt::format("the search factorises N x N matrices: at most {} neurons, not {}", kLargestGiven, size),
        "give a smaller matrix");
  }
  Population& population = network.populations.front();
  population.size = size;
  population.transfer = {transfer::kind_from_name(parameters.text("network.transfer")),
                         parameters.real("network.gain")};
  population.initial_mean = parameters.real("initial.mean");
  population.initial_variance = parameters.real("initial.variance");
  network.initial.generator = generator_of(parameters, "initial");
  network.initial.seed = seed_of(parameters, "initial", network.initial.generator, network.seed, 3);
  description.field_variance = parameters.real("network.field_variance");
  description.activity = parameters.text("network.form") == "activity";
  description.scale =
      description.is_random() ? network.coupling.deviation(0, 0) : field_scale(*network.coupling.matrix);
  population.threshold_deviation = std::sqrt(description.field_variance);
  network.threshold.seed = network.coupling.seed;
  if (network.coupling.generator == Generator::kPortable && description.field_variance > 0.0) {
    network.threshold.values = math::portable_normal(kPortableInputSeed, size);
    for (double& value : network.threshold.values) value *= -population.threshold_deviation;
  }
  const std::vector<double> bias = describe_bias(parameters, description.is_random(), size);
  for (const double value : bias) network.threshold.values.push_back(-value);
  describe_trajectory(parameters, has_fixed_matrix(network), network);
  check_kind(parameters, description);
  if (parameters.has("theory.samples")) {
    description.samples = static_cast<std::size_t>(parameters.integer("theory.samples"));
  }
  description.search.starts = parameters.integer("simulation.starts");
  description.search.coverage = parameters.real("simulation.coverage");
  description.spacing = parameters.real("simulation.spacing");
  description.spectra = static_cast<int>(parameters.integer("simulation.spectra"));
  description.lines = static_cast<int>(parameters.integer("simulation.lines"));
  description.grids = describe_grids(description);
  return description;
}

system::Parameters complete_parameters(const system::Parameters& parameters,
                                       const FixedPointsDescription& description) {
  system::Parameters complete = parameters;
  const auto fill = [&](const char* key, const system::Json& value) {
    if (!complete.has(key)) complete = complete.with(key, value);
  };
  fill("network.size", static_cast<std::int64_t>(description.size()));
  fill("coupling.kind", description.is_random() ? "gaussian" : parameters.has("coupling.file") ? "file" : "values");
  fill("simulation.realisations", description.network.simulation.realisations);
  return complete;
}

}  // namespace limes::rate::fixed_points

#include "limes/rate/rate_description.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <stdexcept>
#include <utility>

#include "limes/coupling_files/read.hpp"
#include "limes/rate/coupling_parameters.hpp"
#include "limes/rate/population_parameters.hpp"
#include "limes/rate/rate_parameters.hpp"
#include "limes/rate/transfer_parameters.hpp"

namespace limes::rate {

namespace {

using system::Parameters;

constexpr std::size_t kDefaultSize = 1000;
// Neurons of the largest network whose Jacobian is diagonalised (some minutes).
constexpr std::size_t kLargestSpectrum = 5000;
// Numbers of the largest frame of tangent vectors (0.5 GB); a simulation holds some seven of its size.
constexpr std::size_t kLargestFrame = 64'000'000;
// Exponents of a classified attractor: chaos, a circle and a torus are told apart, and an exponent is left over.
constexpr std::size_t kAttractorExponents = 4;
// Longest spacing of samples, in tau: the theory's curves keep to it too.
constexpr double kLongestSpacing = 0.1;
// Bytes that a two-time theory may take.
constexpr double kLargestTwoTime = 8e9;
// Guards floor and ceil of ratios such as 0.1/0.02 against the last bit.
constexpr double kRatioSlack = 1e-9;

/// The sizes of the populations: given, those that a given matrix leaves open, or the default of each.
std::vector<std::size_t> describe_sizes(const Parameters& parameters) {
  const std::size_t populations = population_count(parameters);
  if (!parameters.has("network.size")) return std::vector<std::size_t>(populations, kDefaultSize);
  std::vector<std::size_t> sizes;
  for (const double size : parameters.reals("network.size")) sizes.push_back(static_cast<std::size_t>(size));
  return sizes;
}

std::vector<Population> describe_populations(const Parameters& parameters, TimeKind time,
                                             const std::vector<std::size_t>& sizes, const KnownExpression& known) {
  std::vector<Population> populations(sizes.size());
  const auto set = [&](const std::string& key, auto assign) {
    const std::vector<double> values = per_population(parameters, key, sizes.size());
    for (std::size_t a = 0; a < values.size(); ++a) assign(populations[a], values[a]);
  };
  const transfer::Transfer function = describe_transfer(parameters, known);
  set("network.gain", [&](Population& p, double value) { p.transfer = transfer::with_gain(function, value); });
  set("threshold.mean", [](Population& p, double value) { p.threshold_mean = value; });
  set("threshold.deviation", [](Population& p, double value) { p.threshold_deviation = value; });
  set("threshold.correlation", [](Population& p, double value) { p.threshold_correlation = value; });
  set("initial.mean", [](Population& p, double value) { p.initial_mean = value; });
  set("initial.variance", [](Population& p, double value) { p.initial_variance = value; });
  if (time == TimeKind::kDiscrete) {
    set("network.leak", [](Population& p, double value) { p.leak = value; });
    set("noise.deviation", [](Population& p, double value) { p.noise_deviation = value; });
  } else {
    set("noise.intensity", [](Population& p, double value) { p.noise_intensity = value; });
  }
  for (std::size_t a = 0; a < sizes.size(); ++a) populations[a].size = sizes[a];
  return populations;
}

/// `threshold.values`, whose moments become those of the populations.
void describe_given_thresholds(const Parameters& parameters, RateDescription& description) {
  auto& values = description.threshold.values;
  values = parameters.reals("threshold.values");
  require_length(parameters, "threshold.values", values.size(), description.size());
  const std::vector<std::size_t> borders = description.borders();
  for (std::size_t a = 0; a < description.populations.size(); ++a) {
    Population& population = description.populations[a];
    for (const auto& [key, value] : {std::pair{"threshold.mean", population.threshold_mean},
                                     std::pair{"threshold.deviation", population.threshold_deviation},
                                     std::pair{"threshold.correlation", population.threshold_correlation}}) {
      if (value != 0.0) throw conflict(parameters, key, "threshold.values");
    }
    const std::span own(values.data() + borders[a], population.size);
    const double count = static_cast<double>(own.size());
    for (const double value : own) population.threshold_mean += value / count;
    double variance = 0.0;
    for (const double value : own) {
      variance += (value - population.threshold_mean) * (value - population.threshold_mean) / count;
    }
    population.threshold_deviation = std::sqrt(variance);
  }
}

ThresholdDescription describe_threshold(const Parameters& parameters, std::uint64_t seed) {
  ThresholdDescription threshold;
  threshold.generator = generator_of(parameters, "threshold");
  threshold.seed = seed_of(parameters, "threshold", threshold.generator, seed, 2);
  return threshold;
}

InitialDescription describe_initial(const Parameters& parameters, std::uint64_t seed) {
  InitialDescription initial;
  initial.generator = generator_of(parameters, "initial");
  initial.seed = seed_of(parameters, "initial", initial.generator, seed, 3);
  return initial;
}

StimulusDescription::Kind stimulus_kind(const Parameters& parameters) {
  using Kind = StimulusDescription::Kind;
  const bool has_file = parameters.has("stimulus.file");
  if (!parameters.has("stimulus.kind")) return has_file ? Kind::kFile : Kind::kNone;
  const std::string name = parameters.text("stimulus.kind");
  if (has_file && name != "file") throw conflict(parameters, "stimulus.file", "stimulus.kind = \"" + name + "\"");
  if (name == "step") return Kind::kStep;
  if (name == "sine") return Kind::kSine;
  if (name == "common_noise") return Kind::kCommonNoise;
  if (name != "file") return Kind::kNone;
  if (!has_file)
    throw InputError(parameters.place("stimulus.kind"), "stimulus.kind is \"file\" but no file is named",
                     "give stimulus.file");
  return Kind::kFile;
}

StimulusDescription describe_stimulus(const Parameters& parameters, std::size_t size, std::int64_t steps) {
  StimulusDescription stimulus;
  stimulus.kind = stimulus_kind(parameters);
  stimulus.amplitude = parameters.real("stimulus.amplitude");
  stimulus.frequency = parameters.real("stimulus.frequency");
  stimulus.onset = parameters.real("stimulus.onset");
  stimulus.correlation_time = parameters.real("stimulus.correlation_time");
  if (parameters.has("stimulus.pattern")) {
    stimulus.pattern = parameters.reals("stimulus.pattern");
    require_length(parameters, "stimulus.pattern", stimulus.pattern.size(), size);
  }
  if (stimulus.kind != StimulusDescription::Kind::kFile) return stimulus;
  auto table =
      at_place(parameters, "stimulus.file", [&] { return coupling::read_table(parameters.text("stimulus.file")); });
  const auto columns = static_cast<std::size_t>(table.cols());
  if (columns != 1 && columns != size) {
    throw InputError(parameters.place("stimulus.file"),
                     fmt::format("the stimulus has {} columns but the network has {} neurons", columns, size),
                     "give one column for all neurons, or one for each");
  }
  if (table.rows() < steps) {
    throw InputError(parameters.place("stimulus.file"),
                     fmt::format("the stimulus has {} rows but the simulation takes {} steps", table.rows(), steps),
                     "give one row per integration step, the transient included");
  }
  stimulus.table = std::make_shared<const coupling::DenseMatrix>(std::move(table));
  return stimulus;
}

Integrator integrator_of(const Parameters& parameters, TimeKind time, double noise) {
  if (time == TimeKind::kDiscrete) return Integrator::kMap;
  if (!parameters.has("simulation.integrator")) {
    return noise > 0.0 ? Integrator::kEulerMaruyama : Integrator::kRungeKutta4;
  }
  if (parameters.text("simulation.integrator") == "euler") return Integrator::kEulerMaruyama;
  if (noise > 0.0) {
    throw InputError(parameters.place("simulation.integrator"),
                     "conflicting options: simulation.integrator = \"rk4\" and noise.intensity > 0",
                     "rk4 is for noise-free networks; use \"euler\" (Euler-Maruyama)");
  }
  return Integrator::kRungeKutta4;
}

/// `simulation.exponents`, "all" as N; left out: 1, or the few that tell attractors apart.
int exponent_count(const Parameters& parameters, std::size_t size, bool single_precision) {
  const std::string key = "simulation.exponents";
  if (!parameters.has(key)) {
    return parameters.flag("simulation.attractor") ? static_cast<int>(std::min(kAttractorExponents, size)) : 1;
  }
  const bool all = parameters.is_text(key);
  const std::int64_t count = all ? static_cast<std::int64_t>(size) : parameters.integer(key);
  if (count > static_cast<std::int64_t>(size)) {
    throw InputError(parameters.place(key), fmt::format("{} exponents of a network of {} neurons", count, size),
                     "write \"all\" for as many as there are");
  }
  if (count <= 1) return static_cast<int>(count);
  if (single_precision) {
    throw InputError(parameters.place(key),
                     "conflicting options: more than one exponent and simulation.precision = \"single\"",
                     "a frame of tangent vectors needs the digits of \"double\"");
  }
  if (static_cast<std::size_t>(count) > kLargestFrame / size) {
    throw InputError(parameters.place(key),
                     fmt::format("{} exponents of {} neurons need several frames of {:.1f} GB each", count, size,
                                 8e-9 * static_cast<double>(count) * static_cast<double>(size)),
                     fmt::format("ask for at most {}", kLargestFrame / size));
  }
  return static_cast<int>(count);
}

SimulationOptions describe_simulation(const Parameters& parameters, TimeKind time, double noise, bool fixed_matrix,
                                      std::size_t size) {
  SimulationOptions options;
  options.integrator = integrator_of(parameters, time, noise);
  if (time == TimeKind::kDiscrete) {
    options.transient_steps = parameters.integer("simulation.transient");
    options.measured_steps = parameters.integer("simulation.steps");
  } else {
    options.step = parameters.has("simulation.step")                ? parameters.real("simulation.step")
                   : options.integrator == Integrator::kRungeKutta4 ? 0.1
                                                                    : 0.02;
    options.transient_steps = std::llround(parameters.real("simulation.transient") / options.step);
    options.measured_steps = std::llround(parameters.real("simulation.duration") / options.step);
    if (options.measured_steps < 10) {
      throw InputError(parameters.place("simulation.duration"), "simulation.duration must be at least ten steps",
                       fmt::format("the integration step is {} tau", options.step));
    }
  }
  options.realisations = parameters.has("simulation.realisations")
                             ? static_cast<int>(parameters.integer("simulation.realisations"))
                             : (fixed_matrix ? 1 : 10);
  options.lags = parameters.real("simulation.lags");
  options.single_precision = parameters.text("simulation.precision") == "single";
  options.exponents = exponent_count(parameters, size, options.single_precision);
  options.jacobian_spectrum = parameters.flag("simulation.jacobian_spectrum");
  options.attractor = parameters.flag("simulation.attractor");
  return options;
}

/// An attractor in the sense of note 7 is one of an autonomous network without noise.
void check_attractor(const Parameters& parameters, const RateDescription& description, double noise) {
  if (!description.simulation.attractor) return;
  const auto refuse = [&](const std::string& what, const std::string& mend) {
    throw InputError(parameters.place("simulation.attractor"), "conflicting options: simulation.attractor and " + what,
                     mend);
  };
  if (noise > 0.0) {
    refuse(description.time == TimeKind::kDiscrete ? "noise.deviation > 0" : "noise.intensity > 0",
           "only the attractors of noise-free networks are classified");
  }
  using Stimulus = StimulusDescription::Kind;
  const Stimulus stimulus = description.stimulus.kind;
  if (stimulus != Stimulus::kNone && stimulus != Stimulus::kStep) {
    refuse("a stimulus that changes in time",
           "the signs of the exponents tell the attractors of networks with constant input apart: stimulus.kind "
           "\"none\" or \"step\"");
  }
  if (description.simulation.exponents < 1) {
    refuse("simulation.exponents = 0", "leave simulation.exponents out");
  }
}

/// What the stationary theory does not know is refused where it is asked for.
TheoryOptions::Kind theory_kind(const Parameters& parameters, const CouplingDescription& coupling) {
  if (parameters.text("theory.kind") == "two_time") {
    if (coupling.kind != CouplingDescription::Kind::kGiven) return TheoryOptions::Kind::kTwoTime;
    throw InputError(parameters.place("theory.kind"),
                     "theory.kind \"two_time\" is the theory of an ensemble of couplings",
                     "use \"stationary\" for a given matrix");
  }
  if (coupling.symmetry != 0.0) {
    throw InputError(parameters.place("coupling.symmetry"),
                     "coupling.symmetry other than 0 has no stationary theory: the states are not Gaussian",
                     "say theory.kind = \"two_time\"");
  }
  if (coupling.kind == CouplingDescription::Kind::kCorrelated) {
    throw InputError(parameters.place("coupling.kind"), "correlated couplings have no stationary theory here",
                     "say theory.kind = \"two_time\"");
  }
  return TheoryOptions::Kind::kStationary;
}

/// Refuses a two-time theory that the memory of no usual machine holds.
void check_memory(const Parameters& parameters, const RateDescription& description) {
  const TheoryOptions& options = description.theory;
  if (options.kind != TheoryOptions::Kind::kTwoTime) return;
  // Half a matrix over times, per population or sample path; a flow keeps those of several steps at a time.
  const double points = options.horizon / lag_step(description);
  const bool flow = description.time == TimeKind::kContinuous;
  const double copies = description.coupling.symmetry != 0.0 ? static_cast<double>(options.samples)
                                                             : static_cast<double>(description.populations.size());
  // Correlated couplings: the Euler embedding at a sixteenth of the spacing.
  const bool correlated = flow && description.coupling.kind == CouplingDescription::Kind::kCorrelated;
  const double bytes = copies * points * points / 2.0 * sizeof(double) * (correlated ? 256.0 : flow ? 8.0 : 1.0);
  if (bytes <= kLargestTwoTime) return;
  throw InputError(
      parameters.place("theory.horizon"),
      fmt::format("the two-time theory up to time {} would need {:.0f} GB", options.horizon, bytes / 1e9),
      copies > 100.0 ? "take a shorter theory.horizon or fewer theory.samples" : "take a shorter theory.horizon");
}

TheoryOptions describe_theory(const Parameters& parameters, TimeKind time, const CouplingDescription& coupling) {
  TheoryOptions options;
  options.kind = theory_kind(parameters, coupling);
  options.horizon = parameters.real("theory.horizon");
  options.samples = static_cast<std::size_t>(parameters.integer("theory.samples"));
  if (time == TimeKind::kContinuous && parameters.text("theory.method") == "iteration") {
    options.method = TheoryOptions::Method::kIteration;
  }
  options.tolerance = parameters.real("theory.tolerance");
  if (parameters.has("theory.lags")) options.lags = parameters.real("theory.lags");
  options.quenched = parameters.flag("theory.quenched");
  return options;
}

double largest_noise(const RateDescription& description) {
  double largest = 0.0;
  for (const Population& population : description.populations) {
    largest = std::max({largest, population.noise_deviation, population.noise_intensity});
  }
  return largest;
}

}  // namespace

std::size_t RateDescription::size() const { return borders().back(); }

const Population& RateDescription::population() const {
  if (populations.size() != 1) throw std::logic_error("the network has several populations");
  return populations.front();
}

std::vector<std::size_t> RateDescription::borders() const {
  std::vector<std::size_t> borders{0};
  for (const Population& population : populations) borders.push_back(borders.back() + population.size);
  return borders;
}

RateDescription describe(const Parameters& parameters, TimeKind time,
                         const std::shared_ptr<const transfer::Expression>& known) {
  RateDescription description;
  description.time = time;
  description.seed = parameters.seed();
  if (time == TimeKind::kContinuous) description.time_constant = parameters.real("network.time_constant");
  std::vector<std::size_t> sizes = describe_sizes(parameters);
  const bool sizes_given = parameters.has("network.size");
  description.array_results = sizes.size() > 1 || (sizes_given && parameters.is_list("network.size"));
  description.coupling = describe_coupling(parameters, sizes, sizes_given, description.seed);
  if (description.coupling.matrix) sizes = {static_cast<std::size_t>(coupling::size(*description.coupling.matrix))};
  description.populations = describe_populations(parameters, time, sizes, known);
  description.threshold = describe_threshold(parameters, description.seed);
  if (parameters.has("threshold.values")) describe_given_thresholds(parameters, description);
  description.initial = describe_initial(parameters, description.seed);
  description.simulation = describe_simulation(parameters, time, largest_noise(description),
                                               has_fixed_matrix(description), description.size());
  const auto& simulation = description.simulation;
  description.stimulus =
      describe_stimulus(parameters, description.size(), simulation.transient_steps + simulation.measured_steps);
  description.theory = describe_theory(parameters, time, description.coupling);
  check_memory(parameters, description);
  check_attractor(parameters, description, largest_noise(description));
  if (simulation.jacobian_spectrum && description.size() > kLargestSpectrum) {
    throw InputError(parameters.place("simulation.jacobian_spectrum"),
                     fmt::format("the spectrum of the Jacobian takes N^3 steps: at most {} neurons", kLargestSpectrum),
                     "leave simulation.jacobian_spectrum out, or take a smaller network");
  }
  return description;
}

bool has_fixed_matrix(const RateDescription& description) {
  return description.coupling.kind == CouplingDescription::Kind::kGiven ||
         description.coupling.generator == Generator::kPortable;
}

bool has_common_offset(const RateDescription& description) {
  return description.threshold.values.empty() &&
         std::any_of(description.populations.begin(), description.populations.end(),
                     [](const Population& p) { return p.threshold_correlation > 0.0 && p.threshold_deviation > 0.0; });
}

std::int64_t sample_stride(const RateDescription& description) {
  if (description.time == TimeKind::kDiscrete) return 1;
  return std::max<std::int64_t>(
      1, static_cast<std::int64_t>(std::floor(kLongestSpacing / description.simulation.step + kRatioSlack)));
}

double lag_step(const RateDescription& description) {
  if (description.time == TimeKind::kDiscrete) return 1.0;
  const double spacing = static_cast<double>(sample_stride(description)) * description.simulation.step;
  return spacing / std::max(1.0, std::ceil(spacing / kLongestSpacing - kRatioSlack));
}

RateDescription iid_surrogate(const RateDescription& description, int realisations) {
  RateDescription surrogate = description;
  surrogate.coupling.kind = CouplingDescription::Kind::kGaussian;
  surrogate.coupling.generator = Generator::kPhilox;
  surrogate.coupling.matrix = nullptr;
  surrogate.coupling.origin.clear();
  surrogate.simulation.realisations = realisations;
  // A spectrum of each of many surrogates would take that many times as long as the network's own.
  surrogate.simulation.exponents = std::min(surrogate.simulation.exponents, 1);
  surrogate.simulation.attractor = false;
  return surrogate;
}

}  // namespace limes::rate

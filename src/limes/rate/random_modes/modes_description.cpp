#include "limes/rate/random_modes/modes_description.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "limes/rate/coupling_parameters.hpp"
#include "limes/rate/rate_parameters.hpp"
#include "limes/rate/transfer_parameters.hpp"

namespace limes::rate::random_modes {

namespace {

using system::Parameters;

constexpr double kMostModeEntries = 2e9;      // numbers of U and V together: 16 GB
constexpr double kMostMatrixEntries = 2.5e9;  // of a dense matrix
constexpr double kMostSamples = 16384;        // snapshots of all trajectories of one network
constexpr std::size_t kSmallestHalf = 50;

[[noreturn]] void refuse(const Parameters& parameters, const std::string& key, std::string message,
                         std::string mend = {}) {
  throw InputError(parameters.place(key), std::move(message), std::move(mend));
}

Kind kind_of(const Parameters& parameters) {
  if (!given_matrix_key(parameters).empty()) return Kind::kGiven;
  if (!parameters.has("coupling.kind")) return Kind::kRandomModes;
  const std::string kind = parameters.text("coupling.kind");
  return kind == "gaussian" ? Kind::kGaussian : kind == "orthogonal" ? Kind::kOrthogonal : Kind::kRandomModes;
}

/// No key of the table `modes` that means nothing for these couplings.
void require_no_modes(const Parameters& parameters, const std::string& what) {
  for (const std::string key : {"modes.count", "modes.ratio", "modes.spectrum", "modes.decay", "modes.exponent",
                                "modes.values", "modes.overlap", "modes.inverse_rank"}) {
    if (parameters.is_given(key)) throw conflict(parameters, key, what);
  }
}

std::size_t mode_count(const Parameters& parameters, std::size_t size) {
  const bool values = parameters.has("modes.values");
  if (parameters.has("modes.count") && parameters.has("modes.ratio")) {
    throw conflict(parameters, "modes.ratio", "modes.count");
  }
  std::size_t count = size;
  if (parameters.has("modes.count")) count = static_cast<std::size_t>(parameters.integer("modes.count"));
  if (parameters.has("modes.ratio")) {
    const double exact = parameters.real("modes.ratio") * static_cast<double>(size);
    count = static_cast<std::size_t>(std::llround(exact));
    if (count == 0) {
      refuse(parameters, "modes.ratio", fmt::format("modes.ratio gives no mode at network.size = {}", size),
             "give a larger ratio, or modes.count");
    }
  }
  if (!values) return count;
  const std::size_t listed = parameters.reals("modes.values").size();
  if ((parameters.has("modes.count") || parameters.has("modes.ratio")) && count != listed) {
    refuse(parameters, "modes.values", fmt::format("modes.values has {} strengths for {} modes", listed, count),
           "leave modes.count and modes.ratio out");
  }
  return listed;
}

/// The shape of the spectrum: `modes.spectrum`, or what follows from the keys of one.
std::string spectrum_of(const Parameters& parameters) {
  const std::string name = parameters.has("modes.spectrum")   ? parameters.text("modes.spectrum")
                           : parameters.has("modes.values")   ? "values"
                           : parameters.has("modes.decay")    ? "exponential"
                           : parameters.has("modes.exponent") ? "power"
                                                              : "flat";
  const std::string needed = name == "exponential" ? "modes.decay"
                             : name == "power"     ? "modes.exponent"
                             : name == "values"    ? "modes.values"
                                                   : "";
  if (!needed.empty() && !parameters.has(needed)) {
    refuse(parameters, "modes.spectrum", fmt::format("modes.spectrum is \"{}\" but {} is missing", name, needed),
           "give " + needed);
  }
  for (const std::string key : {"modes.decay", "modes.exponent", "modes.values"}) {
    if (key != needed && parameters.is_given(key)) {
      throw conflict(parameters, key, "modes.spectrum = \"" + name + "\"");
    }
  }
  return name;
}

std::vector<double> describe_strengths(const Parameters& parameters, const ModesDescription& description) {
  const std::string spectrum = spectrum_of(parameters);
  const std::size_t count = mode_count(parameters, description.size);
  if (2.0 * static_cast<double>(count) * static_cast<double>(description.size) > kMostModeEntries) {
    refuse(parameters, parameters.has("modes.count") ? "modes.count" : "network.size",
           fmt::format("{} modes of {} neurons do not fit into memory", count, description.size),
           "give fewer modes or neurons, or coupling.kind = \"gaussian\" for many modes of equal strength");
  }
  std::vector<double> strengths(count, 1.0);
  for (std::size_t a = 0; a < count; ++a) {
    const auto index = static_cast<double>(a);
    if (spectrum == "exponential") {
      strengths[a] = std::exp(-index / (parameters.real("modes.decay") * static_cast<double>(description.size)));
    } else if (spectrum == "power") {
      strengths[a] = std::pow(index + 1.0, -parameters.real("modes.exponent"));
    }
  }
  if (spectrum == "values") strengths = parameters.reals("modes.values");
  double largest = 0.0;
  for (const double strength : strengths) largest = std::max(largest, std::abs(strength));
  if (largest == 0.0) {
    refuse(parameters, "modes.values", "all strengths of the modes are zero", "give at least one that is not");
  }
  double square = 0.0;
  for (double& strength : strengths) {
    strength /= largest;  // squares of very large or small strengths stay finite
    square += strength * strength;
  }
  const double factor = description.deviation * std::sqrt(static_cast<double>(description.size) / square);
  for (double& strength : strengths) strength *= factor;
  return strengths;
}

std::vector<double> describe_overlaps(const Parameters& parameters, std::size_t modes) {
  if (!parameters.has("modes.overlap")) return {};
  std::vector<double> overlaps = parameters.reals("modes.overlap");
  if (!parameters.is_list("modes.overlap")) overlaps.assign(modes, overlaps.front());
  if (overlaps.size() != modes) {
    refuse(parameters, "modes.overlap", fmt::format("modes.overlap has {} values for {} modes", overlaps.size(), modes),
           "give one number, or one per mode");
  }
  const bool none = std::all_of(overlaps.begin(), overlaps.end(), [](double rho) { return rho == 0.0; });
  return none ? std::vector<double>{} : overlaps;
}

void describe_given(const Parameters& parameters, ModesDescription& description) {
  const std::string key = given_matrix_key(parameters);
  require_no_modes(parameters, key);
  if (parameters.text("coupling.generator") != "philox") throw conflict(parameters, "coupling.generator", key);
  for (const std::string width : {"heterogeneity.left", "heterogeneity.right"}) {
    if (parameters.real(width) > 0.0) throw conflict(parameters, width, key, "scale the matrix itself");
  }
  coupling::Matrix matrix = read_given_matrix(parameters, key);
  bool any = false;
  coupling::for_each_entry(matrix, [&](Eigen::Index i, Eigen::Index j, double value) {
    any = true;
    if (std::isfinite(value)) return;
    refuse(parameters, key, fmt::format("the coupling of row {}, column {} is not finite", i + 1, j + 1));
  });
  if (!any) refuse(parameters, key, "all couplings are zero", "give a matrix with at least one entry");
  const auto size = static_cast<std::size_t>(coupling::size(matrix));
  if (parameters.has("network.size") && description.size != size) {
    refuse(parameters, "network.size",
           fmt::format("network.size is {} but the matrix is {} x {}", description.size, size, size),
           "leave network.size out");
  }
  description.size = size;
  description.origin = parameters.has("coupling.file") ? parameters.text("coupling.file") : key;
  description.matrix = std::make_shared<const coupling::Matrix>(std::move(matrix));
}

void describe_random(const Parameters& parameters, ModesDescription& description) {
  if (parameters.text("coupling.scale") != "none") {
    refuse(parameters, "coupling.scale",
           "conflicting options: coupling.scale and random couplings, which coupling.deviation scales",
           "leave coupling.scale out, or give coupling.file");
  }
  description.deviation = parameters.real("coupling.deviation");
  description.portable = generator_of(parameters, "coupling") == Generator::kPortable;
  if (description.portable && description.kind != Kind::kGaussian) {
    refuse(parameters, "coupling.generator", "the portable generator is for independent gaussian couplings",
           "leave coupling.generator out, or say coupling.kind = \"gaussian\"");
  }
  if (description.kind == Kind::kRandomModes) {
    if (parameters.has("modes.inverse_rank")) {
      description.inverse_rank = parameters.real("modes.inverse_rank");
      if (*description.inverse_rank < -1.0) {
        refuse(parameters, "modes.inverse_rank",
               fmt::format("1/PR^D = {} is not a spectrum: <s^4> >= <s^2>^2 for any singular values s",
                           *description.inverse_rank),
               "give at least -1, the value of an orthogonal matrix");
      }
      for (const std::string key : {"modes.count", "modes.ratio", "modes.spectrum", "modes.decay", "modes.exponent",
                                    "modes.values", "modes.overlap"}) {
        if (parameters.is_given(key)) throw conflict(parameters, key, "modes.inverse_rank");
      }
      return;
    }
    description.strengths = describe_strengths(parameters, description);
    description.overlaps = describe_overlaps(parameters, description.strengths.size());
    const bool heterogeneous = description.left_width > 0.0 || description.right_width > 0.0;
    if (description.has_overlaps() && heterogeneous) {
      throw conflict(parameters, "modes.overlap", "heterogeneity",
                     "the theory knows overlaps of equal neurons only: leave one of them out");
    }
    return;
  }
  const std::string name = "coupling.kind = \"" + parameters.text("coupling.kind") + "\"";
  require_no_modes(parameters, name);
  const auto size = static_cast<double>(description.size);
  if (size * size > kMostMatrixEntries) {
    refuse(parameters, "network.size", fmt::format("a dense matrix of {} neurons does not fit into memory", size));
  }
  // Q of an N x N matrix takes N^3 operations: beyond, hours.
  if (description.kind == Kind::kOrthogonal && description.size > 8000) {
    refuse(parameters, "network.size", "an orthogonal matrix of more than 8000 neurons takes hours to draw",
           "give a smaller size");
  }
}

void describe_simulation(const Parameters& parameters, ModesDescription& description) {
  using Integrator = ModesDescription::Integrator;
  auto& simulation = description.simulation;
  const bool noisy = description.noise_intensity > 0.0;
  simulation.integrator = noisy ? Integrator::kHeun : Integrator::kRungeKutta4;
  if (parameters.has("simulation.integrator")) {
    const std::string name = parameters.text("simulation.integrator");
    simulation.integrator = name == "rk4"    ? Integrator::kRungeKutta4
                            : name == "heun" ? Integrator::kHeun
                                             : Integrator::kEuler;
    if (noisy && name == "rk4") {
      throw conflict(parameters, "simulation.integrator", "noise.intensity",
                     "rk4 is for networks without noise: say heun or euler");
    }
  }
  const bool euler = simulation.integrator == Integrator::kEuler;
  const bool heun = simulation.integrator == Integrator::kHeun;
  simulation.step = parameters.has("simulation.step") ? parameters.real("simulation.step")
                    : euler                           ? 0.02
                    : heun                            ? 0.05
                                                      : 0.1;
  // Overlaps make slow collective modes, and so do few modes.
  simulation.transient = parameters.has("simulation.transient") ? parameters.real("simulation.transient")
                         : description.has_overlaps()           ? 200.0
                                                                : 100.0;
  simulation.duration = parameters.real("simulation.duration");
  simulation.lags = parameters.real("simulation.lags");
  simulation.trajectories = static_cast<std::size_t>(parameters.integer("simulation.trajectories"));
  simulation.realisations = parameters.has("simulation.realisations")
                                ? static_cast<int>(parameters.integer("simulation.realisations"))
                            : description.has_fixed_matrix() ? 1
                                                             : 10;
  simulation.sample_interval = parameters.real("simulation.sample_interval");
  simulation.single_precision = parameters.text("simulation.precision") == "single";
  simulation.spectrum = parameters.flag("simulation.covariance_spectrum");
  simulation.surrogates = parameters.flag("simulation.surrogates");
  if (simulation.surrogates && description.kind != Kind::kGiven) {
    refuse(parameters, "simulation.surrogates", "surrogates are those of a given matrix",
           "leave simulation.surrogates out, or give coupling.file");
  }
  const double snapshots = simulation.duration / simulation.sample_interval;
  if (snapshots < 4.0) {
    refuse(parameters, "simulation.duration",
           fmt::format("simulation.duration holds {:.0f} snapshots of a trajectory", snapshots),
           "give at least four times simulation.sample_interval");
  }
  if (snapshots * static_cast<double>(simulation.trajectories) > kMostSamples * 64.0) {
    refuse(parameters, "simulation.sample_interval",
           fmt::format("{:.0f} snapshots of {} trajectories are too many", snapshots, simulation.trajectories),
           "give a longer sample_interval, fewer trajectories or a shorter duration");
  }
}

}  // namespace

double ModesDescription::random_inverse_rank() const {
  if (inverse_rank) return *inverse_rank;
  if (kind == Kind::kGaussian) return 0.0;
  if (kind == Kind::kOrthogonal) return -1.0;
  double square = 0.0, fourth = 0.0;
  for (const double strength : strengths) {
    square += strength * strength;
    fourth += strength * strength * strength * strength;
  }
  return static_cast<double>(size) * fourth / (square * square);
}

ModesDescription describe(const Parameters& parameters) {
  ModesDescription description;
  if (parameters.has("network.size")) description.size = static_cast<std::size_t>(parameters.integer("network.size"));
  description.transfer = transfer::with_gain(describe_transfer(parameters, nullptr), parameters.real("network.gain"));
  require_odd(parameters, description.transfer);
  description.noise_intensity = parameters.real("noise.intensity");
  description.initial_mean = parameters.real("initial.mean");
  description.initial_variance = parameters.real("initial.variance");
  description.seed = parameters.seed();
  description.coupling_seed =
      seed_of(parameters, "coupling", generator_of(parameters, "coupling"), parameters.seed(), 1);
  description.left_width = parameters.real("heterogeneity.left");
  description.right_width = parameters.real("heterogeneity.right");
  description.kind = kind_of(parameters);
  if (description.kind == Kind::kGiven) {
    describe_given(parameters, description);
  } else {
    describe_random(parameters, description);
  }
  description.theory.samples = static_cast<std::size_t>(parameters.integer("theory.samples"));
  description.theory.rounds = static_cast<int>(parameters.integer("theory.rounds"));
  if (parameters.has("theory.lags")) description.theory.lags = parameters.real("theory.lags");
  description.theory.quenched = parameters.flag("theory.quenched");
  describe_simulation(parameters, description);
  return description;
}

Parameters complete_parameters(const Parameters& parameters, const ModesDescription& description) {
  using Integrator = ModesDescription::Integrator;
  Parameters complete = parameters;
  const auto fill = [&](const char* key, const system::Json& value) {
    if (!complete.has(key)) complete = complete.with(key, value);
  };
  const auto& simulation = description.simulation;
  fill("network.size", static_cast<std::int64_t>(description.size));
  fill("coupling.kind", description.kind != Kind::kGiven  ? "random_modes"
                        : parameters.has("coupling.file") ? "file"
                                                          : "values");
  if (description.kind == Kind::kRandomModes && !description.inverse_rank) {
    fill("modes.spectrum", spectrum_of(parameters));
  }
  fill("simulation.realisations", simulation.realisations);
  fill("simulation.integrator", simulation.integrator == Integrator::kRungeKutta4 ? "rk4"
                                : simulation.integrator == Integrator::kHeun      ? "heun"
                                                                                  : "euler");
  fill("simulation.step", simulation.step);
  fill("simulation.transient", simulation.transient);
  return complete;
}

std::optional<Parameters> half_size_parameters(const Parameters& parameters) {
  for (const char* key : {"coupling.file", "coupling.values", "modes.values"}) {
    if (parameters.has(key)) return std::nullopt;
  }
  if (parameters.has("modes.overlap") && parameters.is_list("modes.overlap")) return std::nullopt;
  const ModesDescription description = describe(parameters);
  if (description.has_fixed_matrix() || description.size / 2 < kSmallestHalf) return std::nullopt;
  Parameters half = parameters.with("network.size", static_cast<std::int64_t>(description.size / 2))
                        .with("simulation.realisations", std::int64_t{4} * description.simulation.realisations);
  if (parameters.has("modes.count")) {
    if (parameters.integer("modes.count") < 2) return std::nullopt;
    half = half.with("modes.count", parameters.integer("modes.count") / 2);
  }
  return half;
}

ModesDescription iid_surrogate(const ModesDescription& description, int realisations) {
  ModesDescription surrogate = description;
  double square = 0.0;
  coupling::for_each_entry(*description.matrix,
                           [&](Eigen::Index, Eigen::Index, double value) { square += value * value; });
  surrogate.kind = Kind::kGaussian;
  surrogate.deviation = std::sqrt(square / static_cast<double>(description.size));
  surrogate.matrix = nullptr;
  surrogate.simulation.realisations = realisations;
  surrogate.simulation.surrogates = false;
  surrogate.simulation.spectrum = description.simulation.spectrum;
  return surrogate;
}

}  // namespace limes::rate::random_modes

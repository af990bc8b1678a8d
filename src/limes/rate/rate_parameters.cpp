#include "limes/rate/rate_parameters.hpp"

#include <fmt/format.h>

#include <cmath>

#include "limes/coupling_files/read.hpp"

namespace limes::rate {

namespace {

using system::Parameters;

enum class CouplingSource { kGaussian, kFile, kValues };

CouplingSource coupling_source(const Parameters& parameters) {
  const bool file = parameters.has("coupling.file");
  const bool values = parameters.has("coupling.values");
  if (file && values) throw conflict(parameters, "coupling.values", "coupling.file");
  const auto source = file ? CouplingSource::kFile : values ? CouplingSource::kValues : CouplingSource::kGaussian;
  if (!parameters.has("coupling.kind")) return source;
  const std::string kind = parameters.text("coupling.kind");
  if (kind == "gaussian") {
    if (source == CouplingSource::kGaussian) return source;
    throw conflict(parameters, "coupling.kind", file ? "coupling.file" : "coupling.values");
  }
  const std::string key = "coupling." + kind;
  if (!parameters.has(key)) {
    throw InputError(parameters.place("coupling.kind"),
                     fmt::format("coupling.kind is \"{}\" but {} is missing", kind, key), "give " + key);
  }
  return source;
}

coupling::Matrix matrix_of_values(const Parameters& parameters) {
  const auto rows = parameters.matrix("coupling.values");
  const auto size = static_cast<Eigen::Index>(rows.size());
  coupling::DenseMatrix matrix(size, size);
  for (Eigen::Index i = 0; i < size; ++i) {
    const auto& row = rows[static_cast<std::size_t>(i)];
    if (row.size() != rows.size()) {
      throw InputError(parameters.place("coupling.values"),
                       fmt::format("coupling.values is not square: {} rows of {} columns", rows.size(), row.size()));
    }
    for (Eigen::Index j = 0; j < size; ++j) matrix(i, j) = row[static_cast<std::size_t>(j)];
  }
  if (size == 0) throw InputError(parameters.place("coupling.values"), "coupling.values is empty");
  return matrix;
}

coupling::Scale scale_of(const Parameters& parameters) {
  const std::string name = parameters.text("coupling.scale");
  if (name == "deviation") return coupling::Scale::kDeviation;
  return name == "spectral_radius" ? coupling::Scale::kSpectralRadius : coupling::Scale::kNone;
}

CouplingDescription describe_gaussian(const Parameters& parameters, std::uint64_t experiment_seed) {
  if (scale_of(parameters) != coupling::Scale::kNone) {
    throw InputError(parameters.place("coupling.scale"),
                     "conflicting options: coupling.scale and gaussian couplings, which coupling.deviation scales",
                     "leave coupling.scale out, or give coupling.file");
  }
  CouplingDescription coupling;
  coupling.mean = one_value(parameters, "coupling.mean");
  coupling.deviation = one_value(parameters, "coupling.deviation");
  coupling.generator = generator_of(parameters, "coupling");
  coupling.seed = seed_of(parameters, "coupling", coupling.generator, experiment_seed, 1);
  return coupling;
}

CouplingDescription describe_given(const Parameters& parameters, CouplingSource source, std::uint64_t experiment_seed) {
  const std::string key = source == CouplingSource::kFile ? "coupling.file" : "coupling.values";
  if (one_value(parameters, "coupling.mean") != 0.0) throw conflict(parameters, "coupling.mean", key);
  if (generator_of(parameters, "coupling") != Generator::kPhilox) {
    throw conflict(parameters, "coupling.generator", key);
  }
  const double target = one_value(parameters, "coupling.deviation");
  const auto scale = scale_of(parameters);
  if (scale == coupling::Scale::kNone && target != 1.0) {
    throw InputError(parameters.place("coupling.deviation"),
                     fmt::format("conflicting options: coupling.deviation and {} without coupling.scale", key),
                     "say coupling.scale = \"deviation\" or \"spectral_radius\" to have the matrix scaled to it");
  }
  coupling::Matrix matrix = source == CouplingSource::kFile
                                ? at_place(parameters, key, [&] { return coupling::read_matrix(parameters.text(key)); })
                                : matrix_of_values(parameters);
  at_place(parameters, "coupling.scale", [&] { return coupling::apply_scale(matrix, scale, target), 0; });
  const auto statistics = coupling::statistics(matrix);
  CouplingDescription coupling;
  coupling.kind = CouplingDescription::Kind::kGiven;
  coupling.seed = seed_of(parameters, "coupling", Generator::kPhilox, experiment_seed, 1);
  coupling.mean = statistics.mean_coupling;
  coupling.deviation = statistics.deviation;
  coupling.origin = source == CouplingSource::kFile ? parameters.text(key) : key;
  coupling.matrix = std::make_shared<const coupling::Matrix>(std::move(matrix));
  return coupling;
}

}  // namespace

double one_value(const Parameters& parameters, const std::string& key) {
  if (!parameters.is_list(key)) return parameters.real(key);
  const bool pair_key = key == "coupling.mean" || key == "coupling.deviation";
  if (pair_key) {
    const auto rows = parameters.matrix(key);
    if (rows.size() == 1 && rows.front().size() == 1) return rows.front().front();
  } else {
    const auto values = parameters.reals(key);
    if (values.size() == 1) return values.front();
  }
  throw InputError(parameters.place(key), key + " holds several values: several populations are not supported",
                   "give one number");
}

std::optional<std::size_t> network_size(const Parameters& parameters) {
  if (!parameters.has("network.size")) return std::nullopt;
  return static_cast<std::size_t>(one_value(parameters, "network.size"));
}

Generator generator_of(const Parameters& parameters, const std::string& table) {
  return parameters.text(table + ".generator") == "portable" ? Generator::kPortable : Generator::kPhilox;
}

std::uint64_t seed_of(const Parameters& parameters, const std::string& table, Generator generator,
                      std::uint64_t experiment_seed, std::uint64_t portable_default) {
  const std::string key = table + ".seed";
  if (parameters.has(key)) return static_cast<std::uint64_t>(parameters.integer(key));
  return generator == Generator::kPortable ? portable_default : experiment_seed;
}

InputError conflict(const Parameters& parameters, const std::string& key, const std::string& other, std::string mend) {
  return InputError(parameters.place(key), fmt::format("conflicting options: {} and {}", key, other), std::move(mend));
}

void require_length(const Parameters& parameters, const std::string& key, std::size_t length, std::size_t size) {
  if (length == size) return;
  throw InputError(parameters.place(key),
                   fmt::format("{} has {} values but the network has {} neurons", key, length, size),
                   "give one value per neuron");
}

CouplingDescription describe_coupling(const Parameters& parameters, std::optional<std::size_t> given_size,
                                      std::uint64_t experiment_seed) {
  if (parameters.real("coupling.symmetry") != 0.0) {
    throw InputError(parameters.place("coupling.symmetry"), "coupling.symmetry other than 0 is not supported",
                     "its stationary theory does not exist; theory.kind = \"two_time\" is not supported yet");
  }
  const auto source = coupling_source(parameters);
  if (source == CouplingSource::kGaussian) return describe_gaussian(parameters, experiment_seed);
  auto coupling = describe_given(parameters, source, experiment_seed);
  const auto size = static_cast<std::size_t>(coupling::size(*coupling.matrix));
  if (given_size && *given_size != size) {
    throw InputError(parameters.place("network.size"),
                     fmt::format("network.size is {} but the matrix is {} x {}", *given_size, size, size),
                     "leave network.size out");
  }
  return coupling;
}

}  // namespace limes::rate

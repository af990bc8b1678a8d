#include "limes/rate/coupling_parameters.hpp"

#include <fmt/format.h>

#include <cmath>

#include "limes/coupling/correlated.hpp"
#include "limes/coupling_files/read.hpp"
#include "limes/rate/population_parameters.hpp"
#include "limes/rate/rate_parameters.hpp"

namespace limes::rate {

namespace {

using system::Parameters;
using Kind = CouplingDescription::Kind;

/// The kind of couplings that are not given as a matrix.
Kind random_kind(const Parameters& parameters) {
  if (!parameters.has("coupling.kind")) return Kind::kGaussian;
  const std::string kind = parameters.text("coupling.kind");
  if (kind == "bernoulli") return Kind::kBernoulli;
  if (kind == "fixed_in_degree") return Kind::kFixedInDegree;
  return kind == "correlated" ? Kind::kCorrelated : Kind::kGaussian;
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

/// The in-degrees K_ab of a diluted network, each at most N_b.
Eigen::MatrixXd describe_degree(const Parameters& parameters, Kind kind, const std::vector<std::size_t>& sizes) {
  if (!parameters.has("coupling.degree")) {
    throw InputError(
        parameters.place("coupling.kind"),
        fmt::format("coupling.kind is \"{}\" but coupling.degree is missing", parameters.text("coupling.kind")),
        "give coupling.degree, the mean number of inputs of a neuron");
  }
  Eigen::MatrixXd degree = per_pair(parameters, "coupling.degree", sizes.size());
  for (Eigen::Index a = 0; a < degree.rows(); ++a) {
    for (Eigen::Index b = 0; b < degree.cols(); ++b) {
      const double value = degree(a, b);
      const std::string name = degree.size() == 1 ? "coupling.degree" : fmt::format("coupling.degree[{}][{}]", a, b);
      const auto sources = static_cast<double>(sizes[static_cast<std::size_t>(b)]);
      if (value > sources) {
        throw InputError(parameters.place("coupling.degree"),
                         fmt::format("{} is {} but there are {} source neurons", name, value, sources),
                         "give a degree of at most the number of neurons");
      }
      if (kind == Kind::kFixedInDegree && value != std::floor(value)) {
        throw InputError(parameters.place("coupling.degree"),
                         fmt::format("{} is {}: a fixed in-degree is a whole number", name, value));
      }
    }
  }
  return degree;
}

/// A(0) = 1, A(1), ...: shorter than half the ring, so that both sides of it stay apart.
std::vector<double> describe_covariance(const Parameters& parameters, const std::string& key, std::size_t size) {
  std::vector<double> values = parameters.has(key) ? parameters.reals(key) : std::vector<double>{1.0};
  if (values.front() != 1.0) {
    throw InputError(parameters.place(key), fmt::format("{}[0] must be 1, not {}", key, values.front()),
                     "it is a correlation; coupling.deviation holds the scale");
  }
  if (2 * values.size() > size + 1) {
    throw InputError(
        parameters.place(key),
        fmt::format("{} has {} values, which reach around the ring of {} neurons", key, values.size(), size),
        "give fewer values, or a larger network");
  }
  return values;
}

void require_absent(const Parameters& parameters, const std::string& key, const std::string& reason) {
  if (parameters.is_given(key)) {
    throw InputError(parameters.place(key), fmt::format("conflicting options: {} and {}", key, reason),
                     "leave one of them out");
  }
}

CouplingDescription describe_random(const Parameters& parameters, Kind kind, const std::vector<std::size_t>& sizes,
                                    std::uint64_t experiment_seed) {
  if (scale_of(parameters) != coupling::Scale::kNone) {
    throw InputError(parameters.place("coupling.scale"),
                     "conflicting options: coupling.scale and random couplings, which coupling.deviation scales",
                     "leave coupling.scale out, or give coupling.file");
  }
  const std::string kind_text =
      "coupling.kind = \"" + (parameters.has("coupling.kind") ? parameters.text("coupling.kind") : "gaussian") + "\"";
  CouplingDescription coupling;
  coupling.kind = kind;
  coupling.mean = per_pair(parameters, "coupling.mean", sizes.size());
  coupling.deviation = per_pair(parameters, "coupling.deviation", sizes.size());
  coupling.generator = generator_of(parameters, "coupling");
  coupling.seed = seed_of(parameters, "coupling", coupling.generator, experiment_seed, 1);
  coupling.symmetry = parameters.real("coupling.symmetry");
  const bool diluted = kind == Kind::kBernoulli || kind == Kind::kFixedInDegree;
  if (diluted) {
    coupling.degree = describe_degree(parameters, kind, sizes);
    const Eigen::ArrayXXd present = (coupling.degree.array() > 0.0).cast<double>();
    coupling.mean.array() *= present;
    coupling.deviation.array() *= present;
  } else {
    require_absent(parameters, "coupling.degree", kind_text);
  }
  if (kind == Kind::kCorrelated) {
    if (sizes.size() > 1) {
      throw InputError(parameters.place("coupling.kind"), "correlated couplings are those of one population",
                       "give network.size as one number");
    }
    coupling.row_covariance = describe_covariance(parameters, "coupling.row_covariance", sizes.front());
    coupling.column_covariance = describe_covariance(parameters, "coupling.column_covariance", sizes.front());
    at_place(parameters,
             parameters.is_given("coupling.row_covariance") ? "coupling.row_covariance" : "coupling.column_covariance",
             [&] {
               coupling::require_covariance(coupling.row_covariance, coupling.column_covariance, sizes.front());
               return 0;
             });
  } else {
    require_absent(parameters, "coupling.row_covariance", kind_text);
    require_absent(parameters, "coupling.column_covariance", kind_text);
  }
  if (coupling.symmetry != 0.0 && (kind != Kind::kGaussian || sizes.size() > 1)) {
    throw InputError(parameters.place("coupling.symmetry"),
                     "coupling.symmetry is for gaussian couplings of one population", "leave coupling.symmetry out");
  }
  if (coupling.generator == Generator::kPortable && (kind != Kind::kGaussian || coupling.symmetry != 0.0)) {
    throw InputError(parameters.place("coupling.generator"),
                     "the portable generator is for independent gaussian couplings", "leave coupling.generator out");
  }
  return coupling;
}

CouplingDescription describe_given(const Parameters& parameters, const std::string& key, std::size_t populations,
                                   std::uint64_t experiment_seed) {
  if (populations > 1) {
    throw InputError(parameters.place("network.size"),
                     fmt::format("conflicting options: several populations and {}", key),
                     "a given matrix is one population; leave network.size out");
  }
  for (const std::string other : {"coupling.degree", "coupling.row_covariance", "coupling.column_covariance"}) {
    require_absent(parameters, other, key);
  }
  if (per_pair(parameters, "coupling.mean", 1)(0, 0) != 0.0) throw conflict(parameters, "coupling.mean", key);
  if (parameters.real("coupling.symmetry") != 0.0) throw conflict(parameters, "coupling.symmetry", key);
  if (generator_of(parameters, "coupling") != Generator::kPhilox) {
    throw conflict(parameters, "coupling.generator", key);
  }
  coupling::Matrix matrix = read_given_matrix(parameters, key);
  const auto statistics = coupling::statistics(matrix);
  CouplingDescription coupling;
  coupling.kind = Kind::kGiven;
  coupling.seed = seed_of(parameters, "coupling", Generator::kPhilox, experiment_seed, 1);
  coupling.mean(0, 0) = statistics.mean_coupling;
  coupling.deviation(0, 0) = statistics.deviation;
  coupling.origin = key == "coupling.file" ? parameters.text(key) : key;
  coupling.matrix = std::make_shared<const coupling::Matrix>(std::move(matrix));
  return coupling;
}

}  // namespace

std::string given_matrix_key(const Parameters& parameters) {
  const bool file = parameters.has("coupling.file");
  const bool values = parameters.has("coupling.values");
  if (file && values) throw conflict(parameters, "coupling.values", "coupling.file");
  std::string given = file ? "coupling.file" : values ? "coupling.values" : "";
  if (!parameters.has("coupling.kind")) return given;
  const std::string kind = parameters.text("coupling.kind");
  if (kind == "file" || kind == "values") {
    if (parameters.has("coupling." + kind)) return given;
    throw InputError(parameters.place("coupling.kind"),
                     fmt::format("coupling.kind is \"{}\" but coupling.{} is missing", kind, kind),
                     "give coupling." + kind);
  }
  if (!given.empty()) throw conflict(parameters, "coupling.kind", given);
  return given;
}

coupling::Matrix read_given_matrix(const Parameters& parameters, const std::string& key) {
  const double target = per_pair(parameters, "coupling.deviation", 1)(0, 0);
  const auto scale = scale_of(parameters);
  if (scale == coupling::Scale::kNone && target != 1.0) {
    throw InputError(parameters.place("coupling.deviation"),
                     fmt::format("conflicting options: coupling.deviation and {} without coupling.scale", key),
                     "say coupling.scale = \"deviation\" or \"spectral_radius\" to have the matrix scaled to it");
  }
  coupling::Matrix matrix = key == "coupling.file"
                                ? at_place(parameters, key, [&] { return coupling::read_matrix(parameters.text(key)); })
                                : matrix_of_values(parameters);
  at_place(parameters, "coupling.scale", [&] { return coupling::apply_scale(matrix, scale, target), 0; });
  return matrix;
}

CouplingDescription describe_coupling(const Parameters& parameters, const std::vector<std::size_t>& sizes,
                                      bool sizes_given, std::uint64_t experiment_seed) {
  const std::string given = given_matrix_key(parameters);
  if (given.empty()) return describe_random(parameters, random_kind(parameters), sizes, experiment_seed);
  auto coupling = describe_given(parameters, given, sizes.size(), experiment_seed);
  const auto size = static_cast<std::size_t>(coupling::size(*coupling.matrix));
  if (sizes_given && sizes.front() != size) {
    throw InputError(parameters.place("network.size"),
                     fmt::format("network.size is {} but the matrix is {} x {}", sizes.front(), size, size),
                     "leave network.size out");
  }
  return coupling;
}

}  // namespace limes::rate

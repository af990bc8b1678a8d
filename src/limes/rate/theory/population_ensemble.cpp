#include "limes/rate/theory/population_ensemble.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

#include "limes/base/errors.hpp"

namespace limes::rate::theory {
namespace {

void require(bool condition, std::size_t population, std::string_view what, double found) {
  if (!condition) throw InputError(fmt::format("population {}: {}, not {}", population, what, found));
}

void require_not_negative(double value, std::size_t population, std::string_view name) {
  if (!(value >= 0) || !std::isfinite(value))
    throw InputError(
        fmt::format("population {}: the {} must be finite and not negative, not {}", population, name, value));
}

void require_matrix(const Eigen::MatrixXd& matrix, std::size_t size, std::string_view name, bool negative) {
  const auto count = static_cast<Eigen::Index>(size);
  if (matrix.rows() != count || matrix.cols() != count)
    throw InputError(fmt::format("{} must be a {} x {} matrix, one row per target population, not {} x {}", name, size,
                                 size, matrix.rows(), matrix.cols()));
  for (Eigen::Index a = 0; a < count; ++a)
    for (Eigen::Index b = 0; b < count; ++b)
      if (!std::isfinite(matrix(a, b)) || (!negative && matrix(a, b) < 0))
        throw InputError(fmt::format("{}[{}][{}] must be finite{}, not {}", name, a, b,
                                     negative ? "" : " and not negative", matrix(a, b)));
}

}  // namespace

double degree_variance(double coupling_mean, double degree, double size) {
  if (!(degree > 0) || !(degree <= size))
    throw InputError(fmt::format("a degree must lie in (0, N], not K = {} with N = {}", degree, size));
  return coupling_mean * coupling_mean / degree * (1 - degree / size);
}

PopulationEnsemble uncoupled(std::size_t count) {
  const auto n = static_cast<Eigen::Index>(count);
  PopulationEnsemble result;
  result.populations.resize(count);
  for (Population& population : result.populations) population.share = 1.0 / static_cast<double>(count);
  result.coupling_mean = result.second_moment = result.centred = Eigen::MatrixXd::Zero(n, n);
  return result;
}

PopulationEnsemble one_population(const Ensemble& ensemble, double initial_mean, double initial_variance) {
  PopulationEnsemble result = uncoupled(1);
  Population& population = result.populations.front();
  population.transfer = ensemble.transfer;
  population.leak = ensemble.leak;
  population.threshold_mean = ensemble.threshold_mean;
  population.threshold_deviation = ensemble.threshold_deviation;
  population.noise_deviation = ensemble.noise_deviation;
  population.noise_intensity = ensemble.noise_intensity;
  population.initial_mean = initial_mean;
  population.initial_variance = initial_variance;
  result.coupling_mean(0, 0) = ensemble.coupling_mean;
  result.second_moment(0, 0) = ensemble.coupling_variance();
  return result;
}

void require_valid(const PopulationEnsemble& ensemble) {
  if (ensemble.populations.empty()) throw InputError("an ensemble needs at least one population");
  for (std::size_t a = 0; a < ensemble.size(); ++a) {
    const Population& population = ensemble.populations[a];
    require(population.leak >= 0 && population.leak < 1, a, "gamma must be in [0,1)", population.leak);
    require(std::isfinite(population.threshold_mean), a, "the mean threshold must be finite",
            population.threshold_mean);
    require(std::isfinite(population.initial_mean), a, "the initial mean must be finite", population.initial_mean);
    require_not_negative(population.transfer.gain, a, "gain");
    require_not_negative(population.threshold_deviation, a, "threshold deviation");
    require_not_negative(population.noise_deviation, a, "noise deviation");
    require_not_negative(population.noise_intensity, a, "noise intensity");
    require_not_negative(population.initial_variance, a, "initial variance");
  }
  require_matrix(ensemble.coupling_mean, ensemble.size(), "coupling mean", true);
  require_matrix(ensemble.second_moment, ensemble.size(), "coupling second moment", false);
  require_matrix(ensemble.centred, ensemble.size(), "centred coupling variance", false);
}

}  // namespace limes::rate::theory

#include "limes/rate/random_modes/mode_branch.hpp"

#include <algorithm>
#include <cmath>

#include "limes/rate/random_modes/time_scale.hpp"

namespace limes::rate::random_modes {

namespace {

constexpr double kLagStep = 0.1;
constexpr double kLongest = 2000.0;

}  // namespace

void ModeBranch::quantity(const std::string& name, double value, double error) {
  outcome_.quantities.push_back({name, label_, value, error, true, "", approximate_});
}

void ModeBranch::exact(const std::string& name, double value, double error) {
  outcome_.quantities.push_back({name, label_, value, error, true, "", false});
}

void ModeBranch::dimension(const std::string& suffix, const Dimension& dimension, double doubt) {
  const double relative = std::max(doubt, dimension.error / dimension.cross_covariance);
  quantity("participation_ratio_" + suffix, dimension.participation_ratio(),
           relative * dimension.participation_ratio());
  quantity("cross_covariance_" + suffix, dimension.cross_covariance, relative * dimension.cross_covariance);
}

void ModeBranch::curve(const std::string& name, double step, std::vector<double> values, double relative_error) {
  system::Axis axis{"lag", "tau", {}};
  for (std::size_t k = 0; k < values.size(); ++k) axis.values.push_back(step * static_cast<double>(k));
  system::TheoryCurve curve{name, label_, {axis}, values};
  curve.approximate = approximate_;
  if (relative_error > 0.0) {
    std::vector<double> errors;
    for (const double value : values)
      errors.push_back(relative_error * std::max(std::abs(value), 1e-3 * values.front()));
    curve.error = errors;
  }
  outcome_.curves.push_back(std::move(curve));
}

void ModeBranch::time_scales(double step, const std::vector<double>& output, const std::vector<double>& cross,
                             double doubt) {
  curve("cross_covariance", step, cross, doubt);
  std::vector<double> unit = output, population = cross;
  for (double& value : unit) value = std::pow(value / output.front(), 2);
  for (double& value : population) value /= cross.front();
  curve("unit_correlation", step, unit, doubt);
  curve("population_correlation", step, population, doubt);
  // Interpolated between lags of 0.1: good to some 1e-5.
  if (const auto lag = time_scale(unit, step)) quantity("unit_time_scale", *lag, std::max(1e-5, doubt) * *lag);
  if (const auto lag = time_scale(population, step))
    quantity("population_time_scale", *lag, std::max(1e-5, doubt) * *lag);
}

LagAxis lag_axis(double decay, std::optional<double> asked, double measured) {
  const double last = std::min(kLongest, asked.value_or(std::max({20.0, 10.0 / decay, measured})));
  return {kLagStep, static_cast<std::size_t>(std::ceil(last / kLagStep - 1e-9)) + 1};
}

}  // namespace limes::rate::random_modes

#include "limes/rate/result_shape.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

namespace limes::rate {

namespace {

// A matrix of 201 x 201 numbers is what a page still draws and a file still prints.
constexpr std::int64_t kMostTwoTimePoints = 201;

}  // namespace

system::Tensor per_population(const RateDescription& description, std::vector<double> values) {
  if (description.array_results) return system::Tensor(std::move(values));
  return system::Tensor(values.at(0));
}

system::Tensor curve_values(const RateDescription& description, const std::vector<system::Axis>& axes,
                            const std::vector<std::vector<double>>& rows) {
  system::Tensor tensor;
  if (description.array_results) tensor.shape.push_back(rows.size());
  for (const system::Axis& axis : axes) tensor.shape.push_back(axis.values.size());
  for (const auto& row : rows) tensor.values.insert(tensor.values.end(), row.begin(), row.end());
  return tensor;
}

bool is_per_population(std::string_view name) {
  static constexpr std::array<std::string_view, 16> kNames{"mean",
                                                           "variance",
                                                           "frozen_variance",
                                                           "mean_output",
                                                           "field_mean",
                                                           "field_variance",
                                                           "field_kurtosis",
                                                           "autocovariance",
                                                           "power_spectrum",
                                                           "mean_trajectory",
                                                           "variance_trajectory",
                                                           "mean_output_trajectory",
                                                           "two_time_covariance",
                                                           "correlation",
                                                           "response",
                                                           "neighbour_covariance"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

system::Tensor quantity_of_population(const RateDescription& description, std::string_view name, system::Tensor value) {
  if (description.array_results && is_per_population(name)) value.shape.insert(value.shape.begin(), 1);
  return value;
}

void put_population_axis(const RateDescription& description, std::string_view name, std::vector<system::Axis>& axes,
                         system::Tensor& values) {
  if (!description.array_results || !is_per_population(name)) return;
  put_population_axis(description, axes);
  values.shape.insert(values.shape.begin(), 1);
}

void put_population_axis(const RateDescription& description, std::vector<system::Axis>& axes) {
  if (!description.array_results) return;
  system::Axis population{"population", "1", {}};
  for (std::size_t a = 0; a < description.populations.size(); ++a) population.values.push_back(static_cast<double>(a));
  axes.insert(axes.begin(), std::move(population));
}

TwoTimeGrid two_time_grid(const RateDescription& description) {
  const std::int64_t sample = sample_stride(description);
  const double spacing = static_cast<double>(sample) * description.simulation.step;
  const auto samples = static_cast<std::int64_t>(std::floor(description.theory.horizon / spacing + 1e-9));
  const std::int64_t thinning =
      std::max<std::int64_t>(1, (samples + kMostTwoTimePoints - 2) / (kMostTwoTimePoints - 1));
  return {thinning * sample, static_cast<std::size_t>(samples / thinning) + 1};
}

std::size_t neighbour_lags(const RateDescription& description) {
  return std::min(description.size(), description.coupling.row_covariance.size() + 2);
}

bool has_bulk_radius(const RateDescription& description) {
  return description.coupling.kind != CouplingDescription::Kind::kCorrelated && description.coupling.symmetry == 0.0;
}

std::string_view time_unit(TimeKind time) { return time == TimeKind::kDiscrete ? "step" : "tau"; }

system::Axis lag_axis(const RateDescription& description, std::size_t points) {
  system::Axis axis{"lag", std::string(time_unit(description.time)), {}};
  const double step = lag_step(description);
  for (std::size_t k = 0; k < points; ++k) axis.values.push_back(static_cast<double>(k) * step);
  return axis;
}

std::vector<double> spectrum_frequencies(TimeKind time) {
  const std::size_t points = time == TimeKind::kDiscrete ? 129 : 201;
  const double last = time == TimeKind::kDiscrete ? std::numbers::pi : 10.0;
  std::vector<double> frequencies;
  for (std::size_t k = 0; k < points; ++k) {
    frequencies.push_back(last * static_cast<double>(k) / static_cast<double>(points - 1));
  }
  return frequencies;
}

}  // namespace limes::rate

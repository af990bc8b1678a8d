#include "limes/rate/result_shape.hpp"

#include <algorithm>
#include <array>
#include <numbers>

namespace limes::rate {

bool is_per_population(std::string_view name) {
  static constexpr std::array<std::string_view, 12> kNames{
      "mean",           "variance",        "frozen_variance",     "mean_output",
      "field_mean",     "field_variance",  "field_kurtosis",      "autocovariance",
      "power_spectrum", "mean_trajectory", "variance_trajectory", "mean_output_trajectory"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

system::Tensor quantity_of_population(const RateDescription& description, std::string_view name, system::Tensor value) {
  if (description.array_results && is_per_population(name)) value.shape.insert(value.shape.begin(), 1);
  return value;
}

void put_population_axis(const RateDescription& description, std::string_view name, std::vector<system::Axis>& axes,
                         system::Tensor& values) {
  if (!description.array_results || !is_per_population(name)) return;
  axes.insert(axes.begin(), system::Axis{"population", "1", {0.0}});
  values.shape.insert(values.shape.begin(), 1);
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

#include "limes/rate/simulation/measured_curve.hpp"

#include <algorithm>
#include <utility>

#include "limes/rate/result_shape.hpp"

namespace limes::rate {

system::MeasuredCurve measured_curve(const RateDescription& description, std::string name,
                                     std::vector<system::Axis> axes, const std::vector<std::vector<double>>& values,
                                     const std::vector<std::vector<double>>& errors) {
  system::MeasuredCurve curve{std::move(name), {}, curve_values(description, axes, values), std::nullopt};
  const bool complete = !errors.empty() && std::none_of(errors.begin(), errors.end(),
                                                        [](const std::vector<double>& row) { return row.empty(); });
  if (complete) curve.standard_error = curve_values(description, axes, errors);
  curve.axes = std::move(axes);
  put_population_axis(description, curve.axes);
  return curve;
}

}  // namespace limes::rate

#pragma once
#include <string>
#include <vector>

#include "limes/rate/rate_description.hpp"
#include "limes/system/outcome.hpp"

namespace limes::rate {

/// A curve of one realisation from one row of values per population, all on `axes`: with an axis `population` first
/// where results are arrays. `errors` is empty, or has the shape of `values` (left out if one row of it is empty).
[[nodiscard]] system::MeasuredCurve measured_curve(const RateDescription& description, std::string name,
                                                   std::vector<system::Axis> axes,
                                                   const std::vector<std::vector<double>>& values,
                                                   const std::vector<std::vector<double>>& errors = {});

}  // namespace limes::rate

#pragma once
// Values of one quantity at many points, put into one array.

#include <string>
#include <vector>

#include "limes/system/parameters.hpp"

namespace limes::experiment {

/// The form of a quantity's value in JSON: nested arrays of these extents; complex numbers are pairs [re, im].
struct ValueShape {
  std::vector<std::size_t> extents;
  bool complex = false;

  /// `population` where the network has several, else `component`.
  [[nodiscard]] std::string axis_name(const system::Parameters& parameters) const;
};

/// The shape of the first value among the entries of a result (null: no entry there).
[[nodiscard]] ValueShape shape_of(const std::vector<const system::Json*>& entries);

/// Member `field` of the side `theory` or `simulation` at every point: row-major over the components, then the points.
/// Null (a pair of nulls) where a point has none or one of another shape. Empty if no point has any.
[[nodiscard]] std::vector<system::Json> values_over_points(const std::vector<const system::Json*>& entries,
                                                           const std::string& side, const std::string& field,
                                                           const ValueShape& shape);

/// Nested arrays from row-major values.
[[nodiscard]] system::Json nested_values(const std::vector<system::Json>& values,
                                         const std::vector<std::size_t>& extents);

}  // namespace limes::experiment

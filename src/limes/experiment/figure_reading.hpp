#pragma once
// Reading the numbers of a result: curves nested by axes, complex pairs, nulls.

#include <complex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace limes::experiment {

using ResultJson = nlohmann::ordered_json;

/// The member `key` as text; empty if it is absent or no string.
[[nodiscard]] std::string text_of(const ResultJson& object, const std::string& key);

/// The array member `key`; an empty array if it is absent or something else.
[[nodiscard]] const ResultJson& list_of(const ResultJson& object, const std::string& key);

/// The object member `key`; an empty object if it is absent or something else.
[[nodiscard]] const ResultJson& object_of(const ResultJson& object, const std::string& key);

/// A number, NaN where the result has null or anything else.
[[nodiscard]] double number_of(const ResultJson& value);

/// All numbers of nested arrays in row-major order.
[[nodiscard]] std::vector<double> flattened(const ResultJson& value);

/// One cut through a curve along its last axis.
struct Slice {
  std::string label;  ///< where the cut lies on the other axes: `population 0`; empty for a curve over one axis
  std::vector<double> theory;
  std::vector<double> simulation;
  std::vector<double> standard_error;
};

/// A curve of the result, read.
struct ReadCurve {
  std::string name;
  std::string unit;
  std::string branch;
  std::string beside;        ///< the curve into whose figure it is drawn
  bool logarithmic = false;  ///< its values span decades
  std::string axis_name;
  std::string axis_unit;
  std::vector<double> axis;  ///< values of the last axis; 0, 1, ... where the result gives none
  bool complex = false;      ///< then `theory_points`, `simulation_points` are filled and a slice holds the modulus
  std::vector<std::complex<double>> theory_points;
  std::vector<std::complex<double>> simulation_points;
  std::vector<Slice> slices;
};

/// None if the entry has no axis or no number.
[[nodiscard]] std::optional<ReadCurve> read_curve(const ResultJson& entry, std::size_t most_slices = 4);

/// Curves of one name that only simulations know, on branches that take turns (a sweep through a bifurcation), as one
/// curve without a branch; otherwise as they are.
[[nodiscard]] std::vector<ReadCurve> without_branches(const std::vector<ReadCurve>& curves);

/// `autocovariance` -> `Autocovariance`, `mean_output_trajectory` -> `Mean output trajectory`.
[[nodiscard]] std::string title_of_name(const std::string& name);

/// `lag`, `tau` -> `lag (τ)`; the unit `1` is left out.
[[nodiscard]] std::string label_with_unit(const std::string& name, const std::string& unit);

}  // namespace limes::experiment

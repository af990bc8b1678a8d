#include "limes/experiment/figure_reading.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

namespace limes::experiment {

namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

void flatten_into(const ResultJson& value, std::vector<double>& numbers) {
  if (value.is_array()) {
    for (const auto& element : value) flatten_into(element, numbers);
  } else {
    numbers.push_back(number_of(value));
  }
}

std::size_t depth_of(const ResultJson& value) {
  return value.is_array() ? 1 + (value.empty() ? 0 : depth_of(value.front())) : 0;
}

std::vector<std::complex<double>> pairs(const std::vector<double>& numbers) {
  std::vector<std::complex<double>> points;
  for (std::size_t i = 0; i + 1 < numbers.size(); i += 2) points.emplace_back(numbers[i], numbers[i + 1]);
  return points;
}

std::vector<double> moduli(const std::vector<double>& numbers) {
  std::vector<double> result;
  for (const auto& point : pairs(numbers)) result.push_back(std::abs(point));
  return result;
}

/// Elements [start, start + count) of `numbers`, or nothing if they are not there.
std::vector<double> part(const std::vector<double>& numbers, std::size_t start, std::size_t count) {
  if (numbers.size() < start + count) return {};
  const auto first = numbers.begin() + static_cast<std::ptrdiff_t>(start);
  return {first, first + static_cast<std::ptrdiff_t>(count)};
}

bool any_finite(const std::vector<double>& numbers) {
  return std::any_of(numbers.begin(), numbers.end(), [](double x) { return std::isfinite(x); });
}

/// Label of outer cell `cell` (row-major over all axes but the last).
std::string slice_label(const ResultJson& axes, const std::vector<std::size_t>& sizes, std::size_t cell) {
  std::string label;
  for (std::size_t i = sizes.size(); i-- > 0;) {
    const std::size_t index = cell % sizes[i];
    cell /= sizes[i];
    if (sizes[i] == 1) continue;  // there is no other
    const auto& values = list_of(axes[i], "values");
    const double value = index < values.size() ? number_of(values[index]) : static_cast<double>(index);
    const auto here = fmt::format("{} {:.4g}", text_of(axes[i], "name"), value);
    label = label.empty() ? here : here + ", " + label;
  }
  return label;
}

/// Positions spread over `count`: both ends among three and more, of two the middle and the end.
std::vector<std::size_t> spread(std::size_t count, std::size_t shown) {
  std::vector<std::size_t> places;
  for (std::size_t k = 0; k < shown; ++k) {
    places.push_back(shown == 1                ? 0
                     : shown == 2 && count > 2 ? (k + 1) * (count - 1) / 2
                                               : k * (count - 1) / (shown - 1));
  }
  return places;
}

/// At most `most` outer cells (row-major): of the first axes (populations) all, of those behind as many as that leaves,
/// at the same places each time.
std::vector<std::size_t> shown_cells(const std::vector<std::size_t>& sizes, std::size_t most) {
  std::vector<std::size_t> cells{0};
  for (const std::size_t size : sizes) {
    std::vector<std::size_t> next;
    for (const std::size_t cell : cells) {
      for (const std::size_t place : spread(size, std::clamp<std::size_t>(most / cells.size(), 1, size))) {
        next.push_back(cell * size + place);
      }
    }
    cells = std::move(next);
  }
  if (cells.size() > most) cells.resize(most);
  return cells;
}

}  // namespace

std::string text_of(const ResultJson& object, const std::string& key) {
  if (!object.is_object()) return {};
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const ResultJson& list_of(const ResultJson& object, const std::string& key) {
  static const ResultJson kNone = ResultJson::array();
  if (!object.is_object()) return kNone;
  const auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : kNone;
}

const ResultJson& object_of(const ResultJson& object, const std::string& key) {
  static const ResultJson kNone = ResultJson::object();
  if (!object.is_object()) return kNone;
  const auto found = object.find(key);
  return found != object.end() && found->is_object() ? *found : kNone;
}

double number_of(const ResultJson& value) { return value.is_number() ? value.get<double>() : kMissing; }

std::vector<double> flattened(const ResultJson& value) {
  std::vector<double> numbers;
  if (value.is_array()) flatten_into(value, numbers);
  return numbers;
}

std::optional<ReadCurve> read_curve(const ResultJson& entry, std::size_t most_slices) {
  const auto& axes = list_of(entry, "axes");
  if (axes.empty()) return std::nullopt;
  ReadCurve curve;
  curve.name = text_of(entry, "name");
  curve.unit = text_of(entry, "unit");
  curve.branch = text_of(entry, "branch");
  curve.beside = text_of(entry, "beside");
  curve.logarithmic = text_of(entry, "scale") == "logarithmic";
  curve.axis_name = text_of(axes.back(), "name");
  curve.axis_unit = text_of(axes.back(), "unit");
  curve.axis = flattened(list_of(axes.back(), "values"));

  const auto& theory_values = list_of(entry, "theory");
  const auto& simulation_values = list_of(entry, "simulation");
  curve.complex = std::max(depth_of(theory_values), depth_of(simulation_values)) == axes.size() + 1;
  auto theory = flattened(theory_values);
  auto simulation = flattened(simulation_values);
  auto error = flattened(list_of(entry, "standard_error"));
  if (!any_finite(theory) && !any_finite(simulation)) return std::nullopt;
  if (curve.complex) {
    curve.theory_points = pairs(theory);
    curve.simulation_points = pairs(simulation);
    theory = moduli(theory);
    simulation = moduli(simulation);
    error.clear();  // the modulus of a pair of errors is no error of the modulus
  }

  std::vector<std::size_t> outer;
  std::size_t cells = 1;
  for (std::size_t i = 0; i + 1 < axes.size(); ++i) {
    outer.push_back(std::max<std::size_t>(1, list_of(axes[i], "values").size()));
    cells *= outer.back();
  }
  const std::size_t length = std::max(theory.size(), simulation.size()) / cells;
  if (curve.axis.size() != length) {
    curve.axis.resize(length);
    for (std::size_t i = 0; i < length; ++i) curve.axis[i] = static_cast<double>(i);
  }
  for (const std::size_t cell : shown_cells(outer, most_slices)) {
    Slice slice{slice_label(axes, outer, cell), part(theory, cell * length, length),
                part(simulation, cell * length, length), part(error, cell * length, length)};
    if (!any_finite(slice.theory)) slice.theory.clear();
    if (!any_finite(slice.simulation)) slice.simulation.clear();
    if (!any_finite(slice.standard_error)) slice.standard_error.clear();
    curve.slices.push_back(std::move(slice));
  }
  return curve;
}

std::vector<ReadCurve> without_branches(const std::vector<ReadCurve>& curves) {
  if (curves.size() < 2) return curves;
  ReadCurve merged = curves.front();
  merged.branch.clear();
  for (std::size_t k = 0; k < merged.slices.size(); ++k) {
    Slice& slice = merged.slices[k];
    slice.simulation.assign(merged.axis.size(), kMissing);
    slice.standard_error.assign(merged.axis.size(), kMissing);
    for (const ReadCurve& curve : curves) {
      if (curve.complex || curve.axis != merged.axis || curve.slices.size() != merged.slices.size()) return curves;
      const Slice& own = curve.slices[k];
      if (!own.theory.empty()) return curves;
      for (std::size_t i = 0; i < own.simulation.size(); ++i) {
        if (!std::isfinite(own.simulation[i])) continue;
        if (std::isfinite(slice.simulation[i])) return curves;
        slice.simulation[i] = own.simulation[i];
        if (i < own.standard_error.size()) slice.standard_error[i] = own.standard_error[i];
      }
    }
    if (!any_finite(slice.simulation)) slice.simulation.clear();
    if (!any_finite(slice.standard_error)) slice.standard_error.clear();
  }
  return {merged};
}

std::string title_of_name(const std::string& name) {
  std::string title = name;
  std::replace(title.begin(), title.end(), '_', ' ');
  if (!title.empty()) title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(title[0])));
  return title;
}

std::string label_with_unit(const std::string& name, const std::string& unit) {
  std::string label = name;
  std::replace(label.begin(), label.end(), '_', ' ');
  if (unit.empty() || unit == "1") return label;
  return label + " (" + (unit == "tau" ? "τ" : unit == "1/tau" ? "1/τ" : unit) + ")";
}

}  // namespace limes::experiment

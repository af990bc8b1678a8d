#include "limes/experiment/grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "limes/experiment/toml_reading.hpp"

namespace limes::experiment {

namespace {

using system::Json;

constexpr std::size_t kMostPoints = 1000000;
constexpr const char* kMend = "write, for example, --over network.gain=0.5:2:0.25 or --over network.gain=1,1.5,4";

[[noreturn]] void refuse(const std::string& text, const std::string& what, const std::string& mend = kMend) {
  throw InputError(fmt::format("--over {}: {}", text, what), mend);
}

std::optional<double> number_in(const std::string& text) {
  double number = 0.0;
  const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Parts between separators that stand outside brackets and quotes.
std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  int depth = 0;
  char quote = 0;
  for (const char c : text) {
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      --depth;
    } else if (c == separator && depth == 0) {
      parts.emplace_back();
      continue;
    }
    parts.back() += c;
  }
  return parts;
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// x as a whole number of units of 10^-digits, if that is exact: then (n + k m) / 10^digits is the double nearest to
/// the decimal number, since a quotient of two exact numbers is rounded correctly.
std::optional<std::int64_t> scaled(double x, int digits) {
  const double power = std::pow(10.0, digits);
  const double n = std::round(x * power);
  if (std::abs(n) > 1e15 || n / power != x) return std::nullopt;
  return static_cast<std::int64_t>(n);
}

std::vector<double> range_values(const std::string& text, double start, double stop, double step) {
  if (!std::isfinite(start) || !std::isfinite(stop) || !std::isfinite(step)) refuse(text, "a range must be finite");
  if (step == 0.0) refuse(text, "STEP is zero");
  if ((stop - start) * step < 0.0) {
    refuse(text, "STEP leads away from STOP", step > 0.0 ? "a falling range needs a negative STEP" : kMend);
  }
  // A thousandth of a step forgives what rounding does to numbers that are no short decimals.
  const double steps = std::floor((stop - start) / step + 1e-3);
  if (steps >= static_cast<double>(kMostPoints)) refuse(text, "more than a million values", "take a larger STEP");
  const auto count = static_cast<std::int64_t>(steps) + 1;
  constexpr int kMostDigits = 15;
  for (int digits = 0; digits <= kMostDigits; ++digits) {
    const auto first = scaled(start, digits), width = scaled(step, digits);
    if (!first || !width || std::abs(*first + (count - 1) * *width) > 1000000000000000) continue;
    std::vector<double> values;
    for (std::int64_t i = 0; i < count; ++i) {
      values.push_back(static_cast<double>(*first + i * *width) / std::pow(10.0, digits));
    }
    return values;
  }
  std::vector<double> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(start + static_cast<double>(i) * step);
  return values;
}

bool is_whole(double x) { return x == std::floor(x) && std::abs(x) < 1e15; }

void read_range(GridAxis& axis, const std::string& text, const std::vector<std::string>& parts) {
  std::vector<double> limits;
  for (const std::string& part : parts) {
    const auto number = number_in(trimmed(part));
    if (!number) refuse(text, fmt::format("'{}' is no number", trimmed(part)));
    limits.push_back(*number);
  }
  if (limits.size() == 2) {
    refuse(text, "a range needs a STEP",
           fmt::format("write, for example, --over {}={}:{}:{}", axis.path, parts[0], parts[1],
                       (limits[1] - limits[0]) / 10.0));
  }
  if (limits.size() > 3) refuse(text, "a range is START:STOP:STEP");
  const bool integers = is_whole(limits[0]) && is_whole(limits[2]);
  for (const double value : range_values(text, limits[0], limits[1], limits[2])) {
    axis.values.push_back(integers ? Json(static_cast<std::int64_t>(value)) : Json(value));
    axis.texts.push_back(integers ? fmt::format("{}", static_cast<std::int64_t>(value)) : fmt::format("{}", value));
  }
}

void read_list(GridAxis& axis, const std::string& text, const std::string& list) {
  for (const std::string& part : split(list, ',')) {
    const std::string value = trimmed(part);
    if (value.empty()) refuse(text, "an empty value");
    const Override one = read_override(axis.key + "=" + value);
    if (!one.values.contains(axis.key)) refuse(text, "a table is no value to sweep over");
    const Json& read = one.values.at(axis.key).value;
    if (std::find(axis.values.begin(), axis.values.end(), read) != axis.values.end()) {
      refuse(text, fmt::format("{} is given twice", value), "give each value once");
    }
    axis.values.push_back(read);
    axis.texts.push_back(value);
  }
}

Experiment point_experiment(const std::string& text, const std::string& file, std::vector<std::string> overrides,
                            const std::vector<std::string>& swept, std::optional<std::uint64_t> seed) {
  overrides.insert(overrides.end(), swept.begin(), swept.end());
  return read_experiment_text(text, file, overrides, seed);
}

void check_keys(const std::vector<GridAxis>& axes, const std::vector<std::string>& overrides) {
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::string& key = axes[i].key;
    const std::string head = key.substr(0, key.find('.'));
    if (head == "system" || head == "title" || head == "output") {
      refuse(axes[i].path, fmt::format("'{}' is nothing that a sweep can change", key));
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (axes[j].path == axes[i].path) refuse(axes[i].path, "is swept twice", "give each key once");
    }
    for (const std::string& text : overrides) {
      const Override change = read_override(text);
      if (axes[i].whole && change.key == key) {
        throw InputError(fmt::format("conflicting options --over {} and --set {}", axes[i].path, text),
                         "give one of them");
      }
    }
  }
}

}  // namespace

bool GridAxis::is_numeric() const {
  return std::all_of(values.begin(), values.end(), [](const Json& value) { return value.is_number(); });
}

std::vector<double> GridAxis::numbers() const {
  std::vector<double> result;
  const bool numeric = is_numeric();
  for (const Json& value : values) {
    result.push_back(numeric ? value.get<double>() : static_cast<double>(result.size()));
  }
  return result;
}

ElementPaths read_paths(const std::string& path, const std::string& option_text) {
  ElementPaths result;
  for (const std::string& part : split(path, ',')) {
    const std::string one = trimmed(part);
    Override key;
    try {
      key = read_override(one + "=0");
    } catch (const InputError&) {
      refuse(option_text, fmt::format("'{}' is no key", one));
    }
    if (!result.paths.empty() && (key.key != result.key || key.indices.empty() || result.elements[0].empty())) {
      refuse(option_text, "several paths must be elements of one array", "give --over once for each key");
    }
    if (std::find(result.elements.begin(), result.elements.end(), key.indices) != result.elements.end()) {
      refuse(option_text, fmt::format("'{}' is given twice", one), "give each element once");
    }
    result.key = key.key;
    result.paths.push_back(one);
    result.elements.push_back(key.indices);
  }
  return result;
}

GridAxis read_over(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) refuse(text, "not of the form KEY=START:STOP:STEP or KEY=a,b,c");
  GridAxis axis;
  axis.path = trimmed(text.substr(0, equals));
  const std::string list = trimmed(text.substr(equals + 1));
  if (list.empty()) refuse(text, "no values");
  const ElementPaths paths = read_paths(axis.path, text);
  axis.key = paths.key;
  axis.whole = paths.elements.front().empty();
  const std::vector<std::string> parts = split(list, ':');
  if (parts.size() > 1 && number_in(trimmed(parts.front()))) {
    read_range(axis, text, parts);
  } else {
    read_list(axis, text, list);
  }
  return axis;
}

InputError at_point(const InputError& error, const std::string& point) {
  Place place = error.place();  // what is swept was not given by --set
  if (place.file == "--set " + place.key && point.find(place.key) != std::string::npos) {
    place.file = "--over " + place.key;
  }
  return {place, fmt::format("at {}: {}", point, error.message()), error.mend()};
}

Grid read_grid(const std::string& file, const std::vector<std::string>& overrides, std::optional<std::uint64_t> seed,
               const std::vector<std::string>& given_over, const std::string& command) {
  const std::string text = file.empty() ? "" : experiment_file_text(file);
  Grid grid;
  if (!file.empty()) {
    // A mistake that the swept values mend is none: the points say what is wrong with them.
    try {
      auto tables = read_experiment_text(text, file, overrides, seed).many_runs;
      if (tables.contains(command)) grid.said = std::move(tables.at(command));
    } catch (const InputError&) {
      if (given_over.empty()) throw;
    }
  }
  const std::vector<std::string>& over = given_over.empty() ? grid.said.over : given_over;
  if (over.empty()) throw InputError("nothing to sweep over is given", kMend);
  if (over.size() > 2) throw InputError("a sweep has one or two keys", "give --over once or twice");
  std::size_t count = 1;
  for (const std::string& axis : over) {
    grid.axes.push_back(read_over(axis));
    count *= grid.axes.back().values.size();
  }
  if (count > kMostPoints) throw InputError("the grid has more than a million points", "take larger steps");
  check_keys(grid.axes, overrides);
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<std::string> swept;
    std::string name;
    std::size_t cell = i;
    for (std::size_t a = grid.axes.size(); a-- > 0;) {
      const GridAxis& axis = grid.axes[a];
      const std::string& value = axis.texts[cell % axis.texts.size()];
      cell /= axis.texts.size();
      for (const std::string& path : read_paths(axis.path, axis.path).paths) {
        swept.insert(swept.begin(), path + "=" + value);
      }
      name = fmt::format("{} = {}{}{}", axis.path, value, name.empty() ? "" : ", ", name);
    }
    try {
      grid.points.push_back({name, point_experiment(text, file, overrides, swept, seed)});
    } catch (const InputError& error) {
      throw at_point(error, name);
    }
  }
  return grid;
}

}  // namespace limes::experiment

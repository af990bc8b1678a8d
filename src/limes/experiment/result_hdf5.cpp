#include "limes/experiment/result_hdf5.hpp"

#include <limits>
#include <set>

#include "limes/experiment/hdf5_image.hpp"

namespace limes::experiment {

namespace {

using system::Json;

/// A rectangular array of numbers as it stands in a result: nested arrays, null where a number is unknown.
struct Numbers {
  std::vector<hsize_t> shape;
  std::vector<double> values;
};

std::size_t depth_of(const Json& json) {
  return json.is_array() && !json.empty() ? 1 + depth_of(json[0]) : json.is_array();
}

void append(const Json& json, std::vector<double>& values) {
  if (json.is_array()) {
    for (const Json& inner : json) append(inner, values);
  } else {
    values.push_back(json.is_number() ? json.get<double>() : std::numeric_limits<double>::quiet_NaN());
  }
}

Numbers numbers_of(const Json& json) {
  Numbers numbers;
  for (const Json* level = &json; level->is_array(); level = &(*level)[0]) {
    numbers.shape.push_back(level->size());
    if (level->empty()) break;
  }
  append(json, numbers.values);
  return numbers;
}

/// Writes a value; `rank` is the number of its axes: one level of nesting more means pairs [re, im].
void write_value(Hdf5Image& image, const std::string& path, const Json& json, std::size_t rank) {
  if (json.is_null()) return;
  Numbers numbers = numbers_of(json);
  std::size_t expected = 1;
  for (const hsize_t extent : numbers.shape) expected *= extent;
  if (expected != numbers.values.size()) {  // rows of different lengths have no place in a rectangular dataset
    numbers.shape = {numbers.values.size()};
  }
  const bool complex = numbers.shape.size() == rank + 1 && numbers.shape.back() == 2;
  if (complex) numbers.shape.pop_back();
  image.dataset(path, numbers.shape, numbers.values, complex);
}

std::string text_of(const Json& json) {
  return json.is_string() ? json.get<std::string>() : json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Members that are texts, numbers, booleans or structures without a dataset of their own become attributes.
void write_attributes(Hdf5Image& image, const std::string& path, const Json& entry,
                      const std::set<std::string>& except) {
  for (const auto& [name, value] : entry.items()) {
    if (except.contains(name) || value.is_null()) continue;
    if (value.is_number()) {
      image.attribute(path, name, value.get<double>());
    } else {
      const std::string text = text_of(value);
      // An attribute of the compact kind holds less than 64 KiB; a longer text stands in result.json.
      if (text.size() < 60000) image.attribute(path, name, text);
    }
  }
}

std::string place_of(const char* kind, const Json& entry, std::set<std::string>& taken) {
  const std::string branch = entry.value("branch", "");
  const std::string base =
      std::string("/") + kind + "/" + entry.value("name", "unnamed") + "/" + (branch.empty() ? "-" : branch);
  std::string path = base;
  for (int repeat = 1; !taken.insert(path).second; ++repeat) path = base + "#" + std::to_string(repeat);
  return path;
}

void write_quantity(Hdf5Image& image, const Json& entry, const std::string& path) {
  image.group(path);
  write_attributes(image, path, entry, {"theory", "simulation", "z"});
  // A scalar has rank 0, so that [re, im] is one complex number; an array of one value per population has rank 1.
  const bool complex = entry.value("complex", false);
  const auto write = [&](const char* name, const Json& value) {
    if (!value.is_array()) return write_value(image, path + "/" + name, value, 0);
    write_value(image, path + "/" + name, value, complex ? depth_of(value) - 1 : depth_of(value));
  };
  for (const char* side : {"theory", "simulation"}) {
    if (!entry.contains(side) || !entry[side].is_object()) continue;
    for (const auto& [name, value] : entry[side].items()) {
      if (name == "value") write(side, value);
      if (name == "error" || name == "standard_error") write(name.c_str(), value);
      if (name == "samples" && value.is_number()) image.attribute(path, "samples", value.get<double>());
      if (name == "valid" || name == "reason") image.attribute(path, "theory_" + name, text_of(value));
    }
  }
  if (entry.contains("z")) write("z", entry["z"]);
}

void write_curve(Hdf5Image& image, const Json& entry, const std::string& path) {
  image.group(path + "/axes");
  write_attributes(image, path, entry, {"axes", "theory", "theory_error", "simulation", "standard_error"});
  std::vector<std::string> names;
  if (entry.contains("axes")) {
    for (const Json& axis : entry["axes"]) {
      names.push_back(axis.value("name", "axis"));
      const std::string dataset =
          path + "/axes/" + names.back() +
          (std::count(names.begin(), names.end(), names.back()) > 1 ? std::to_string(names.size()) : "");
      write_value(image, dataset, axis["values"], 1);
      image.attribute(dataset, "unit", axis.value("unit", "1"));
    }
  }
  if (!names.empty()) image.attribute(path, "axes", names);
  for (const char* side : {"theory", "theory_error", "simulation", "standard_error"}) {
    if (!entry.contains(side) || entry[side].empty()) continue;
    write_value(image, path + "/" + side, entry[side], names.size());
    if (!entry[side].is_null()) image.attribute(path + "/" + side, "unit", entry.value("unit", "1"));
  }
}

/// A group per point, 0, 1, ... in the order of result.json: texts and numbers as attributes, the eigenvalue and the
/// state as datasets.
void write_special_points(Hdf5Image& image, const Json& points) {
  image.group("/special_points");
  std::size_t index = 0;
  for (const Json& point : points) {
    const std::string path = "/special_points/" + std::to_string(index++);
    image.group(path + "/state");
    write_attributes(image, path, point, {"eigenvalue", "state"});
    if (point.contains("eigenvalue")) write_value(image, path + "/eigenvalue", point["eigenvalue"], 0);
    const Json state = point.value("state", Json::object());
    for (const auto& [name, value] : state.items()) {
      write_value(image, path + "/state/" + name, value, depth_of(value));
    }
  }
}

/// A group per law, 0, 1, ...: texts and numbers as attributes, sizes and values as datasets.
void write_laws(Hdf5Image& image, const Json& laws) {
  image.group("/laws");
  std::size_t index = 0;
  for (const Json& law : laws) {
    const std::string path = "/laws/" + std::to_string(index++);
    image.group(path);
    write_attributes(image, path, law, {"sizes", "values", "standard_error"});
    for (const char* name : {"sizes", "values", "standard_error"}) write_value(image, path + "/" + name, law[name], 1);
  }
}

}  // namespace

std::string result_hdf5(const Json& result) {
  Hdf5Image image;
  for (const char* name : {"system", "title", "seed", "status"}) {
    if (result.contains(name)) image.attribute("/", name, text_of(result[name]));
  }
  if (result.contains("limes")) {
    for (const auto& [name, value] : result["limes"].items()) image.attribute("/", "limes_" + name, text_of(value));
  }
  if (result.contains("parameters")) image.text("/parameters", text_of(result["parameters"]));
  image.group("/quantities");
  image.group("/curves");
  std::set<std::string> taken;
  for (const Json& entry : result.value("quantities", Json::array()))
    write_quantity(image, entry, place_of("quantities", entry, taken));
  for (const Json& entry : result.value("curves", Json::array()))
    write_curve(image, entry, place_of("curves", entry, taken));
  const Json points = result.value("special_points", Json::array());
  if (!points.empty()) write_special_points(image, points);
  const Json laws = result.value("laws", Json::array());
  if (!laws.empty()) write_laws(image, laws);
  return image.bytes();
}

}  // namespace limes::experiment

#include "limes/experiment/sweep_values.hpp"

#include <algorithm>

namespace limes::experiment {

namespace {

using system::Json;

const Json* value_of(const Json* entry, const std::string& side, const std::string& field) {
  if (entry == nullptr || !entry->contains(side) || !entry->at(side).contains(field)) return nullptr;
  const Json& value = entry->at(side).at(field);
  return value.is_null() ? nullptr : &value;
}

std::vector<std::size_t> extents_of(const Json& value) {
  std::vector<std::size_t> extents;
  for (const Json* level = &value; level->is_array(); level = &level->front()) {
    extents.push_back(level->size());
    if (level->empty()) break;
  }
  return extents;
}

void flatten(const Json& value, std::size_t depth, std::vector<Json>& leaves) {
  if (depth == 0) {
    leaves.push_back(value);
  } else if (value.is_array()) {
    for (const Json& inner : value) flatten(inner, depth - 1, leaves);
  }
}

Json nested_from(const std::vector<Json>& values, const std::vector<std::size_t>& extents, std::size_t axis,
                 std::size_t& position) {
  if (axis == extents.size()) return position < values.size() ? values[position++] : Json(nullptr);
  Json result = Json::array();
  for (std::size_t i = 0; i < extents[axis]; ++i) result.push_back(nested_from(values, extents, axis + 1, position));
  return result;
}

}  // namespace

std::string ValueShape::axis_name(const system::Parameters& parameters) const {
  constexpr const char* kSizes = "network.size";
  const bool populations = extents.size() == 1 && parameters.has(kSizes) && parameters.is_list(kSizes) &&
                           parameters.reals(kSizes).size() == extents.front();
  return populations ? "population" : "component";
}

ValueShape shape_of(const std::vector<const Json*>& entries) {
  for (const char* side : {"theory", "simulation"}) {
    for (const Json* entry : entries) {
      const Json* value = value_of(entry, side, "value");
      if (value == nullptr) continue;
      ValueShape shape{extents_of(*value), entry->value("complex", false)};
      if (shape.complex && !shape.extents.empty()) shape.extents.pop_back();
      return shape;
    }
  }
  return {};
}

std::vector<Json> values_over_points(const std::vector<const Json*>& entries, const std::string& side,
                                     const std::string& field, const ValueShape& shape) {
  std::size_t components = 1;
  for (const std::size_t extent : shape.extents) components *= extent;
  // z scores of complex numbers aside, an error has the form of its value.
  const Json nothing = shape.complex ? Json::array({nullptr, nullptr}) : Json(nullptr);
  std::vector<Json> values(components * entries.size(), nothing);
  bool any = false;
  for (std::size_t point = 0; point < entries.size(); ++point) {
    const Json* value = value_of(entries[point], side, field);
    if (value == nullptr) continue;
    std::vector<Json> leaves;
    flatten(*value, shape.extents.size(), leaves);
    if (leaves.size() != components) continue;
    for (std::size_t c = 0; c < components; ++c) {
      const bool fits = shape.complex ? leaves[c].is_array() && leaves[c].size() == 2 : !leaves[c].is_array();
      if (!fits) continue;
      values[c * entries.size() + point] = std::move(leaves[c]);
      any = true;
    }
  }
  return any ? values : std::vector<Json>{};
}

Json nested_values(const std::vector<Json>& values, const std::vector<std::size_t>& extents) {
  std::size_t position = 0;
  return nested_from(values, extents, 0, position);
}

}  // namespace limes::experiment

#include "limes/experiment/continuation_json.hpp"

#include <algorithm>
#include <cmath>

#include "limes/experiment/version.hpp"

namespace limes::experiment {

namespace {

using system::Json;
using system::Tensor;

std::string unit_of(const system::System& system, const ContinuationRange& range) {
  const system::Parameter* parameter = system.schema.find(range.key);
  return parameter == nullptr ? "1" : parameter->unit;
}

Json curve_json(const system::TheoryCurve& curve, const system::System& system, const ContinuationRange& range) {
  Json json = {{"name", curve.name}};
  const auto& infos = system.schema.quantities;
  const auto info = std::find_if(infos.begin(), infos.end(), [&](const auto& i) { return i.name == curve.name; });
  json["unit"] = info == infos.end() ? "1" : info->unit;
  if (info != infos.end()) json["meaning"] = info->meaning;
  if (curve.name == "stable") json["meaning"] = "1 where the state is stable, 0 where it is not";
  json["branch"] = curve.branch;
  put_drawing(json, infos);
  std::size_t ignored = 0;  // an outlier that is not there is null without a warning
  Json& axes = json["axes"] = Json::array();
  for (const system::Axis& axis : curve.axes) {
    const bool swept = axis.name == range.path;
    axes.push_back({{"name", axis.name},
                    {"unit", swept ? unit_of(system, range) : axis.unit},
                    {"values", tensor_json(Tensor(axis.values), ignored)}});
  }
  json["theory"] = tensor_json(curve.values, ignored);
  json["simulation"] = Json::array();
  json["standard_error"] = Json::array();
  return json;
}

Json point_json(const system::SpecialPoint& point, const ContinuationRange& range) {
  std::size_t ignored = 0;
  Json json = {{"type", point.type}, {"parameter", range.path}, {"value", point.value}, {"branch", point.branch}};
  Json& state = json["state"] = Json::object();
  for (const auto& [name, value] : point.state) state[name] = tensor_json(value, ignored);
  json["eigenvalue"] = {point.eigenvalue.real(), point.eigenvalue.imag()};
  return json;
}

}  // namespace

Json continuation_json(const ResultHead& head, const ContinuationRange& range, const system::BranchDiagram& diagram,
                       double seconds) {
  Json result = Json::object();
  result["limes"] = {{"version", version()}, {"commit", commit()}};
  result["system"] = head.system.id;
  result["title"] = head.title;
  result["seed"] = head.parameters.seed();
  Json parameters = head.parameters.resolved();
  const std::size_t dot = range.key.find('.');
  if (range.is_whole() && parameters.contains(range.key.substr(0, dot))) {
    parameters[range.key.substr(0, dot)].erase(range.key.substr(dot + 1));
  }
  result["parameters"] = std::move(parameters);
  result["status"] = status_name(head.status);
  result["quantities"] = Json::array();
  Json& curves = result["curves"] = Json::array();
  for (const system::TheoryCurve& curve : diagram.curves) curves.push_back(curve_json(curve, head.system, range));
  Json& branches = result["branches"] = Json::array();
  for (const system::Branch& branch : diagram.branches) {
    Json json = {{"branch", branch.label}};
    if (branch.stable) json["stable"] = *branch.stable;
    if (!branch.description.empty()) json["description"] = branch.description;
    branches.push_back(std::move(json));
  }
  Json& points = result["special_points"] = Json::array();
  for (const system::SpecialPoint& point : diagram.special_points) points.push_back(point_json(point, range));
  result["continuation"] = {{"parameter", range.path}, {"start", range.start}, {"stop", range.stop}};
  result["warnings"] = diagram.warnings;
  result["seconds"] = {{"theory", std::round(seconds * 1e4) / 1e4}};
  result["provenance"] = {{"fingerprint", head.fingerprint},
                          {"options", head.options},
                          {"compiler", compiler()},
                          {"processor", processor()},
                          {"operating_system", operating_system()},
                          {"threads", head.threads}};
  return result;
}

}  // namespace limes::experiment

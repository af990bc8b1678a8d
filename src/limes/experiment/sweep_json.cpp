#include "limes/experiment/sweep_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "limes/experiment/report_verdict.hpp"
#include "limes/experiment/sweep_curves.hpp"
#include "limes/experiment/sweep_laws.hpp"
#include "limes/experiment/sweep_values.hpp"
#include "limes/experiment/version.hpp"

namespace limes::experiment {

namespace {

using system::Json;
using system::Status;

/// A point whose values stand in the result. Those of one that did not converge or diverged are no result.
bool is_result(const std::optional<PointResult>& point) { return point && point->status == Status::kOk; }

std::string points_text(const std::vector<std::string>& points) {
  if (points.size() == 1) return points.front();
  return fmt::format("{} points, the first {}", points.size(), points.front());
}

/// One quantity on one branch over all points.
Json curve_json(const std::string& name, const std::string& branch, const ResultHead& head, const Grid& grid,
                const PointRuns& runs) {
  std::vector<const Json*> entries;
  for (const auto& point : runs.points) {
    const Json* found = nullptr;
    if (is_result(point)) {
      for (const Json& entry : point->quantities) {
        if (entry.at("name") == name && entry.value("branch", "") == branch) found = &entry;
      }
    }
    entries.push_back(found);
  }
  const Json& any = **std::find_if(entries.begin(), entries.end(), [](const Json* entry) { return entry != nullptr; });
  const ValueShape shape = shape_of(entries);

  Json curve = {{"name", name}};
  for (const char* member : {"unit", "meaning"}) {
    if (any.contains(member)) curve[member] = any[member];
  }
  if (!branch.empty()) curve["branch"] = branch;
  const auto per_point = [&](const char* member) {
    std::vector<Json> values;
    for (const Json* entry : entries) {
      values.push_back(entry != nullptr && entry->contains(member) ? (*entry)[member] : Json(nullptr));
    }
    return values;
  };
  const std::vector<Json> stable = per_point("stable");
  const bool one = std::all_of(stable.begin(), stable.end(), [&](const Json& s) { return s == stable.front(); });
  if (one && stable.front().is_boolean()) curve["stable"] = stable.front();

  std::vector<std::size_t> grid_extents, extents = shape.extents;
  Json& axes = curve["axes"] = Json::array();
  for (const std::size_t extent : shape.extents) {
    std::vector<double> indices(extent);
    for (std::size_t i = 0; i < extent; ++i) indices[i] = static_cast<double>(i);
    axes.push_back({{"name", shape.axis_name(head.parameters)}, {"unit", "1"}, {"values", indices}});
  }
  for (const GridAxis& axis : grid.axes) {
    axes.push_back(axis_json(axis, head.system.schema));
    grid_extents.push_back(axis.values.size());
    extents.push_back(axis.values.size());
  }
  for (const auto& [member, side, field] : {std::tuple{"theory", "theory", "value"},
                                            {"theory_error", "theory", "error"},
                                            {"simulation", "simulation", "value"},
                                            {"standard_error", "simulation", "standard_error"}}) {
    const std::vector<Json> values = values_over_points(entries, side, field, shape);
    curve[member] = values.empty() ? Json::array() : nested_values(values, extents);
  }
  if (curve["theory_error"].empty()) curve.erase("theory_error");
  // What has both sides has a figure of its own: two theories of one value in one figure say nothing more.
  put_drawing(curve, head.system.schema.quantities, curve["simulation"].empty() ? Beside::kSaid : Beside::kLeftOut);
  if (!one) curve["stability"] = nested_values(stable, grid_extents);
  const std::vector<Json> verdicts = per_point("verdict");
  if (std::any_of(verdicts.begin(), verdicts.end(), [](const Json& verdict) { return verdict.is_string(); })) {
    curve["verdicts"] = nested_values(verdicts, grid_extents);
  }
  return curve;
}

}  // namespace

Json axis_json(const GridAxis& axis, const system::Schema& schema) {
  const system::Parameter* parameter = schema.find(axis.key);
  Json json = {{"name", axis.path}, {"unit", parameter == nullptr ? "1" : parameter->unit}, {"values", axis.numbers()}};
  if (!axis.is_numeric()) json["labels"] = axis.texts;
  return json;
}

std::vector<std::pair<std::string, std::string>> entries_in_order(const system::Schema& schema, const PointRuns& runs) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& point : runs.points) {
    if (!is_result(point)) continue;
    for (const Json& entry : point->quantities) {
      std::pair<std::string, std::string> key{entry.at("name").get<std::string>(), entry.value("branch", "")};
      if (std::find(all.begin(), all.end(), key) == all.end()) all.push_back(std::move(key));
    }
  }
  const auto place = [&](const std::string& name) {
    return std::find_if(schema.quantities.begin(), schema.quantities.end(),
                        [&](const system::QuantityInfo& info) { return info.name == name; }) -
           schema.quantities.begin();
  };
  std::stable_sort(all.begin(), all.end(),
                   [&](const auto& a, const auto& b) { return place(a.first) < place(b.first); });
  return all;
}

Json result_over_points(const ResultHead& head, const Grid& grid) {
  Json result = Json::object();
  result["limes"] = {{"version", version()}, {"commit", commit()}};
  result["system"] = head.system.id;
  result["title"] = head.title;
  result["seed"] = head.parameters.seed();
  Json parameters = head.parameters.resolved();
  for (const GridAxis& axis : grid.axes) {
    const std::size_t dot = axis.key.find('.');
    if (!axis.whole || dot == std::string::npos || !parameters.contains(axis.key.substr(0, dot))) continue;
    parameters[axis.key.substr(0, dot)].erase(axis.key.substr(dot + 1));
  }
  result["parameters"] = std::move(parameters);
  result["status"] = status_name(head.status);
  return result;
}

Json grid_json(const Grid& grid, const PointRuns& runs) {
  Json over = Json::array();
  for (const GridAxis& axis : grid.axes) over.push_back({{"key", axis.path}, {"values", axis.values}});
  std::size_t finished = 0;
  Json failed = Json::array();
  std::map<std::string, std::size_t> verdicts, point_verdicts;
  for (std::size_t i = 0; i < runs.points.size(); ++i) {
    const auto& point = runs.points[i];
    if (!point) continue;
    ++finished;
    if (!is_result(point)) {
      failed.push_back({{"point", grid.points[i].name}, {"status", status_name(point->status)}});
      continue;
    }
    std::string worst;
    for (const Json* list : {&point->quantities, &point->curves}) {
      for (const Json& entry : *list) {
        if (!entry.contains("verdict")) continue;
        const std::string verdict = entry["verdict"].get<std::string>();
        ++verdicts[verdict];
        if (severity(verdict) > severity(worst)) worst = verdict;
      }
    }
    if (!worst.empty()) ++point_verdicts[worst];
  }
  const auto counts = [](std::map<std::string, std::size_t>& of) {
    Json json = Json::object();
    for (const char* verdict : {"agree", "finite_size", "disagree", "not_applicable"}) json[verdict] = of[verdict];
    return json;
  };
  return {{"over", over},     {"points", runs.points.size()}, {"finished", finished},
          {"failed", failed}, {"verdicts", counts(verdicts)}, {"point_verdicts", counts(point_verdicts)}};
}

void put_ends(Json& result, const ResultHead& head, const Grid& grid, const PointRuns& runs) {
  std::vector<std::pair<std::string, std::vector<std::string>>> warnings;
  const auto warn = [&](const std::string& text, const std::string& point) {
    auto same = std::find_if(warnings.begin(), warnings.end(), [&](const auto& w) { return w.first == text; });
    if (same == warnings.end()) same = warnings.insert(warnings.end(), {text, {}});
    same->second.push_back(point);
  };
  std::map<std::string, double> seconds;
  std::size_t finished = 0;
  for (std::size_t i = 0; i < runs.points.size(); ++i) {
    const auto& point = runs.points[i];
    if (!point) continue;
    ++finished;
    if (point->status == Status::kNotConverged) warn("did not converge: its values are null", grid.points[i].name);
    if (point->status == Status::kDiverged) warn("diverged: its values are null", grid.points[i].name);
    for (const std::string& text : point->warnings) warn(text, grid.points[i].name);
    for (const auto& [phase, value] : point->seconds.items()) {
      if (value.is_number()) seconds[phase] += value.get<double>();
    }
  }
  Json& list = result["warnings"] = Json::array();
  if (finished < runs.points.size()) {
    list.push_back(fmt::format("interrupted: {} of {} points are finished", finished, runs.points.size()));
  }
  for (const auto& [text, points] : warnings) list.push_back(fmt::format("{}: {}", points_text(points), text));
  Json& total = result["seconds"] = Json::object();
  for (const auto& [phase, value] : seconds) total[phase] = value;
  result["provenance"] = {{"fingerprint", head.fingerprint},
                          {"options", head.options},
                          {"compiler", compiler()},
                          {"processor", processor()},
                          {"operating_system", operating_system()},
                          {"threads", head.threads}};
}

Json sweep_json(const ResultHead& head, const Grid& grid, const PointRuns& runs) {
  Json result = result_over_points(head, grid);
  result["quantities"] = Json::array();
  Json& curves = result["curves"] = Json::array();
  for (const auto& [name, branch] : entries_in_order(head.system.schema, runs)) {
    curves.push_back(curve_json(name, branch, head, grid, runs));
  }
  std::vector<std::string> left_out;
  for (Json& curve : curves_over_points(head.system.schema, grid, runs, left_out)) curves.push_back(std::move(curve));
  result["special_points"] = Json::array();
  result["sweep"] = grid_json(grid, runs);
  if (Json laws = laws_json(head, grid, runs); !laws.empty()) result["laws"] = std::move(laws);
  put_ends(result, head, grid, runs);
  for (const std::string& warning : left_out) result["warnings"].push_back(warning);
  return result;
}

}  // namespace limes::experiment

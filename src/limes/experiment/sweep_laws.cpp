#include "limes/experiment/sweep_laws.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "limes/experiment/converge.hpp"
#include "limes/experiment/sweep_json.hpp"
#include "limes/stats/finite_size.hpp"

namespace limes::experiment {

namespace {

using stats::SizedDifference;
using system::Json;

constexpr int kSamplesOfOneRun = 30;

const Json* simulation_of(const std::optional<PointResult>& point, const std::string& name, const std::string& branch) {
  if (!point || point->status != system::Status::kOk) return nullptr;
  for (const Json& entry : point->quantities) {
    if (entry.at("name") == name && entry.value("branch", "") == branch && entry.contains("simulation")) {
      return &entry.at("simulation");
    }
  }
  return nullptr;
}

/// The points of one line of the grid that have a value with an error.
std::vector<SizedDifference> values_along(const PointRuns& runs, const std::vector<std::size_t>& line,
                                          const GridAxis& axis, const std::string& name, const std::string& branch) {
  std::vector<SizedDifference> values;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const Json* simulation = simulation_of(runs.points[line[i]], name, branch);
    if (simulation == nullptr || !simulation->at("value").is_number()) continue;
    const Json& error = simulation->at("standard_error");
    if (!error.is_number()) continue;
    const int samples = simulation->value("samples", 1);
    values.push_back({size_number(axis.values[i]), simulation->at("value").get<double>(), error.get<double>(),
                      samples > 1 ? samples : kSamplesOfOneRun});
  }
  return values;
}

std::string note_of(const stats::ExponentialLaw& law, const std::vector<SizedDifference>& values) {
  double least = values.front().size;
  for (const SizedDifference& value : values) least = std::min(least, value.size);
  if (!law.all_follow) return "the values do not follow the law: the slope is that of a line through all of them";
  if (law.first_size > least)
    return fmt::format("sizes below {:g} do not follow the law and are left out", law.first_size);
  if (values.size() == 2) return "two sizes: whether the values follow the law is not tested";
  return "";
}

std::optional<Json> law_json(const std::string& name, const std::string& branch, const std::string& key,
                             const std::vector<SizedDifference>& values) {
  const auto law = stats::fit_exponential_law(values);
  if (!law) return std::nullopt;
  Json json = {{"name", name}};
  if (!branch.empty()) json["branch"] = branch;
  json["law"] = "exponential";
  json["key"] = key;
  for (const SizedDifference& value : values) {
    json["sizes"].push_back(value.size);
    json["values"].push_back(value.difference);
    json["standard_error"].push_back(value.standard_error);
  }
  json["slope"] = law->slope;
  json["slope_error"] = law->slope_error;
  json["intercept"] = law->intercept;
  json["intercept_error"] = law->intercept_error;
  json["p_value"] = law->law_p;
  json["first_size"] = law->first_size;
  if (const std::string note = note_of(*law, values); !note.empty()) json["note"] = note;
  return json;
}

}  // namespace

Json laws_json(const ResultHead& head, const Grid& grid, const PointRuns& runs) {
  Json laws = Json::array();
  for (const auto& said : head.system.laws) {
    for (std::size_t a = 0; a < grid.axes.size(); ++a) {
      const GridAxis& axis = grid.axes[a];
      if (!axis.whole || std::find(said.sizes.begin(), said.sizes.end(), axis.key) == said.sizes.end()) continue;
      const std::size_t count = axis.values.size();
      const std::size_t lines = grid.points.size() / count;
      for (const auto& [name, branch] : entries_in_order(head.system.schema, runs)) {
        if (name != said.quantity) continue;
        for (std::size_t line = 0; line < lines; ++line) {
          // The last axis runs fastest.
          std::vector<std::size_t> points;
          const std::size_t step = a + 1 == grid.axes.size() ? 1 : lines;
          for (std::size_t i = 0; i < count; ++i) points.push_back(i * step + line * (step == 1 ? count : 1));
          const auto values = values_along(runs, points, axis, name, branch);
          auto law = law_json(name, branch, axis.path, values);
          if (!law) continue;
          if (grid.axes.size() == 2) {
            const GridAxis& other = grid.axes[1 - a];
            (*law)["at"] = {{"key", other.path}, {"value", other.values[line]}};
          }
          laws.push_back(std::move(*law));
        }
      }
    }
  }
  return laws;
}

}  // namespace limes::experiment

#include "limes/experiment/converge_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "limes/experiment/converge.hpp"
#include "limes/experiment/sweep_json.hpp"
#include "limes/experiment/sweep_values.hpp"
#include "limes/experiment/verdict.hpp"
#include "limes/stats/finite_size.hpp"
#include "limes/stats/multiple_testing.hpp"
#include "limes/stats/student_t.hpp"

namespace limes::experiment {

namespace {

using system::Json;

constexpr double kLevel = 0.01;      // family-wise: limits that are called different from zero
constexpr double kLawLevel = 0.001;  // where a law is given up

/// One number of a quantity on a branch, at every size where both sides know it.
struct Line {
  Json head;  ///< name, unit, meaning, branch, component, part
  std::vector<double> theory;
  std::vector<stats::SizedDifference> points;
  double theory_error = 0.0;  ///< the largest
  bool approximate = false;
  std::string not_applicable;  ///< why the theory does not hold
  std::optional<stats::FiniteSizeFit> fit;
};

double number_at(const std::vector<Json>& values, std::size_t index, int part) {
  if (index >= values.size()) return NAN;
  const Json& value = part < 0 ? values[index] : values[index][static_cast<std::size_t>(part)];
  return value.is_number() ? value.get<double>() : NAN;
}

/// All numbers of one name and branch.
std::vector<Line> lines_of(const std::string& name, const std::string& branch, const Grid& sizes,
                           const PointRuns& runs) {
  std::vector<const Json*> entries;
  for (const auto& point : runs.points) {
    const Json* found = nullptr;
    if (point && point->status == system::Status::kOk) {
      for (const Json& entry : point->quantities) {
        const bool both = entry.contains("theory") && entry.contains("simulation");
        if (both && entry.at("name") == name && entry.value("branch", "") == branch) found = &entry;
      }
    }
    entries.push_back(found);
  }
  const auto any = std::find_if(entries.begin(), entries.end(), [](const Json* entry) { return entry != nullptr; });
  if (any == entries.end()) return {};
  const ValueShape shape = shape_of(entries);
  const auto theory = values_over_points(entries, "theory", "value", shape);
  const auto error = values_over_points(entries, "theory", "error", shape);
  const auto simulation = values_over_points(entries, "simulation", "value", shape);
  const auto standard_error = values_over_points(entries, "simulation", "standard_error", shape);

  std::size_t components = 1;
  for (const std::size_t extent : shape.extents) components *= extent;
  std::vector<Line> lines;
  for (std::size_t c = 0; c < components; ++c) {
    for (int part = shape.complex ? 0 : -1; part < (shape.complex ? 2 : 0); ++part) {
      Line line;
      line.head = {{"name", name}};
      for (const char* member : {"unit", "meaning", "branch", "stable"}) {
        if ((*any)->contains(member)) line.head[member] = (**any)[member];
      }
      if (!shape.extents.empty()) line.head["component"] = c;
      if (part >= 0) line.head["part"] = part == 0 ? "real" : "imaginary";
      for (std::size_t i = 0; i < entries.size(); ++i) {
        if (entries[i] == nullptr) continue;
        const std::size_t cell = c * entries.size() + i;
        const double predicted = number_at(theory, cell, part), measured = number_at(simulation, cell, part);
        if (!std::isfinite(measured - predicted)) continue;
        const Json& side = entries[i]->at("theory");
        if (!side.value("valid", true)) line.not_applicable = side.value("reason", "the theory does not hold here");
        line.approximate = line.approximate || side.value("approximate", false);
        if (const double e = std::abs(number_at(error, cell, part)); e > line.theory_error) line.theory_error = e;
        line.theory.push_back(predicted);
        line.points.push_back({size_number(sizes.axes.front().values[i]), measured - predicted,
                               number_at(standard_error, cell, part),
                               entries[i]->at("simulation").value("samples", 0)});
      }
      if (!line.points.empty()) lines.push_back(std::move(line));
    }
  }
  return lines;
}

/// The p value of a zero limit; the error of the theory is the same at all sizes and shifts them together.
double limit_p(const Line& line) {
  const stats::FiniteSizeFit& fit = *line.fit;
  if (line.approximate) {  // a bound of its bias
    const double beyond = std::max(0.0, std::abs(fit.limit) - line.theory_error);
    return stats::student_t_two_sided_p(beyond / fit.limit_error, fit.limit_degrees);
  }
  return stats::student_t_two_sided_p(fit.limit / std::hypot(fit.limit_error, line.theory_error), fit.limit_degrees);
}

std::pair<Verdict, std::string> judged(const Line& line, double adjusted_limit_p, double adjusted_slope_p) {
  const stats::FiniteSizeFit& fit = *line.fit;
  if (!line.not_applicable.empty()) return {Verdict::kNotApplicable, line.not_applicable};
  if (adjusted_limit_p > kLevel) {
    if (adjusted_slope_p > kLevel) return {Verdict::kAgree, ""};
    if (fit.law_p > kLawLevel) return {Verdict::kFiniteSize, "the difference falls as 1/N"};
    return {Verdict::kFiniteSize, "the difference falls with size, not quite as 1/N"};
  }
  if (fit.root_law_p > kLevel) {
    return {Verdict::kFiniteSize, "the differences also follow N^-1/2 with limit zero; larger sizes would tell"};
  }
  if (fit.law_p <= kLawLevel) {
    return {Verdict::kNotApplicable,
            "the differences do not follow a + b/N, so that this says nothing of their limit; "
            "leave out the smallest size"};
  }
  return {Verdict::kDisagree, "the limit is not zero"};
}

void put(Json& json, const char* name, double number) {
  json[name] = std::isfinite(number) ? Json(number) : Json(nullptr);
}

Json line_json(const Line& line) {
  Json json = line.head;
  Json sizes = Json::array(), difference = Json::array(), error = Json::array(), samples = Json::array();
  for (const stats::SizedDifference& point : line.points) {
    sizes.push_back(point.size);
    difference.push_back(point.difference);
    error.push_back(std::isfinite(point.standard_error) ? Json(point.standard_error) : Json(nullptr));
    samples.push_back(point.samples);
  }
  json["sizes"] = sizes;
  json["difference"] = difference;
  json["standard_error"] = error;
  json["samples"] = samples;
  json["theory"] = line.theory;
  const stats::FiniteSizeFit none{.limit = NAN,
                                  .limit_error = NAN,
                                  .limit_degrees = NAN,
                                  .limit_p = NAN,
                                  .slope = NAN,
                                  .slope_error = NAN,
                                  .slope_p = NAN,
                                  .law_p = NAN,
                                  .spread_power = NAN,
                                  .spread_power_error = NAN};
  const stats::FiniteSizeFit& fit = line.fit ? *line.fit : none;
  put(json, "limit", fit.limit);
  put(json, "limit_error", line.approximate ? fit.limit_error : std::hypot(fit.limit_error, line.theory_error));
  put(json, "limit_p_value", line.fit ? limit_p(line) : NAN);
  put(json, "slope", fit.slope);
  put(json, "slope_error", fit.slope_error);
  put(json, "law_p_value", fit.law_p);
  put(json, "spread_power", fit.spread_power);
  put(json, "spread_power_error", fit.spread_power_error);
  return json;
}

/// Why there is no fit.
std::string unfitted(const Line& line) {
  if (line.points.size() < 2) return "known at one size only";
  const bool constant = std::all_of(line.points.begin(), line.points.end(), [](const stats::SizedDifference& point) {
    return point.samples > 1 && point.standard_error == 0.0;
  });
  return constant ? "does not vary between networks" : "a law needs at least two networks on this branch at each size";
}

}  // namespace

Json convergence_entries(const system::Schema& schema, const Grid& sizes, const PointRuns& runs) {
  std::vector<Line> lines;
  for (const auto& [name, branch] : entries_in_order(schema, runs)) {
    for (Line& line : lines_of(name, branch, sizes, runs)) lines.push_back(std::move(line));
  }
  std::vector<double> limits, slopes;
  for (Line& line : lines) {
    line.fit = stats::fit_finite_size(line.points);
    if (!line.fit || !line.not_applicable.empty()) continue;
    limits.push_back(limit_p(line));
    slopes.push_back(line.fit->slope_p);
  }
  const auto adjusted_limits = stats::holm_adjusted(limits), adjusted_slopes = stats::holm_adjusted(slopes);
  Json entries = Json::array();
  std::size_t next = 0;
  for (const Line& line : lines) {
    Json entry = line_json(line);
    if (!line.fit) {
      entry["note"] = unfitted(line);
    } else {
      const bool tested = line.not_applicable.empty();
      const auto [verdict, note] =
          judged(line, tested ? adjusted_limits[next] : 1.0, tested ? adjusted_slopes[next] : 1.0);
      if (tested) ++next;
      entry["verdict"] = name(verdict);
      if (!note.empty()) entry["note"] = note;
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

Json convergence_json(const ResultHead& head, const Grid& sizes, const PointRuns& runs) {
  Json result = result_over_points(head, sizes);
  result["quantities"] = Json::array();
  result["curves"] = Json::array();
  result["convergence"] = convergence_entries(head.system.schema, sizes, runs);
  result["special_points"] = Json::array();
  Json points = Json::array();
  for (std::size_t i = 0; i < sizes.points.size(); ++i) {
    const auto& point = runs.points[i];
    points.push_back({{"size", size_number(sizes.axes.front().values[i])},
                      {"value", sizes.axes.front().texts[i]},
                      {"seed", sizes.points[i].experiment.seed},
                      {"status", status_name(point ? point->status : system::Status::kInterrupted)}});
  }
  result["sizes"] = {{"key", sizes.axes.front().path}, {"points", points}};
  put_ends(result, head, sizes, runs);
  return result;
}

}  // namespace limes::experiment

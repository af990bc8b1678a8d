#include "limes/experiment/figure.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "limes/experiment/figure_kinds.hpp"
#include "limes/experiment/figure_reading.hpp"

namespace limes::experiment {

namespace {

/// File names must be safe and different, whatever a curve is called.
std::string safe_id(const std::string& name, std::map<std::string, int>& used) {
  std::string id;
  for (const char c : name) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    id += plain ? c : '_';
  }
  if (id.empty()) id = "curve";
  const int count = ++used[id];
  return count == 1 ? id : fmt::format("{}-{}", id, count);
}

bool is_cloud(const ReadCurve& curve) {
  return curve.complex && (curve.axis_name == "index" || curve.axis_name == "spike" || curve.axis_name == "unit" ||
                           curve.axis_name.empty() || curve.name.find("spectrum") != std::string::npos);
}

}  // namespace

std::size_t mark_stride(const Series& series) {
  constexpr std::size_t kMarks = 40;
  return series.band || series.line ? std::max<std::size_t>(1, (series.x.size() + kMarks - 1) / kMarks) : 1;
}

std::vector<Figure> figures_of(const nlohmann::ordered_json& result) {
  std::vector<Figure> figures;
  const std::size_t swept = list_of(object_of(result, "sweep"), "over").size();
  const bool plane = swept == 2;
  const bool continued = result.is_object() && result.contains("continuation");
  std::vector<std::string> names;
  std::map<std::string, std::vector<ReadCurve>> by_name;
  // NAME_bound is drawn into the figure of NAME, the lines into that of the spectrum.
  std::set<std::string> given;
  for (const auto& entry : list_of(result, "curves")) given.insert(text_of(entry, "name"));
  const auto is_part = [&](const std::string& name) {
    return name == "spectral_lines" || (name.ends_with("_bound") && given.contains(name.substr(0, name.size() - 6)));
  };
  for (const auto& entry : list_of(result, "curves")) {
    if (is_part(text_of(entry, "name")) && is_kept_curve(entry, result)) continue;
    if (is_kept_curve(entry, result)) {
      if (auto figure = panel_figure(entry, result)) figures.push_back(std::move(*figure));
      continue;
    }
    if (plane && list_of(entry, "axes").size() >= 2) {
      if (text_of(entry, "name") == "residual") continue;
      if (given.contains(text_of(entry, "beside"))) continue;  // drawn by its host
      if (auto figure = family_figure(entry, result)) {
        figures.push_back(std::move(*figure));
        continue;
      }
      for (Figure& figure : map_figures(entry)) figures.push_back(std::move(figure));
      continue;
    }
    auto curve = read_curve(entry);
    if (!curve) continue;
    const std::string host = given.contains(curve->beside) ? curve->beside : curve->name;
    if (by_name.find(host) == by_name.end()) names.push_back(host);
    by_name[host].push_back(std::move(*curve));
  }
  for (auto& [name, curves] : by_name) {  // the figure is about the curve of its name
    std::stable_partition(curves.begin(), curves.end(), [&](const ReadCurve& curve) { return curve.name == name; });
  }

  for (const auto& name : names) {
    const auto curves = swept > 0 ? without_branches(by_name[name]) : by_name[name];
    if (is_part(name)) continue;
    if (continued) {
      if (auto diagram = branch_figure(curves, result)) figures.push_back(std::move(*diagram));
    } else if (is_cloud(curves.front())) {
      figures.push_back(plane_figure(curves, result));
    } else if (curves.front().axis_name == "unit") {
      if (auto scatter = predicted_against_simulated(curves)) figures.push_back(std::move(*scatter));
      figures.push_back(unit_figure(curves));
    } else if (name == "mean_output_spectrum") {
      figures.push_back(spectrum_figure(curves.front(), lines_of(result, curves.front().branch)));
    } else {
      figures.push_back(line_figure(curves, result));
      add_laws(figures.back(), result);
      const auto bound = by_name.find(name + "_bound");
      if (bound != by_name.end()) add_bound(figures.back(), bound->second.front());
    }
  }
  for (const auto& entry : list_of(result, "convergence")) {
    if (auto figure = convergence_figure(entry, text_of(object_of(result, "sizes"), "key")))
      figures.push_back(std::move(*figure));
  }
  figures.erase(std::remove_if(figures.begin(), figures.end(),
                               [](const Figure& figure) { return figure.series.empty() && figure.panels.empty(); }),
                figures.end());
  if (swept == 1) shade_coexistence(figures, result);
  if (swept > 0) {  // what the sweep is mostly made for: kept curves, then the exponent
    std::stable_partition(figures.begin(), figures.end(), [](const Figure& figure) {
      return !figure.panels.empty() || figure.quantity == "lyapunov_exponent";
    });
    std::stable_partition(figures.begin(), figures.end(), [](const Figure& figure) { return !figure.panels.empty(); });
    const auto& first = list_of(object_of(result, "sweep"), "figures");
    for (auto name = first.rbegin(); name != first.rend(); ++name) {
      std::stable_partition(figures.begin(), figures.end(),
                            [&](const Figure& figure) { return *name == figure.quantity; });
    }
  }
  std::map<std::string, int> used;
  for (auto& figure : figures) figure.id = safe_id(figure.id, used);
  return figures;
}

}  // namespace limes::experiment

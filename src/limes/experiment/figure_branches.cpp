// Bifurcation diagrams: every branch against the parameter, solid where it is stable, dashed where it is not.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "limes/experiment/figure_kinds.hpp"

namespace limes::experiment {

namespace {

constexpr std::size_t kMostBranches = 24;

bool is_drawn(const std::string& name) { return name != "stable" && name != "residual"; }

/// 1 and 0 along a branch; empty where the result does not say.
std::vector<double> stability_of(const std::string& branch, const ResultJson& result) {
  for (const auto& entry : list_of(result, "curves")) {
    if (text_of(entry, "name") == "stable" && text_of(entry, "branch") == branch) {
      return flattened(list_of(entry, "theory"));
    }
  }
  return {};
}

/// The part of a branch with that stability. A segment between two stable states is solid, every other dashed: the two
/// lines meet at a point of both.
Series part_of(const ReadCurve& curve, const std::vector<double>& values, const std::vector<double>& stable,
               bool solid) {
  Series series;
  series.line = true;
  series.dashed = !solid;
  const auto is_solid = [&](std::size_t i) { return stable.empty() || (stable[i] > 0.5 && stable[i + 1] > 0.5); };
  bool any = false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool shown = (i > 0 && is_solid(i - 1) == solid) || (i + 1 < values.size() && is_solid(i) == solid);
    series.x.push_back(curve.axis[i]);
    series.y.push_back(shown ? values[i] : NAN);
    any = any || shown;
  }
  if (!any) series.y.clear();
  return series;
}

/// One series per type of special point.
void add_special_points(Figure& figure, const ResultJson& result, const std::string& name) {
  std::vector<std::string> types;
  std::map<std::string, Series> by_type;
  for (const auto& point : list_of(result, "special_points")) {
    const auto& state = object_of(point, "state");
    if (!state.contains(name) || !point.contains("value")) continue;
    const std::string type = text_of(point, "type");
    if (!by_type.contains(type)) types.push_back(type);
    std::vector<double> values = flattened(state[name]);
    if (state[name].is_number()) values = {number_of(state[name])};
    Series& series = by_type[type];
    for (const double value : values) {
      series.x.push_back(number_of(point["value"]));
      series.y.push_back(value);
    }
  }
  const char* const shapes[] = {"diamond", "circle", "ring", "dash"};
  for (std::size_t i = 0; i < types.size(); ++i) {
    Series& series = by_type[types[i]];
    series.label = title_of_name(types[i]);
    series.colour = i == 0 ? "reference" : fmt::format("simulation-{}", (i - 1) % 5 + 1);
    series.points = true;
    series.shape = shapes[i % 4];
    figure.series.push_back(std::move(series));
  }
}

std::string words(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

/// What networks show at some values of the parameter, one series for each quantity.
std::vector<Series> simulated(const std::vector<ReadCurve>& curves) {
  static constexpr const char* kShapes[] = {"circle", "ring", "dash", "diamond"};
  std::vector<Series> all;
  std::map<std::string, std::size_t> places;
  for (const ReadCurve& curve : curves) {
    for (const Slice& slice : curve.slices) {
      if (slice.simulation.empty()) continue;
      if (!places.contains(curve.name)) {
        places[curve.name] = all.size();
        Series series;
        series.label = curve.name == curves.front().name ? "networks" : "networks, " + words(curve.name);
        series.colour = fmt::format("simulation-{}", all.size() % 5 + 1);
        series.shape = kShapes[all.size() % 4];
        series.points = true;
        all.push_back(std::move(series));
      }
      Series& series = all[places[curve.name]];
      for (std::size_t i = 0; i < slice.simulation.size(); ++i) {
        const double error = i < slice.standard_error.size() ? slice.standard_error[i] : NAN;
        series.x.push_back(curve.axis[i]);
        series.y.push_back(slice.simulation[i]);
        series.low.push_back(slice.simulation[i] - kBandWidth * error);
        series.high.push_back(slice.simulation[i] + kBandWidth * error);
      }
    }
  }
  return all;
}

/// Positive over more than two decades and a half: a linear axis would show one branch and hide the others.
bool spans_decades(const std::vector<Series>& all) {
  double least = INFINITY, largest = 0.0;
  for (const Series& series : all) {
    for (const double y : series.y) {
      if (!std::isfinite(y)) continue;
      least = std::min(least, y);
      largest = std::max(largest, y);
    }
  }
  return least > 0.0 && largest > 300.0 * least;
}

}  // namespace

std::optional<Figure> branch_figure(const std::vector<ReadCurve>& curves, const ResultJson& result) {
  const auto& first = curves.front();
  if (!is_drawn(first.name)) return std::nullopt;
  Figure figure;
  figure.id = figure.quantity = first.name;
  figure.title = title_of_name(first.name);
  figure.x.label = label_with_unit(first.axis_name, first.axis_unit);
  figure.y.label = label_with_unit(first.complex ? "|" + first.name + "|" : first.name, first.unit);
  const std::size_t shown = std::min(curves.size(), kMostBranches);
  bool dashes = false;
  for (std::size_t i = 0; i < shown; ++i) {
    const ReadCurve& curve = curves[i];
    if (curve.slices.empty() || curve.slices.front().theory.empty()) continue;
    std::vector<double> stable = stability_of(curve.branch, result);
    for (const Slice& slice : curve.slices) {
      if (stable.size() != slice.theory.size()) stable.clear();
      for (const bool solid : {true, false}) {
        Series series = part_of(curve, slice.theory, stable, solid);
        if (series.y.empty()) continue;
        dashes = dashes || !solid;
        series.label = curve.branch + (slice.label.empty() ? "" : ", " + slice.label) + (solid ? "" : ", unstable");
        series.colour = fmt::format("theory-{}", i % 5 + 1);
        figure.series.push_back(std::move(series));
      }
    }
  }
  if (dashes) figure.note = "Solid: stable; dashed: unstable.";
  if (curves.size() > shown)
    figure.note += fmt::format(" The first {} of {} branches are drawn.", shown, curves.size());
  add_special_points(figure, result, first.name);
  std::vector<Series> marks = simulated(curves);
  if (!marks.empty()) figure.note += " Marks: networks of this size, in all their states; bars: ± 2 standard errors.";
  for (Series& series : marks) figure.series.push_back(std::move(series));
  figure.y.logarithmic = first.logarithmic || spans_decades(figure.series);
  return figure;
}

}  // namespace limes::experiment

// Heat maps: a quantity over the two keys of a sweep.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "limes/experiment/figure_kinds.hpp"

namespace limes::experiment {

namespace {

constexpr std::size_t kMostCells = 48;         // per axis; a screen shows no more, the files hold all
constexpr std::size_t kMostWithTitles = 1200;  // cells that tell their value under the mouse
constexpr std::size_t kMostComponents = 4;

/// Positions on one axis in ascending order of their values, thinned evenly.
std::vector<std::size_t> shown_positions(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  if (order.size() <= kMostCells) return order;
  std::vector<std::size_t> thinned;
  for (std::size_t i = 0; i < kMostCells; ++i) thinned.push_back(order[i * (order.size() - 1) / (kMostCells - 1)]);
  return thinned;
}

/// Cells meet half-way between neighbours.
std::vector<double> edges_of(const std::vector<double>& values) {
  if (values.size() < 2) return {values.front() - 0.5, values.front() + 0.5};
  std::vector<double> edges{values[0] - 0.5 * (values[1] - values[0])};
  for (std::size_t i = 1; i < values.size(); ++i) edges.push_back(0.5 * (values[i - 1] + values[i]));
  edges.push_back(values.back() + 0.5 * (values.back() - values[values.size() - 2]));
  return edges;
}

struct Plane {
  std::string name, branch, unit;
  std::string keys[2];
  std::vector<double> values[2];
  std::vector<std::size_t> shown[2];
};

std::vector<double> selected(const Plane& plane, int axis) {
  std::vector<double> values;
  for (const std::size_t i : plane.shown[axis]) values.push_back(plane.values[axis][i]);
  return values;
}

Figure map_of(const Plane& plane, const std::vector<double>& values, const std::vector<double>& errors,
              const std::string& side) {
  Figure figure;
  figure.quantity = plane.name;
  figure.id = fmt::format("{}-{}{}", plane.name, plane.branch.empty() ? "" : plane.branch + "-", side);
  figure.title =
      fmt::format("{}{}: {}", title_of_name(plane.name), plane.branch.empty() ? "" : ", " + plane.branch, side);
  figure.x.label = label_with_unit(plane.keys[0], "");
  figure.y.label = label_with_unit(plane.keys[1], "");
  HeatMap map;
  map.x_edges = edges_of(selected(plane, 0));
  map.y_edges = edges_of(selected(plane, 1));
  map.label = label_with_unit(plane.name, plane.unit);
  const std::size_t width = plane.values[1].size();
  const bool titled = plane.shown[0].size() * plane.shown[1].size() <= kMostWithTitles;
  for (const std::size_t i : plane.shown[0]) {
    for (const std::size_t j : plane.shown[1]) {
      const std::size_t cell = i * width + j;
      map.values.push_back(values[cell]);
      if (!titled) continue;
      std::string title = fmt::format("{:.5g}, {:.5g}: ", plane.values[0][i], plane.values[1][j]);
      title += std::isfinite(values[cell]) ? fmt::format("{:.5g}", values[cell]) : "no value";
      if (cell < errors.size() && std::isfinite(errors[cell])) title += fmt::format(" ± {:.2g}", errors[cell]);
      map.titles.push_back(std::move(title));
    }
  }
  const bool thinned = plane.shown[0].size() < plane.values[0].size() || plane.shown[1].size() < width;
  figure.note = thinned ? "Some of the points are drawn; the files hold all." : "";
  Series corners;  // give the axes their range; nothing is drawn
  corners.x = {map.x_edges.front(), map.x_edges.back()};
  corners.y = {map.y_edges.front(), map.y_edges.back()};
  corners.colour = "reference";
  figure.series.push_back(std::move(corners));
  figure.map = std::move(map);
  return figure;
}

/// The level at which a quantity tells two phases apart: where chaos begins, and where the linearised flow does.
std::optional<double> border_of(const std::string& name) {
  if (name == "lyapunov_exponent") return 0.0;
  if (name == "jacobian_radius") return 1.0;
  return std::nullopt;
}

void add_border(Figure& figure) {
  const auto level = border_of(figure.quantity);
  if (!level) return;
  Series line = contour_of(*figure.map, *level);
  if (line.x.empty()) return;
  line.colour = "halo";
  figure.series.push_back(line);
  line.colour = "contour";
  figure.series.push_back(std::move(line));
  figure.note +=
      fmt::format("{}Line: {} = {:g}.", figure.note.empty() ? "" : " ", label_with_unit(figure.quantity, ""), *level);
}

bool any_finite(const std::vector<double>& values) {
  return std::any_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); });
}

/// One value everywhere: nothing to see.
bool is_constant(const std::vector<Figure>& figures) {
  return std::all_of(figures.begin(), figures.end(), [](const Figure& figure) {
    const HeatMap& map = *figure.map;
    return std::all_of(map.values.begin(), map.values.end(), [&](double value) {
      return !std::isfinite(value) || std::abs(value - map.low) <= 1e-9 * std::abs(map.low);
    });
  });
}

void set_range(std::vector<Figure>& figures) {
  double low = INFINITY, high = -INFINITY;
  for (const Figure& figure : figures) {
    for (const double value : figure.map->values) {
      if (!std::isfinite(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  for (Figure& figure : figures) {
    figure.map->low = low;
    figure.map->high = high > low ? high : low + std::max(1e-12, 1e-6 * std::abs(low));
  }
}

}  // namespace

std::vector<Figure> map_figures(const ResultJson& entry) {
  const auto& axes = list_of(entry, "axes");
  const std::size_t outer = axes.size() - 2;
  Plane plane;
  plane.name = text_of(entry, "name");
  plane.branch = text_of(entry, "branch");
  plane.unit = text_of(entry, "unit");
  for (int axis = 0; axis < 2; ++axis) {
    plane.keys[axis] = text_of(axes[outer + axis], "name");
    plane.values[axis] = flattened(list_of(axes[outer + axis], "values"));
    if (plane.values[axis].empty()) return {};
    plane.shown[axis] = shown_positions(plane.values[axis]);
  }
  const std::size_t cells = plane.values[0].size() * plane.values[1].size();
  std::vector<Figure> all;
  const auto theory = flattened(list_of(entry, "theory")), simulation = flattened(list_of(entry, "simulation"));
  const auto theory_error = flattened(list_of(entry, "theory_error"));
  const auto standard_error = flattened(list_of(entry, "standard_error"));
  std::size_t components = 1;
  for (std::size_t a = 0; a < outer; ++a) components *= std::max<std::size_t>(1, list_of(axes[a], "values").size());
  for (std::size_t c = 0; c < std::min(components, kMostComponents); ++c) {
    const auto part = [&](const std::vector<double>& numbers) {
      if (numbers.size() != components * cells) return std::vector<double>{};  // absent, or pairs [re, im]
      const auto first = numbers.begin() + static_cast<std::ptrdiff_t>(c * cells);
      return std::vector<double>(first, first + static_cast<std::ptrdiff_t>(cells));
    };
    Plane own = plane;
    if (components > 1)
      own.branch += fmt::format("{}{} {}", own.branch.empty() ? "" : ", ", text_of(axes[0], "name"), c);
    std::vector<Figure> pair;
    if (const auto values = part(theory); any_finite(values)) pair.push_back(map_of(own, values, {}, "theory"));
    if (const auto values = part(simulation); any_finite(values)) {
      pair.push_back(map_of(own, values, part(standard_error), "simulation"));
    }
    set_range(pair);
    if (is_constant(pair)) continue;
    for (Figure& figure : pair) {
      add_border(figure);
      all.push_back(std::move(figure));
    }
  }
  return all;
}

}  // namespace limes::experiment

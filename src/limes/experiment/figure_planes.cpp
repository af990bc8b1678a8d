#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "limes/experiment/figure_kinds.hpp"
#include "limes/experiment/figure_thinning.hpp"

namespace limes::experiment {

namespace {

constexpr std::size_t kMostPoints = 2500;

Series point_cloud(const std::vector<std::complex<double>>& points) {
  std::vector<double> x, y;
  for (const auto& point : points) {
    if (!std::isfinite(point.real()) || !std::isfinite(point.imag())) continue;
    x.push_back(point.real());
    y.push_back(point.imag());
  }
  Series series;
  series.points = true;
  for (const std::size_t i : cloud_indices(x, y, kMostPoints)) {
    series.x.push_back(x[i]);
    series.y.push_back(y[i]);
  }
  return series;
}

Series circle(double centre, double radius) {
  constexpr int kCorners = 180;
  Series series;
  series.line = true;
  for (int i = 0; i <= kCorners; ++i) {
    const double angle = 2.0 * std::numbers::pi * i / kCorners;
    series.x.push_back(centre + radius * std::cos(angle));
    series.y.push_back(radius * std::sin(angle));
  }
  return series;
}

/// The theory's value of a quantity on `branch`, or null: that of another branch belongs to another state.
const ResultJson* theory_value(const ResultJson& result, const std::string& name, const std::string& branch) {
  for (const auto& entry : list_of(result, "quantities")) {
    const auto& theory = object_of(entry, "theory");
    if (text_of(entry, "name") != name || !theory.contains("value") || theory["value"].is_null()) continue;
    if (text_of(entry, "branch") == branch) return &theory["value"];
  }
  return nullptr;
}

double leak_of(const ResultJson& result) {
  const auto& network = object_of(object_of(result, "parameters"), "network");
  const double leak = network.contains("leak") ? number_of(network["leak"]) : 0.0;
  return std::isfinite(leak) ? leak : 0.0;
}

void add_jacobian_theory(Figure& figure, const std::string& branch, const ResultJson& result) {
  const bool discrete = text_of(result, "system").find("discrete") != std::string::npos;
  const double centre = discrete ? leak_of(result) : 0.0;
  double reach = 1.0;
  if (const auto* value = theory_value(result, "jacobian_radius", branch); value != nullptr && value->is_number()) {
    const double radius = number_of(*value);
    reach = std::max(reach, radius);
    auto disc = circle(centre, radius);
    disc.label = fmt::format("theory: bulk radius {:.4g}", radius);
    disc.colour = "theory-1";
    figure.series.push_back(std::move(disc));
  }
  if (const auto* value = theory_value(result, "jacobian_outlier", branch);
      value != nullptr && value->is_array() && value->size() == 2 && value->front().is_number()) {
    Series outlier;
    outlier.label = "theory: outlier";
    outlier.colour = "theory-1";
    outlier.points = true;
    outlier.shape = "diamond";
    outlier.x = {number_of(value->front())};
    outlier.y = {number_of(value->back())};
    figure.series.push_back(std::move(outlier));
  }
  Series boundary;
  if (discrete) {
    boundary = circle(0.0, 1.0);
    boundary.label = "boundary of stability (unit circle)";
  } else {
    boundary.line = true;
    boundary.x = {1.0, 1.0};
    boundary.y = {-1.1 * reach, 1.1 * reach};
    boundary.label = "boundary of stability (real part 1)";
  }
  boundary.colour = "reference";
  boundary.dashed = true;
  figure.series.push_back(std::move(boundary));
}

/// Complex points stand for pairs, which have their own names.
std::pair<std::string, std::string> axis_labels(const std::string& name, const ResultJson& result) {
  const bool discrete = text_of(result, "system").find("discrete") != std::string::npos;
  if (name == "return_plot" && discrete) return {"m(t)", "m(t + 1)"};
  if (name == "return_plot") return {"maximum of m(t)", "next maximum of m(t)"};
  if (name == "attractor_projection") return {"first principal component", "second principal component"};
  if (name == "raster") return {"time", "neuron"};  // one point per spike
  return {"real part", "imaginary part"};
}

}  // namespace

Figure plane_figure(const std::vector<ReadCurve>& curves, const ResultJson& result) {
  const auto& first = curves.front();
  Figure figure;
  figure.id = figure.quantity = first.name;
  figure.title = title_of_name(first.name);
  const auto [x_label, y_label] = axis_labels(first.name, result);
  figure.x.label = label_with_unit(x_label, first.unit);
  figure.y.label = label_with_unit(y_label, first.unit);
  figure.equal_aspect = first.name != "raster";
  std::size_t simulations = 0, theories = 0, points = 0;
  for (const auto& curve : curves) {
    const std::string branch = curves.size() > 1 && !curve.branch.empty() ? ", " + curve.branch : "";
    if (!curve.simulation_points.empty()) {
      auto series = point_cloud(curve.simulation_points);
      points += curve.simulation_points.size();
      series.label = "simulation" + branch;
      series.colour = fmt::format("simulation-{}", simulations++ % 5 + 1);
      if (!series.x.empty()) figure.series.push_back(std::move(series));
    }
    if (!curve.theory_points.empty()) {
      auto series = point_cloud(curve.theory_points);
      points += curve.theory_points.size();
      series.label = "theory" + branch;
      series.colour = fmt::format("theory-{}", theories++ % 5 + 1);
      series.shape = "ring";
      if (!series.x.empty()) figure.series.push_back(std::move(series));
    }
  }
  if (figure.series.empty()) return figure;
  figure.note = fmt::format("{} {}.", points, first.name == "raster" ? "spikes" : "values");
  if (first.name == "jacobian_spectrum") add_jacobian_theory(figure, first.branch, result);
  return figure;
}

}  // namespace limes::experiment

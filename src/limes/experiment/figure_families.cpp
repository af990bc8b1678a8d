// A sweep over two keys of which one has a handful of values: a family of lines against the other.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "limes/experiment/figure_kinds.hpp"

namespace limes::experiment {

namespace {

constexpr std::size_t kMostLines = 5;     // there are as many colours
constexpr std::size_t kFewestPoints = 5;  // of a line worth more than a row of cells

std::vector<std::size_t> ascending(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  return order;
}

bool any_finite(const std::vector<double>& values) {
  return std::any_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); });
}

bool same_values(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) {
    return std::isfinite(x) == std::isfinite(y) && !(std::abs(x - y) > 1e-9 * std::abs(x));
  });
}

}  // namespace

bool are_spread_over_decades(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  if (values.size() < 4 || !(values.front() > 0.0) || !(values.back() > 10.0 * values.front())) return false;
  return values[1] - values[0] < 0.2 * (values.back() - values[values.size() - 2]);
}

std::optional<Figure> family_figure(const ResultJson& entry, const ResultJson& result) {
  const auto all_axes = list_of(entry, "axes");
  std::vector<ResultJson> axes;
  for (std::size_t i = 0; i < all_axes.size(); ++i) {  // a quantity with one component only is a number
    const bool one = i + 2 < all_axes.size() && list_of(all_axes[i], "values").size() == 1;
    if (!one) axes.push_back(all_axes[i]);
  }
  if (axes.size() != 2) return std::nullopt;
  const std::vector<double> keys[2] = {flattened(list_of(axes[0], "values")), flattened(list_of(axes[1], "values"))};
  const std::size_t lines = keys[0].size() < keys[1].size() ? 0 : 1, along = 1 - lines;
  if (keys[lines].size() > kMostLines || keys[along].size() < kFewestPoints) return std::nullopt;
  const std::size_t cells = keys[0].size() * keys[1].size();
  const auto all_theory = flattened(list_of(entry, "theory")), all_simulation = flattened(list_of(entry, "simulation"));
  const auto all_errors = flattened(list_of(entry, "standard_error"));
  const std::vector<std::size_t> order = ascending(keys[along]);
  const auto line_of = [&](const std::vector<double>& all, std::size_t k) {
    std::vector<double> line;
    if (all.size() != cells) return line;
    for (const std::size_t i : order) line.push_back(all[along == 0 ? i * keys[1].size() + k : k * keys[1].size() + i]);
    return line;
  };
  const std::string name = text_of(entry, "name"), branch = text_of(entry, "branch");
  const std::string key = text_of(axes[lines], "name");
  Figure figure;
  figure.quantity = name;
  figure.id = name + (branch.empty() ? "" : "-" + branch);
  figure.title = title_of_name(name) + (branch.empty() ? "" : ", " + branch);
  figure.x.label = label_with_unit(text_of(axes[along], "name"), "");
  figure.y.label = label_with_unit(name, text_of(entry, "unit"));
  std::vector<double> places;
  for (const std::size_t i : order) places.push_back(keys[along][i]);
  figure.x.logarithmic = are_spread_over_decades(places);
  const std::vector<std::size_t> members = ascending(keys[lines]);
  const bool one_theory = std::all_of(members.begin(), members.end(), [&](std::size_t k) {
    return same_values(line_of(all_theory, k), line_of(all_theory, members.front()));
  });
  std::vector<Series> simulations;
  for (std::size_t n = 0; n < members.size(); ++n) {
    const std::string label = fmt::format("{} = {:.5g}", key.substr(key.rfind('.') + 1), keys[lines][members[n]]);
    Series theory;
    theory.x = places;
    theory.y = line_of(all_theory, members[n]);
    theory.line = true;
    theory.label = one_theory ? "theory" : "theory, " + label;
    theory.colour = fmt::format("theory-{}", one_theory ? 1 : n + 1);
    if (any_finite(theory.y) && (n == 0 || !one_theory)) figure.series.push_back(std::move(theory));
    Series simulation;
    simulation.x = places;
    simulation.y = line_of(all_simulation, members[n]);
    if (!any_finite(simulation.y)) continue;
    const std::vector<double> errors = line_of(all_errors, members[n]);
    for (std::size_t i = 0; any_finite(errors) && i < errors.size(); ++i) {
      simulation.low.push_back(simulation.y[i] - kBandWidth * errors[i]);
      simulation.high.push_back(simulation.y[i] + kBandWidth * errors[i]);
    }
    simulation.points = true;
    simulation.label = "simulation, " + label;
    simulation.colour = fmt::format("simulation-{}", n + 1);
    if (!simulation.low.empty()) figure.note = "Bars: ± 2 standard errors.";
    simulations.push_back(std::move(simulation));
  }
  for (const auto& other : list_of(result, "curves")) {
    if (text_of(other, "beside") != name || text_of(other, "branch") != branch) continue;
    const auto values = flattened(list_of(other, "theory"));
    std::string head = text_of(other, "name");
    std::replace(head.begin(), head.end(), '_', ' ');
    for (std::size_t n = 0; n < members.size(); ++n) {
      Series line;
      line.x = places;
      line.y = line_of(values, members[n]);
      line.line = line.dashed = true;
      line.label = fmt::format("{}, {} = {:.5g}", head, key.substr(key.rfind('.') + 1), keys[lines][members[n]]);
      line.colour = fmt::format("theory-{}", n + 1);
      if (any_finite(line.y)) figure.series.push_back(std::move(line));
    }
  }
  const bool constant =
      simulations.empty() && std::all_of(figure.series.begin(), figure.series.end(), [&](const Series& s) {
        return std::all_of(s.y.begin(), s.y.end(), [](double y) { return !std::isfinite(y) || std::abs(y) < 1e-15; });
      });
  if (constant) figure.series.clear();  // zero everywhere: nothing to see
  for (Series& series : simulations) figure.series.push_back(std::move(series));
  return figure;
}

}  // namespace limes::experiment

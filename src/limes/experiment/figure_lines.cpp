#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <map>

#include "limes/experiment/figure_kinds.hpp"
#include "limes/experiment/figure_thinning.hpp"

namespace limes::experiment {

namespace {

constexpr std::size_t kMostLinePoints = 600;  // more than a screen resolves in a figure of 560 pixels
constexpr std::size_t kMostMarkers = 60;      // more markers than that hide the theory line below them
constexpr std::size_t kMostBranches = 8;

template <class Values>
Values selected(const Values& values, const std::vector<std::size_t>& indices) {
  Values result;
  for (const std::size_t i : indices) result.push_back(values[i]);
  return result;
}

Series theory_series(const ReadCurve& curve, const Slice& slice) {
  const auto indices = outline_indices(curve.axis, slice.theory, kMostLinePoints);
  Series series;
  series.x = selected(curve.axis, indices);
  series.y = selected(slice.theory, indices);
  series.line = true;
  return series;
}

/// Do the few marks that are drawn of a long series show its course? They do not where it swings between them.
bool marks_show(const Series& series) {
  const std::size_t stride = std::max<std::size_t>(1, (series.x.size() + 39) / 40);
  double low = INFINITY, high = -INFINITY, square = 0.0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < series.y.size(); ++i) {
    const std::size_t before = i / stride * stride, after = before + stride;
    if (std::isfinite(series.y[i])) {
      low = std::min(low, series.y[i]);
      high = std::max(high, series.y[i]);
    }
    if (i == before || after >= series.y.size()) continue;
    const double share = (series.x[i] - series.x[before]) / (series.x[after] - series.x[before]);
    const double missed = series.y[i] - series.y[before] - share * (series.y[after] - series.y[before]);
    if (!std::isfinite(missed)) continue;
    square += missed * missed;
    ++count;
  }
  return count == 0 || square / static_cast<double>(count) < 0.05 * 0.05 * (high - low) * (high - low);
}

Series simulation_series(const ReadCurve& curve, const Slice& slice) {
  const auto indices = outline_indices(curve.axis, slice.simulation, kMostLinePoints);
  Series series;
  series.x = selected(curve.axis, indices);
  series.y = selected(slice.simulation, indices);
  if (slice.standard_error.size() == slice.simulation.size()) {
    for (const std::size_t i : indices) {
      series.low.push_back(slice.simulation[i] - kBandWidth * slice.standard_error[i]);
      series.high.push_back(slice.simulation[i] + kBandWidth * slice.standard_error[i]);
    }
  }
  const bool few = series.x.size() <= kMostMarkers;
  const bool alone = slice.theory.empty();
  series.band = !few && !series.low.empty();
  series.points = few || (!alone && marks_show(series));  // marks let the theory's line be seen below them
  series.line = !few && (!series.points || !series.band);
  return series;
}

/// What is drawn of another curve than the figure's own carries its name: `exponential fit, state-0`.
std::string head_of(const ReadCurve& curve, const ReadCurve& first, const char* side) {
  if (curve.name == first.name) return side;
  std::string name = curve.name;
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

/// Leaves out what lies where no density of the figure reaches a thousandth of its largest value: histograms have bins
/// far beyond.
void trim_densities(std::vector<Series>& all) {
  double first = INFINITY, last = -INFINITY;
  for (const Series& series : all) {
    double largest = 0.0;
    for (const double y : series.y) largest = std::max(largest, std::isfinite(y) ? y : 0.0);
    for (std::size_t i = 0; i < series.y.size(); ++i) {
      if (!(series.y[i] > 1e-3 * largest)) continue;
      first = std::min(first, series.x[i]);
      last = std::max(last, series.x[i]);
    }
  }
  for (Series& series : all) {
    Series kept = series;
    for (std::vector<double>* values : {&kept.x, &kept.y, &kept.low, &kept.high}) values->clear();
    for (std::size_t i = 0; i < series.x.size(); ++i) {
      if (series.x[i] < first || series.x[i] > last) continue;
      kept.x.push_back(series.x[i]);
      kept.y.push_back(series.y[i]);
      if (series.low.empty()) continue;
      kept.low.push_back(series.low[i]);
      kept.high.push_back(series.high[i]);
    }
    series = std::move(kept);
  }
}

/// On a logarithmic axis zeros have no place: nothing is drawn beyond the last value above zero, by the series of the
/// figure's own curve (`own` of them come first) nor by what stands beside it.
void end_with_values(std::vector<Series>& all, std::size_t own) {
  double last = -INFINITY;
  for (std::size_t k = 0; k < std::min(own, all.size()); ++k) {
    for (std::size_t i = 0; i < all[k].y.size(); ++i) {
      if (all[k].y[i] > 0.0) last = std::max(last, all[k].x[i]);
    }
  }
  for (Series& series : all) {
    const auto count =
        static_cast<std::size_t>(std::count_if(series.x.begin(), series.x.end(), [&](double x) { return x <= last; }));
    for (std::vector<double>* values : {&series.x, &series.y, &series.low, &series.high}) {
      if (values->size() > count) values->resize(count);
    }
  }
}

std::string joined(const std::string& head, const std::string& branch, const std::string& slice) {
  std::string label = head;
  if (!branch.empty()) label += ", " + branch;
  if (!slice.empty()) label += ", " + slice;
  return label;
}

/// Positive over more than three decades: a linear axis would show nothing but the peak.
bool wants_logarithm(const std::vector<Series>& all) {
  double least = INFINITY, largest = 0.0;
  for (const auto& series : all) {
    for (const double y : series.y) {
      if (!std::isfinite(y)) continue;
      if (y <= 0.0) return false;
      least = std::min(least, y);
      largest = std::max(largest, y);
    }
  }
  return largest > 1e3 * least;
}

void add_special_points(Figure& figure, const std::vector<ReadCurve>& curves, const ResultJson& result) {
  Series series;
  series.label = "special points";
  series.colour = "reference";
  series.points = true;
  series.shape = "diamond";
  for (const auto& point : list_of(result, "special_points")) {
    const auto& state = object_of(point, "state");
    const auto& name = curves.front().name;
    if (text_of(point, "parameter") != curves.front().axis_name || !state.contains(name)) continue;
    if (!point.contains("value")) continue;
    series.x.push_back(number_of(point["value"]));
    series.y.push_back(number_of(state[name]));
  }
  if (!series.x.empty()) figure.series.push_back(std::move(series));
}

}  // namespace

void add_bound(Figure& figure, const ReadCurve& bound) {
  if (bound.slices.empty()) return;
  const Slice& slice = bound.slices.front();
  const std::vector<double>& values = slice.theory.empty() ? slice.simulation : slice.theory;
  Series series;
  series.label = "bound";
  series.colour = "reference";
  series.line = series.dashed = true;
  for (const std::size_t i : outline_indices(bound.axis, values, kMostLinePoints)) {
    series.x.push_back(bound.axis[i]);
    series.y.push_back(values[i]);
  }
  figure.series.insert(figure.series.begin(), std::move(series));
}

void add_laws(Figure& figure, const ResultJson& result) {
  constexpr int kPoints = 60;
  std::size_t drawn = 0;
  for (const auto& law : list_of(result, "laws")) {
    const auto sizes = flattened(list_of(law, "sizes"));
    if (text_of(law, "name") != figure.quantity || text_of(law, "law") != "exponential" || sizes.empty()) continue;
    if (!law.contains("slope") || !law.contains("intercept")) continue;
    const double slope = number_of(law["slope"]), intercept = number_of(law["intercept"]);
    const double error = law.contains("slope_error") ? number_of(law["slope_error"]) : NAN;
    const auto [low, high] = std::minmax_element(sizes.begin(), sizes.end());
    Series line;
    line.label = fmt::format("exp(a + b size), {}: b = {:.3g} ± {:.1g}", text_of(law, "branch"), slope, error);
    line.colour = fmt::format("theory-{}", drawn++ % 5 + 1);
    line.line = line.dashed = true;
    for (int k = 0; k < kPoints; ++k) {
      line.x.push_back(*low + (*high - *low) * k / (kPoints - 1));
      line.y.push_back(std::exp(intercept + slope * line.x.back()));
    }
    figure.series.push_back(std::move(line));
  }
}

Figure line_figure(const std::vector<ReadCurve>& curves, const ResultJson& result) {
  const auto& first = curves.front();
  const bool swept = !object_of(result, "sweep").empty();
  Figure figure;
  figure.id = figure.quantity = first.name;
  figure.title = title_of_name(first.name);
  figure.x.label = label_with_unit(first.axis_name, first.axis_unit);
  figure.x.logarithmic = first.axis_name == "interval" || first.axis_name == "filtered_rate" ||
                         first.axis_name == "rate" ||
                         (swept && are_spread_over_decades(first.axis));  // over many octaves
  figure.y.label = label_with_unit(first.complex ? "|" + first.name + "|" : first.name, first.unit);

  const std::size_t shown = std::min(curves.size(), kMostBranches);
  const bool simulated = std::any_of(curves.begin(), curves.end(), [](const ReadCurve& curve) {
    return std::any_of(curve.slices.begin(), curve.slices.end(), [](const Slice& s) { return !s.simulation.empty(); });
  });
  std::vector<const Slice*> drawn;
  std::vector<Series> theories, simulations;
  std::map<std::string, std::string> colours;  // of what a simulation shows of a branch
  bool errors = false;
  for (std::size_t i = 0; i < shown; ++i) {
    const std::string branch = curves.size() > 1 ? curves[i].branch : std::string();
    for (const auto& slice : curves[i].slices) {
      if (!slice.theory.empty()) {
        auto series = theory_series(curves[i], slice);
        series.label = joined(head_of(curves[i], first, "theory"), branch, slice.label);
        series.colour = fmt::format("theory-{}", theories.size() % 5 + 1);
        series.dashed = simulated && slice.simulation.empty();
        theories.push_back(std::move(series));
      }
      if (slice.simulation.empty()) continue;
      // Approximations of one state all carry the same simulation: it is drawn once.
      const bool known = std::any_of(drawn.begin(), drawn.end(), [&](const Slice* other) {
        return other->label == slice.label && other->simulation == slice.simulation;
      });
      if (known) continue;
      drawn.push_back(&slice);
      auto series = simulation_series(curves[i], slice);
      errors = errors || !series.low.empty();
      series.label = joined(head_of(curves[i], first, "simulation"), branch, slice.label);
      series.colour = fmt::format("simulation-{}", simulations.size() % 5 + 1);
      if (curves[i].name == first.name) {
        colours[branch + slice.label] = series.colour;
      } else {  // what was made of the simulation, over it
        if (const auto own = colours.find(branch + slice.label); own != colours.end()) series.colour = own->second;
        series.points = series.band = false;
        series.line = series.dashed = true;
        series.low.clear();
        series.high.clear();
      }
      simulations.push_back(std::move(series));
    }
  }
  if (first.logarithmic && theories.empty()) end_with_values(simulations, colours.size());
  if (simulations.size() == 1 && curves.front().slices.size() == 1) simulations.front().label = "simulation";
  if (errors) figure.note = simulations.front().band ? "Band: ± 2 standard errors." : "Bars: ± 2 standard errors.";
  if (curves.size() > shown)
    figure.note += fmt::format(" The first {} of {} branches are drawn.", shown, curves.size());
  for (auto& series : theories) figure.series.push_back(std::move(series));
  for (auto& series : simulations) figure.series.push_back(std::move(series));
  add_special_points(figure, curves, result);
  if (first.name.ends_with("_density")) trim_densities(figure.series);
  const bool decades =
      first.name.find("power_spectrum") != std::string::npos || first.name.find("distance") != std::string::npos;
  figure.y.logarithmic = first.logarithmic || (decades && wants_logarithm(figure.series));
  return figure;
}

std::optional<Figure> convergence_figure(const ResultJson& entry, const std::string& key) {
  const auto sizes = flattened(list_of(entry, "sizes"));
  const auto difference = flattened(list_of(entry, "difference"));
  const auto error = flattened(list_of(entry, "standard_error"));
  if (sizes.empty() || sizes.size() != difference.size()) return std::nullopt;
  Figure figure;
  figure.quantity = text_of(entry, "name");
  auto branch = text_of(entry, "branch");
  const auto also = [&](const std::string& text) { branch += (branch.empty() ? "" : ", ") + text; };
  if (entry.contains("component")) also(fmt::format("component {}", number_of(entry["component"])));
  if (const auto part = text_of(entry, "part"); !part.empty()) also(part + " part");
  figure.id = "convergence-" + figure.quantity + (branch.empty() ? "" : "-" + branch);
  figure.title = "Convergence: " + title_of_name(figure.quantity) + (branch.empty() ? "" : ", " + branch);
  figure.x.label = key.empty() || key == "network.size" ? "1 / N" : "1 / N, N = " + key;
  figure.y.label = "simulation − theory";
  Series measured;
  measured.label = "simulation − theory";
  measured.colour = "simulation-1";
  measured.points = true;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    measured.x.push_back(1.0 / sizes[i]);
    measured.y.push_back(difference[i]);
    if (error.size() != sizes.size()) continue;
    measured.low.push_back(difference[i] - kBandWidth * error[i]);
    measured.high.push_back(difference[i] + kBandWidth * error[i]);
  }
  const double end = 1.08 * *std::max_element(measured.x.begin(), measured.x.end());
  Series zero;
  zero.label = "no difference";
  zero.colour = "reference";
  zero.x = {0.0, end};
  zero.y = {0.0, 0.0};
  zero.line = zero.dashed = true;
  const double limit = entry.contains("limit") ? number_of(entry["limit"]) : NAN;
  const double slope = entry.contains("slope") ? number_of(entry["slope"]) : NAN;
  figure.series.push_back(zero);
  if (std::isfinite(limit) && std::isfinite(slope)) {
    Series fit = zero;
    fit.label = "fit a + b / N";
    fit.colour = "theory-1";
    fit.dashed = false;
    fit.y = {limit, limit + slope * end};
    figure.series.push_back(std::move(fit));
  }
  figure.series.push_back(std::move(measured));
  if (!error.empty()) figure.note = "Bars: ± 2 standard errors.";
  return figure;
}

}  // namespace limes::experiment

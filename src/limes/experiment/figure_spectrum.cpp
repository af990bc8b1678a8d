// Line spectra: peaks must be seen over ten decades, with their labels.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "limes/experiment/figure_kinds.hpp"

namespace limes::experiment {

namespace {

constexpr std::size_t kMostPoints = 800;
constexpr double kFloor = 1e-10;       // of the largest value: below lie side lobes and rounding
constexpr std::size_t kMostTexts = 7;  // more would hide each other

/// `2ω₁ − ω₂`; `3ω` where there is one base frequency.
std::string combination(int first, int second, bool two) {
  const auto term = [](int n, const char* symbol) {
    return fmt::format("{}{}", std::abs(n) == 1 ? "" : fmt::format("{}", std::abs(n)), symbol);
  };
  std::string text;
  if (first != 0) text = (first < 0 ? "−" : "") + term(first, two ? "ω₁" : "ω");
  if (second != 0) {
    text += text.empty() ? (second < 0 ? "−" : "") : (second < 0 ? "−" : "+");
    text += term(second, "ω₂");
  }
  return text;
}

/// The largest of each group of points, so that no peak is lost.
Series thinned(const std::vector<double>& x, const std::vector<double>& y) {
  Series series;
  const std::size_t group = (x.size() + kMostPoints - 1) / kMostPoints;
  for (std::size_t k = 0; k < x.size(); k += std::max<std::size_t>(1, group)) {
    std::size_t largest = k;
    for (std::size_t i = k; i < std::min(k + group, y.size()); ++i) {
      if (y[i] > y[largest] || !std::isfinite(y[largest])) largest = i;
    }
    series.x.push_back(x[largest]);
    series.y.push_back(y[largest]);
  }
  return series;
}

}  // namespace

const ResultJson& lines_of(const ResultJson& result, const std::string& branch) {
  for (const auto& entry : list_of(result, "curves")) {
    if (text_of(entry, "name") == "spectral_lines" && text_of(entry, "branch") == branch) {
      return list_of(entry, "simulation");
    }
  }
  static const ResultJson kNone = ResultJson::array();
  return kNone;
}

Figure spectrum_figure(const ReadCurve& curve, const ResultJson& lines) {
  Figure figure;
  figure.id = figure.quantity = curve.name;
  figure.title = title_of_name(curve.name);
  figure.x.label = label_with_unit(curve.axis_name, curve.axis_unit);
  figure.y.label = "mean square of a line";
  figure.y.logarithmic = true;
  if (curve.slices.empty() || curve.slices.front().simulation.empty()) return figure;
  Series spectrum = thinned(curve.axis, curve.slices.front().simulation);
  double largest = 0.0;
  for (const double y : spectrum.y) largest = std::isfinite(y) ? std::max(largest, y) : largest;
  if (!(largest > 0.0)) return figure;
  for (double& y : spectrum.y) y = std::max(y, kFloor * largest);
  spectrum.line = true;
  spectrum.label = "simulation";
  spectrum.colour = "simulation-1";
  figure.series.push_back(std::move(spectrum));

  Series marks;
  marks.label = "lines";
  marks.colour = "theory-1";
  marks.points = true;
  marks.shape = "diamond";
  bool two = false;
  for (const auto& line : lines) {
    if (line.is_array() && line.size() == 4) two = two || (number_of(line[3]) != 0.0 && line[3].is_number());
  }
  for (const auto& line : lines) {
    if (!line.is_array() || line.size() != 4 || !line[0].is_number()) continue;
    marks.x.push_back(number_of(line[0]));
    marks.y.push_back(std::max(kFloor * largest, 0.5 * number_of(line[1]) * number_of(line[1])));
    const bool shown = marks.texts.size() < kMostTexts;
    marks.texts.push_back(
        shown ? combination(static_cast<int>(number_of(line[2])), static_cast<int>(number_of(line[3])), two) : "");
  }
  if (marks.x.empty()) return figure;
  figure.labelled = true;
  figure.note = fmt::format("The {} strongest lines; the first {} carry their labels.", marks.x.size(),
                            std::min(marks.x.size(), kMostTexts));
  figure.series.push_back(std::move(marks));
  return figure;
}

}  // namespace limes::experiment

// Curves of a sweep: one small plot for each of its points.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "limes/experiment/figure_kinds.hpp"

namespace limes::experiment {

namespace {

constexpr std::size_t kMostPanels = 12;
constexpr std::size_t kMostTexts = 3;  // of the strongest lines: more would hide each other in a small plot

std::vector<std::string> swept_keys(const ResultJson& result) {
  std::vector<std::string> keys;
  for (const auto& axis : list_of(object_of(result, "sweep"), "over")) keys.push_back(text_of(axis, "key"));
  return keys;
}

/// The element of nested arrays at these indices; null where there is none.
const ResultJson& element(const ResultJson& nested, const std::vector<std::size_t>& indices) {
  static const ResultJson kNone;
  const ResultJson* at = &nested;
  for (const std::size_t index : indices) {
    if (!at->is_array() || index >= at->size()) return kNone;
    at = &(*at)[index];
  }
  return *at;
}

/// `gain = 1.2, size = 100`: the last parts of the keys tell enough beside the axes of the other figures.
std::string point_title(const ResultJson& axes, const std::vector<std::string>& keys,
                        const std::vector<std::size_t>& indices) {
  std::string title;
  for (std::size_t a = 0; a < keys.size(); ++a) {
    const auto& labels = list_of(axes[a], "labels");
    const auto& values = list_of(axes[a], "values");
    const std::string value = indices[a] < labels.size() && labels[indices[a]].is_string()
                                  ? labels[indices[a]].get<std::string>()
                                  : fmt::format("{:.6g}", number_of(element(values, {indices[a]})));
    title += fmt::format("{}{} = {}", title.empty() ? "" : ", ", keys[a].substr(keys[a].rfind('.') + 1), value);
  }
  return title;
}

/// The quantities NAME_fraction that are 1 at this point: what all realisations are.
std::string whole_shares(const ResultJson& result, const std::vector<std::size_t>& indices) {
  static const std::string kEnd = "_fraction";
  std::string names;
  for (const auto& entry : list_of(result, "curves")) {
    const std::string name = text_of(entry, "name");
    if (!name.ends_with(kEnd) || list_of(entry, "axes").size() != indices.size()) continue;
    const auto& value = element(list_of(entry, "simulation"), indices);
    if (!value.is_number() || number_of(value) != 1.0) continue;
    std::string words = name.substr(0, name.size() - kEnd.size());
    std::replace(words.begin(), words.end(), '_', ' ');
    if (names.find(words) == std::string::npos) names += (names.empty() ? "" : ", ") + words;
  }
  return names;
}

/// The curve of one point, as a run would give it.
ResultJson curve_at(const ResultJson& entry, const std::vector<std::size_t>& indices) {
  ResultJson curve = ResultJson::object();
  for (const char* member : {"name", "unit", "branch", "scale"}) {
    if (!text_of(entry, member).empty()) curve[member] = entry[member];
  }
  auto& axes = curve["axes"] = ResultJson::array();
  const auto& all = list_of(entry, "axes");
  for (std::size_t a = indices.size(); a < all.size(); ++a) axes.push_back(all[a]);
  for (const char* side : {"theory", "simulation", "standard_error"}) {
    const auto& values = element(list_of(entry, side), indices);
    curve[side] = values.is_array() ? values : ResultJson::array();
  }
  return curve;
}

/// The kept curve NAME_bound of the curve NAME; null where there is none.
const ResultJson* bound_of(const ResultJson& entry, const ResultJson& result) {
  for (const auto& other : list_of(result, "curves")) {
    if (text_of(other, "name") == text_of(entry, "name") + "_bound" && is_kept_curve(other, result)) return &other;
  }
  return nullptr;
}

Figure figure_at(const ReadCurve& curve, const ResultJson& entry, const ResultJson& result,
                 const std::vector<std::size_t>& indices) {
  if (curve.complex) return plane_figure({curve}, result);
  if (curve.name != "mean_output_spectrum") {
    Figure figure = line_figure({curve}, result);
    if (const ResultJson* bound = bound_of(entry, result)) {
      if (const auto read = read_curve(curve_at(*bound, indices))) add_bound(figure, *read);
    }
    return figure;
  }
  const auto& lines = element(lines_of(result, text_of(entry, "branch")), indices);
  return spectrum_figure(curve, lines.is_array() ? lines : ResultJson::array());
}

}  // namespace

bool is_kept_curve(const ResultJson& entry, const ResultJson& result) {
  const auto keys = swept_keys(result);
  const auto& axes = list_of(entry, "axes");
  if (keys.empty() || axes.size() <= keys.size()) return false;
  for (std::size_t a = 0; a < keys.size(); ++a) {
    if (text_of(axes[a], "name") != keys[a]) return false;
  }
  return true;
}

std::optional<Figure> panel_figure(const ResultJson& entry, const ResultJson& result) {
  const auto keys = swept_keys(result);
  const auto& axes = list_of(entry, "axes");
  std::size_t cells = 1;
  for (std::size_t a = 0; a < keys.size(); ++a) cells *= list_of(axes[a], "values").size();
  Figure figure;
  const std::string branch = text_of(entry, "branch");
  const std::size_t shown = std::min(cells, kMostPanels);
  std::size_t found = 0;
  for (std::size_t k = 0; k < shown; ++k) {
    std::size_t cell = shown == 1 ? 0 : k * (cells - 1) / (shown - 1);
    std::vector<std::size_t> indices(keys.size());
    for (std::size_t a = keys.size(); a-- > 0;) {
      const std::size_t extent = list_of(axes[a], "values").size();
      indices[a] = cell % extent;
      cell /= extent;
    }
    Panel panel{point_title(axes, keys, indices), whole_shares(result, indices), {}, false};
    if (const auto curve = read_curve(curve_at(entry, indices), 2)) {
      Figure own = figure_at(*curve, entry, result, indices);
      panel.series = std::move(own.series);
      for (Series& series : panel.series) series.texts.resize(std::min(series.texts.size(), kMostTexts));
      panel.equal_aspect = own.equal_aspect;
      if (found++ == 0) {
        figure.quantity = own.quantity;
        figure.x = own.x;
        figure.y = own.y;
      }
    }
    figure.panels.push_back(std::move(panel));
  }
  if (found == 0) return std::nullopt;
  figure.id = text_of(entry, "name") + (branch.empty() ? "" : "-" + branch);
  figure.title = title_of_name(text_of(entry, "name")) + (branch.empty() ? "" : ", " + branch);
  if (shown < cells) figure.note = fmt::format("{} of the {} points are drawn; the files hold all.", shown, cells);
  return figure;
}

}  // namespace limes::experiment

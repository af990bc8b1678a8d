#include "limes/experiment/figure_panels_svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

#include "limes/experiment/figure_marks.hpp"
#include "limes/experiment/figure_scale.hpp"
#include "limes/experiment/report_text.hpp"

namespace limes::experiment {

namespace {

constexpr double kWidth = 640.0;
constexpr double kSide = 22.0;  // the common label of the vertical axes
constexpr std::size_t kColumns = 3;
constexpr double kCell = (kWidth - kSide) / kColumns;
constexpr double kLeft = 42.0;  // tick labels
constexpr double kPlotWidth = kCell - kLeft - 18.0;
constexpr double kPlotHeight = 128.0;
constexpr double kLetter = 5.5;  // width of one, of tick labels
constexpr double kHead = 34.0;   // two lines
constexpr double kFoot = 26.0;
constexpr double kRow = kHead + kPlotHeight + kFoot;

using Out = std::back_insert_iterator<std::string>;

/// The panel as a figure of its own, for its scales.
Figure alone(const Figure& figure, const Panel& panel) {
  Figure own;
  own.x = figure.x;
  own.y = figure.y;
  own.series = panel.series;
  return own;
}

void write_frame(Out out, const SvgFrame& frame) {
  const double bottom = frame.top + frame.height, right = frame.left + frame.x.length;
  std::vector<Tick> places = ticks(frame.x, 3);
  double letters = 0.0;
  for (const Tick& tick : places) letters += static_cast<double>(tick.label.size()) + 1.0;
  if (letters * kLetter > kPlotWidth) places = ticks(frame.x, 1);
  for (const auto& tick : places) {
    const double px = frame.px(tick.value);
    fmt::format_to(out,
                   "<path class=\"grid\" d=\"M{0:.1f} {1:.1f}V{2:.1f}\"/><text class=\"tick small\" x=\"{0:.1f}\" "
                   "y=\"{3:.1f}\" text-anchor=\"middle\">{4}</text>",
                   px, frame.top, bottom, bottom + 13.0, tick.label);
  }
  for (const auto& tick : ticks(frame.y, 4)) {
    const double py = frame.py(tick.value);
    fmt::format_to(out,
                   "<path class=\"grid\" d=\"M{0:.1f} {1:.1f}H{2:.1f}\"/><text class=\"tick small\" x=\"{3:.1f}\" "
                   "y=\"{4:.1f}\" text-anchor=\"end\">{5}</text>",
                   frame.left, py, right, frame.left - 4.0, py + 3.5, tick.label);
  }
  fmt::format_to(out, "<rect class=\"frame\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>",
                 frame.left, frame.top, frame.x.length, frame.height);
}

struct Scales {
  Scale x, y;
};

struct Extent {
  double low = INFINITY, high = -INFINITY;
  [[nodiscard]] double length() const { return high - low; }
};

Extent values_of(const Panel& panel) {
  Extent extent;
  for (const Series& series : panel.series) {
    for (const double y : series.y) {
      if (!std::isfinite(y)) continue;
      extent.low = std::min(extent.low, y);
      extent.high = std::max(extent.high, y);
    }
  }
  return extent;
}

/// Lines share the vertical axis, so that one sees them grow; planes and spectra have their own, but one that is nearly
/// a point (a fixed point) is not blown up to its rounding.
std::vector<Scales> scales_of(const Figure& figure) {
  constexpr double kLeastShare = 0.05;  // of the widest panel
  constexpr double kFlat = 1e-6;        // a line is constant beside the others: only where it lies counts
  std::vector<Scales> all;
  double low = INFINITY, high = -INFINITY, widest = 0.0, tallest = 0.0;
  for (const Panel& panel : figure.panels) tallest = std::max(tallest, values_of(panel).length());
  for (const Panel& panel : figure.panels) {
    const Figure own = alone(figure, panel);
    const bool texts =
        std::any_of(own.series.begin(), own.series.end(), [](const Series& s) { return !s.texts.empty(); });
    all.push_back({scale_of(own, false, kPlotWidth, 0.04), scale_of(own, true, kPlotHeight, texts ? 0.2 : 0.08)});
    if (panel.series.empty()) continue;
    const Extent values = values_of(panel);
    const bool flat = values.length() <= kFlat * tallest && tallest > 0.0;
    low = std::min(low, flat ? values.low : all.back().y.low);
    high = std::max(high, flat ? values.high : all.back().y.high);
    widest = std::max({widest, all.back().y.high - all.back().y.low, all.back().x.high - all.back().x.low});
  }
  for (std::size_t k = 0; k < all.size(); ++k) {
    if (figure.y.logarithmic) continue;
    if (!figure.panels[k].equal_aspect) {
      all[k].y.low = low;
      all[k].y.high = high;
      continue;
    }
    for (Scale* scale : {&all[k].x, &all[k].y}) {
      const double middle = 0.5 * (scale->low + scale->high);
      const double half = std::max(0.5 * (scale->high - scale->low), 0.5 * kLeastShare * widest);
      scale->low = middle - half;
      scale->high = middle + half;
    }
    equalise(all[k].x, all[k].y);
  }
  return all;
}

}  // namespace

std::string panels_svg(const Figure& figure, double top, const std::string& clip, double& height) {
  std::string svg;
  const Out out = std::back_inserter(svg);
  const std::vector<Scales> scales = scales_of(figure);
  const std::size_t rows = (figure.panels.size() + kColumns - 1) / kColumns;
  for (std::size_t k = 0; k < figure.panels.size(); ++k) {
    const Panel& panel = figure.panels[k];
    SvgFrame frame;
    frame.left = kSide + kCell * static_cast<double>(k % kColumns) + kLeft;
    frame.top = top + kRow * static_cast<double>(k / kColumns) + kHead;
    frame.height = kPlotHeight;
    frame.x = scales[k].x;
    frame.y = scales[k].y;
    fmt::format_to(out,
                   "<text class=\"head\" x=\"{0:.1f}\" y=\"{1:.1f}\">{2}</text><text class=\"tick\" x=\"{0:.1f}\" "
                   "y=\"{3:.1f}\">{4}</text>",
                   frame.left, frame.top - 20.0, escaped(panel.title), frame.top - 6.0, escaped(panel.subtitle));
    if (panel.series.empty()) {
      fmt::format_to(out, "<text class=\"tick\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">no values</text>",
                     frame.left + kPlotWidth / 2, frame.top + kPlotHeight / 2);
      continue;
    }
    write_frame(out, frame);
    fmt::format_to(out,
                   "<clipPath id=\"{0}-{1}\"><rect x=\"{2:.1f}\" y=\"{3:.1f}\" width=\"{4:.1f}\" height=\"{5:.1f}\"/>"
                   "</clipPath><g clip-path=\"url(#{0}-{1})\">",
                   clip, k, frame.left, frame.top, frame.x.length, frame.height);
    for (const auto& series : panel.series) svg += series_svg(series, frame);
    svg += "</g>";
  }
  const double bottom = top + kRow * static_cast<double>(rows);
  fmt::format_to(out, "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>", kWidth / 2, bottom + 8.0,
                 escaped(figure.x.label));
  fmt::format_to(out, "<text transform=\"translate(14 {:.1f}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
                 (top + bottom) / 2, escaped(figure.y.label));
  height = bottom + 18.0 - top;
  return svg;
}

}  // namespace limes::experiment

#include "limes/experiment/figure_marks.hpp"

#include <fmt/format.h>
#include <cmath>
#include <iterator>

#include "limes/experiment/report_text.hpp"

namespace limes::experiment {

namespace {

using Out = std::back_insert_iterator<std::string>;

/// An edge of a band: what lies at or below zero has no place on a logarithmic axis and goes to its low end.
double band_edge(const SvgFrame& frame, double value) {
  return frame.y.logarithmic && value <= 0.0 ? frame.top + frame.height : frame.py(value);
}

void write_line(Out out, const Series& series, const SvgFrame& frame) {
  std::string path;
  bool pen_down = false;
  const auto drawn = [&](std::size_t i) {
    return i < series.x.size() && std::isfinite(frame.px(series.x[i])) && std::isfinite(frame.py(series.y[i]));
  };
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    const double px = frame.px(series.x[i]), py = frame.py(series.y[i]);
    if (!std::isfinite(px) || !std::isfinite(py)) {
      pen_down = false;
      continue;
    }
    fmt::format_to(std::back_inserter(path), "{}{:.1f} {:.1f}", pen_down ? "L" : "M", px, py);
    if (!pen_down && !drawn(i + 1)) path += "h.01";  // a point without neighbours: the round ends of the line
    pen_down = true;
  }
  const bool thin = series.colour.rfind("simulation", 0) == 0 || series.colour == "reference";
  fmt::format_to(out, "<path class=\"l{}\"{} d=\"{}\"/>", thin ? " thin" : "",
                 series.dashed ? " stroke-dasharray=\"6 4\"" : "", path);
}

void write_band(Out out, const Series& series, const SvgFrame& frame) {
  std::string forth, back;
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    const double px = frame.px(series.x[i]);
    const double low = band_edge(frame, series.low[i]), high = band_edge(frame, series.high[i]);
    if (!std::isfinite(px) || !std::isfinite(low) || !std::isfinite(high)) continue;
    fmt::format_to(std::back_inserter(forth), "{}{:.1f} {:.1f}", forth.empty() ? "M" : "L", px, high);
    back.insert(0, fmt::format("L{:.1f} {:.1f}", px, low));
  }
  if (!forth.empty()) fmt::format_to(out, "<path class=\"b\" d=\"{}{}Z\"/>", forth, back);
}

}  // namespace

std::string mark_svg(const std::string& shape, double px, double py, double radius) {
  std::string svg;
  const Out out = std::back_inserter(svg);
  if (shape == "dash") {
    fmt::format_to(out, "<path class=\"l\" d=\"M{:.1f} {:.1f}h6\"/>", px - 3.0, py);
  } else if (shape == "ring") {
    fmt::format_to(out, "<circle class=\"o\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\"/>", px, py, radius);
  } else if (shape == "diamond") {
    fmt::format_to(out, "<path class=\"o\" d=\"M{:.1f} {:.1f}l6 6l-6 6l-6 -6Z\"/>", px, py - 6.0);
  } else {
    fmt::format_to(out, "<circle class=\"p\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\"/>", px, py, radius);
  }
  return svg;
}

namespace {

double mark_radius(std::size_t marks) { return marks > 400 ? 1.8 : marks > 100 ? 2.3 : 3.2; }

void write_points(Out out, const Series& series, const SvgFrame& frame) {
  const std::size_t stride = mark_stride(series);
  const double radius = mark_radius(series.x.size() / stride);
  for (std::size_t i = 0; i < series.x.size(); i += stride) {
    const double px = frame.px(series.x[i]), py = frame.py(series.y[i]);
    if (!std::isfinite(px) || !std::isfinite(py)) continue;
    if (!series.band && i < series.low.size() && std::isfinite(series.low[i]) && std::isfinite(series.high[i])) {
      fmt::format_to(out, "<path class=\"e\" d=\"M{:.1f} {:.1f}V{:.1f}\"/>", px, band_edge(frame, series.low[i]),
                     band_edge(frame, series.high[i]));
    }
    fmt::format_to(out, "{}", mark_svg(series.shape, px, py, radius));
    if (i < series.texts.size() && !series.texts[i].empty()) {
      fmt::format_to(out, "<text class=\"tick\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>", px,
                     py - 8.0, escaped(series.texts[i]));
    }
  }
}

}  // namespace

std::string series_svg(const Series& series, const SvgFrame& frame) {
  std::string svg;
  const Out out = std::back_inserter(svg);
  fmt::format_to(out, "<g class=\"s-{}\">", series.colour);
  if (series.band) write_band(out, series, frame);
  if (series.line) write_line(out, series, frame);
  if (series.points) write_points(out, series, frame);
  svg += "</g>";
  return svg;
}

}  // namespace limes::experiment

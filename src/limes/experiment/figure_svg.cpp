#include "limes/experiment/figure_svg.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>

#include "limes/experiment/figure_map_svg.hpp"
#include "limes/experiment/figure_marks.hpp"
#include "limes/experiment/figure_panels_svg.hpp"
#include "limes/experiment/figure_scale.hpp"
#include "limes/experiment/report_text.hpp"

namespace limes::experiment {

namespace {

constexpr double kWidth = 640.0;
constexpr double kLeft = 76.0;
constexpr double kRight = 18.0;
constexpr double kMapRight = 92.0;  // beside a heat map stands its colour scale
constexpr double kBottom = 56.0;
constexpr double kPlotHeight = 316.0;
constexpr double kLegendLine = 20.0;

// The palette of Okabe and Ito (2008), darkened for thin lines on white: distinct under all common colour blindness.
// The page has its own colours for light and dark (assets/report.css); files use no CSS variables, which editors lack.
constexpr std::array<std::pair<const char*, const char*>, 13> kPalette = {{{"theory-1", "#0b5394"},
                                                                           {"theory-2", "#7b4ba3"},
                                                                           {"theory-3", "#00795a"},
                                                                           {"theory-4", "#8c6a00"},
                                                                           {"theory-5", "#5f6b7a"},
                                                                           {"simulation-1", "#d35400"},
                                                                           {"simulation-2", "#b5306f"},
                                                                           {"simulation-3", "#4d8f00"},
                                                                           {"simulation-4", "#b58900"},
                                                                           {"simulation-5", "#5b7fc7"},
                                                                           {"reference", "#8a929c"},
                                                                           {"contour", "#111111"},
                                                                           {"halo", "#ffffff"}}};
constexpr const char* kFileStyle =
    ".fg text{font-family:system-ui,-apple-system,'Segoe UI','Helvetica Neue',Arial,sans-serif;font-size:13px;"
    "fill:#1d232b}.fg .tick{fill:#5b6570;font-size:12px}.fg .grid{stroke:#e6e9ed}.fg .frame{fill:none;stroke:#a9b0b8}"
    ".fg .l{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}.fg .s-halo .l{stroke-width:4;"
    "stroke-opacity:.8}.fg .thin{stroke-width:1.3}.fg .b{fill-opacity:.2}"
    ".fg .p{stroke:#fff;stroke-width:.6}.fg .o{fill:none;stroke-width:1.4}.fg .e{stroke-width:1.1;stroke-opacity:.65}"
    ".fg .title{font-size:16px;font-weight:600}.fg .note{fill:#5b6570;font-size:12px}"
    ".fg .span{fill:#8a929c;fill-opacity:.16}.fg .small{font-size:10.5px}.fg .head{font-weight:600}";

std::string file_style() {
  std::string style = kFileStyle;
  for (const auto& [name, colour] : kPalette) {
    style += fmt::format(".s-{0} .l,.s-{0} .o,.s-{0} .e{{stroke:{1}}}.s-{0} .p,.s-{0} .b{{fill:{1}}}", name, colour);
  }
  return "<style>" + style + "</style>";
}

using Out = std::back_insert_iterator<std::string>;

void write_axes(Out out, const Figure& figure, const SvgFrame& frame) {
  const double bottom = frame.top + kPlotHeight, right = kLeft + frame.x.length;
  for (const auto& tick : ticks(frame.x, 7)) {
    const double px = frame.px(tick.value);
    fmt::format_to(out,
                   "<path class=\"grid\" d=\"M{0:.1f} {1:.1f}V{2:.1f}\"/><text class=\"tick\" x=\"{0:.1f}\" "
                   "y=\"{3:.1f}\" text-anchor=\"middle\">{4}</text>",
                   px, frame.top, bottom, bottom + 18.0, tick.label);
  }
  for (const auto& tick : ticks(frame.y, 6)) {
    const double py = frame.py(tick.value);
    fmt::format_to(out,
                   "<path class=\"grid\" d=\"M{0} {1:.1f}H{2}\"/><text class=\"tick\" x=\"{3}\" y=\"{4:.1f}\" "
                   "text-anchor=\"end\">{5}</text>",
                   kLeft, py, right, kLeft - 8.0, py + 4.0, tick.label);
  }
  fmt::format_to(out, "<rect class=\"frame\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>", kLeft, frame.top,
                 frame.x.length, kPlotHeight);
  fmt::format_to(out, "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>", kLeft + frame.x.length / 2,
                 bottom + 42.0, escaped(figure.x.label));
  fmt::format_to(out, "<text transform=\"translate(18 {:.1f}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
                 frame.top + kPlotHeight / 2, escaped(figure.y.label));
}

/// Characters of UTF-8 text (bytes that start one).
double characters(const std::string& text) {
  return static_cast<double>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Writes the legend from `top` on and returns its height.
double write_legend(std::string& text, const Figure& figure, double top) {
  double x = kLeft, y = top;
  if (figure.map) {
    fmt::format_to(std::back_inserter(text), "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>",
                   kWidth - 8.0, top + 4.5, escaped(figure.map->label));
    return kLegendLine;
  }
  for (const auto& series : figure.series) {
    const double width = 46.0 + 6.9 * characters(series.label);
    if (x > kLeft && x + width > kWidth) {
      x = kLeft;
      y += kLegendLine;
    }
    const Out out = std::back_inserter(text);
    fmt::format_to(out, "<g class=\"s-{}\">", series.colour);
    if (series.band) {
      fmt::format_to(out, "<rect class=\"b\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"24\" height=\"10\"/>", x, y - 5.0);
    }
    if (series.line) {
      fmt::format_to(out, "<path class=\"l\"{} d=\"M{:.1f} {:.1f}h24\"/>",
                     series.dashed ? " stroke-dasharray=\"6 4\"" : "", x, y);
    }
    if (series.points) text += mark_svg(series.shape, x + 12.0, y, 3.2);
    fmt::format_to(out, "<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text></g>", x + 30.0, y + 4.5, escaped(series.label));
    x += width;
  }
  return y - top + kLegendLine;
}

}  // namespace

std::string figure_svg(const Figure& figure, SvgUse use) {
  const bool file = use == SvgUse::kFile;
  std::string head;
  double top = 14.0;
  if (file) {
    head += fmt::format("<text class=\"title\" x=\"{}\" y=\"28\">{}</text>", kLeft, escaped(figure.title));
    top = 50.0;
  }
  top += write_legend(head, figure, top);
  if (file && !figure.note.empty()) {
    head += fmt::format("<text class=\"note\" x=\"{}\" y=\"{:.1f}\">{}</text>", kLeft, top + 3.0, escaped(figure.note));
    top += 18.0;
  }

  const std::string clip = (file ? "clip-" : "page-clip-") + figure.id;
  std::string panels;
  double plot_height = kPlotHeight + kBottom;
  if (!figure.panels.empty()) panels = panels_svg(figure, top - kLegendLine, clip, plot_height);
  SvgFrame frame;
  frame.left = kLeft;
  frame.height = kPlotHeight;
  const double margin = figure.map ? 0.0 : 1.0;
  frame.x = scale_of(figure, false, kWidth - kLeft - (figure.map ? kMapRight : kRight), 0.03 * margin);
  frame.y = scale_of(figure, true, kPlotHeight, 0.06 * margin);
  frame.top = top;
  if (figure.equal_aspect) equalise(frame.x, frame.y);
  const double height = top + plot_height;

  std::string svg;
  const Out out = std::back_inserter(svg);
  fmt::format_to(out,
                 "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"fg\" viewBox=\"0 0 {0} {1:.0f}\"{2} role=\"img\" "
                 "aria-label=\"{3}\">",
                 kWidth, height, file ? fmt::format(" width=\"{}\" height=\"{:.0f}\"", kWidth, height) : std::string(),
                 escaped(figure.title));
  if (file) {
    svg += file_style();
    fmt::format_to(out, "<rect width=\"{}\" height=\"{:.0f}\" fill=\"#fff\"/>", kWidth, height);
  }
  svg += head;
  if (!panels.empty()) return svg + panels + "</svg>\n";
  write_axes(out, figure, frame);
  fmt::format_to(
      out,
      "<clipPath id=\"{}\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/></clipPath><g clip-path=\"url(#{})\">",
      clip, kLeft, top, frame.x.length, kPlotHeight, clip);
  if (figure.map) {
    svg += "<g shape-rendering=\"crispEdges\">";  // no seams between cells
    svg += map_cells(
        *figure.map, [&](double x) { return frame.px(x); }, [&](double y) { return frame.py(y); });
    svg += "</g>";
  }
  for (const auto& span : figure.spans) {
    const double from = std::max(frame.px(span.from), kLeft);
    const double to = std::min(frame.px(span.to), kLeft + frame.x.length);
    if (!(to > from)) continue;
    fmt::format_to(out, "<rect class=\"span\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\"/>", from, top,
                   to - from, kPlotHeight);
  }
  for (const auto& series : figure.series) svg += series_svg(series, frame);
  svg += "</g>";
  if (figure.map) svg += map_scale(*figure.map, kLeft + frame.x.length + 14.0, top, kPlotHeight);
  svg += "</svg>\n";
  return svg;
}

}  // namespace limes::experiment

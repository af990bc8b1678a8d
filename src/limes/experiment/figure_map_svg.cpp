// The cells of a heat map and its colour scale.
#include "limes/experiment/figure_map_svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "limes/experiment/report_text.hpp"

namespace limes::experiment {

namespace {

// Nine equidistant colours of viridis (S. van der Walt and N. Smith, matplotlib 2015; CC0): even in lightness, so that
// it reads without colour too; linear in between.
constexpr std::array<std::array<double, 3>, 9> kViridis = {{{68, 1, 84},
                                                            {71, 44, 122},
                                                            {59, 81, 139},
                                                            {44, 113, 142},
                                                            {33, 144, 141},
                                                            {39, 173, 129},
                                                            {92, 200, 99},
                                                            {170, 220, 50},
                                                            {253, 231, 37}}};

}  // namespace

std::string map_colour(double share) {
  const double place = std::clamp(share, 0.0, 1.0) * (kViridis.size() - 1);
  const auto left = std::min(static_cast<std::size_t>(place), kViridis.size() - 2);
  const double part = place - static_cast<double>(left);
  std::string text = "#";
  for (std::size_t c = 0; c < 3; ++c) {
    const double value = kViridis[left][c] + part * (kViridis[left + 1][c] - kViridis[left][c]);
    text += fmt::format("{:02x}", static_cast<int>(std::lround(value)));
  }
  return text;
}

std::string map_cells(const HeatMap& map, const std::function<double(double)>& px,
                      const std::function<double(double)>& py) {
  std::string svg;
  const auto out = std::back_inserter(svg);
  const std::size_t columns = map.x_edges.size() - 1, rows = map.y_edges.size() - 1;
  for (std::size_t i = 0; i < columns; ++i) {
    for (std::size_t j = 0; j < rows; ++j) {
      const std::size_t cell = i * rows + j;
      const double value = map.values[cell];
      const bool titled = cell < map.titles.size();
      if (!std::isfinite(value) && !titled) continue;
      const double left = px(map.x_edges[i]), right = px(map.x_edges[i + 1]);
      const double low = py(map.y_edges[j]), high = py(map.y_edges[j + 1]);
      // No value: nothing but the title.
      fmt::format_to(out, "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\"", left, high,
                     right - left, low - high,
                     std::isfinite(value) ? map_colour((value - map.low) / (map.high - map.low)) : "transparent");
      if (titled) {
        fmt::format_to(out, "><title>{}</title></rect>", escaped(map.titles[cell]));
      } else {
        svg += "/>";
      }
    }
  }
  return svg;
}

std::string map_scale(const HeatMap& map, double left, double top, double height) {
  constexpr int kSteps = 64;
  constexpr double kWidth = 14.0;
  std::string svg;
  const auto out = std::back_inserter(svg);
  for (int k = 0; k < kSteps; ++k) {
    fmt::format_to(out, "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{}\" height=\"{:.1f}\" fill=\"{}\"/>", left,
                   top + height * (kSteps - 1 - k) / kSteps, kWidth, height / kSteps + 0.4,
                   map_colour((k + 0.5) / kSteps));
  }
  const Scale scale{map.low, map.high, false, height};
  for (const Tick& tick : ticks(scale, 5)) {
    fmt::format_to(out, "<text class=\"tick\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>", left + kWidth + 5.0,
                   top + height - scale.place(tick.value) + 4.0, tick.label);
  }
  return svg;
}

}  // namespace limes::experiment

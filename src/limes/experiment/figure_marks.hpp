#pragma once
// Series as SVG elements inside a frame: shared by whole figures and small panels.

#include <string>

#include "limes/experiment/figure.hpp"
#include "limes/experiment/figure_scale.hpp"

namespace limes::experiment {

/// Where the data of a plot stand on the drawing.
struct SvgFrame {
  Scale x;
  Scale y;
  double left = 0.0;
  double top = 0.0;
  double height = 0.0;
  [[nodiscard]] double px(double value) const { return left + x.place(value); }
  [[nodiscard]] double py(double value) const { return top + height - y.place(value); }
};

/// Band, line, marks and their texts, in a group of the series' colour.
[[nodiscard]] std::string series_svg(const Series& series, const SvgFrame& frame);

/// One mark at a place of the drawing.
[[nodiscard]] std::string mark_svg(const std::string& shape, double px, double py, double radius);

}  // namespace limes::experiment

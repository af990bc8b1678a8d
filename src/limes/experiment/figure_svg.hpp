#pragma once
#include <string>

#include "limes/experiment/figure.hpp"

namespace limes::experiment {

enum class SvgUse {
  kFile,  ///< a file of its own: title, white ground, light colours
  kPage   ///< inside the report: no title, colours from the page's style sheet (light and dark)
};

/// The figure as static SVG, 640 units wide. Text from the result is escaped.
[[nodiscard]] std::string figure_svg(const Figure& figure, SvgUse use = SvgUse::kFile);

}  // namespace limes::experiment

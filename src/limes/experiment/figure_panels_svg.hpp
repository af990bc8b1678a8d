#pragma once
#include <string>

#include "limes/experiment/figure.hpp"

namespace limes::experiment {

/// The small plots of a figure, three to a row, from `top` downwards on a drawing 640 units wide; `height` receives
/// what they take, labels of the axes included. `clip` names their clip paths.
[[nodiscard]] std::string panels_svg(const Figure& figure, double top, const std::string& clip, double& height);

}  // namespace limes::experiment

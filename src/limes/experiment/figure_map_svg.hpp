#pragma once
#include <functional>
#include <string>

#include "limes/experiment/figure.hpp"
#include "limes/experiment/figure_scale.hpp"

namespace limes::experiment {

/// `#21908d`: the colour of a value at this share (0 to 1) of the range.
[[nodiscard]] std::string map_colour(double share);

/// The cells; `px` and `py` take data to pixels.
[[nodiscard]] std::string map_cells(const HeatMap& map, const std::function<double(double)>& px,
                                    const std::function<double(double)>& py);

/// The colour scale with its ticks, a bar from `top` downwards.
[[nodiscard]] std::string map_scale(const HeatMap& map, double left, double top, double height);

}  // namespace limes::experiment

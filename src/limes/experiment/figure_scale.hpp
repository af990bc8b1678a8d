#pragma once
// Axes: the range that holds the data, round tick values, and their labels.

#include <string>
#include <vector>

#include "limes/experiment/figure.hpp"

namespace limes::experiment {

struct Tick {
  double value;
  std::string label;
};

/// From data to a length in pixels along one axis.
struct Scale {
  double low = 0.0;
  double high = 1.0;
  bool logarithmic = false;
  double length = 1.0;  ///< pixels

  /// Pixels from the low end; NaN for a value that has no place (not finite; not positive on a logarithmic axis).
  [[nodiscard]] double place(double value) const;
};

/// The range of a figure's data along x or y (errors included), widened by `margin` of its length and never empty.
[[nodiscard]] Scale scale_of(const Figure& figure, bool vertical, double length, double margin);

/// Widens the narrower of two linear scales about its middle until one unit has the same length on both.
void equalise(Scale& x, Scale& y);

/// Round values (1, 2, 5 times a power of ten; on a logarithmic axis powers of ten, with 2 and 5 where there are few)
/// inside the scale, about `wanted` of them.
[[nodiscard]] std::vector<Tick> ticks(const Scale& scale, int wanted);

}  // namespace limes::experiment

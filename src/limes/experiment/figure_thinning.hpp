#pragma once
// Fewer points for display, with the same look. The values themselves stay in the result files.

#include <cstddef>
#include <vector>

namespace limes::experiment {

/// Indices, ascending, of at most `most` (>= 3) of the points that keep the outline of a line: the largest-triangle
/// method in equal buckets (S. Steinarsson, MSc thesis, University of Iceland, 2013). First and last point are kept; a
/// missing value (NaN) is never chosen for its area. All indices if there are no more than `most` points.
[[nodiscard]] std::vector<std::size_t> outline_indices(const std::vector<double>& x, const std::vector<double>& y,
                                                       std::size_t most);

/// Indices, ascending, of at most `most` points of a cloud: the `most / 4` farthest from the centre of the cloud (what
/// an eye looks for in a spectrum) and an even selection of the others.
[[nodiscard]] std::vector<std::size_t> cloud_indices(const std::vector<double>& x, const std::vector<double>& y,
                                                     std::size_t most);

}  // namespace limes::experiment

#pragma once
#include <complex>
#include <vector>

#include "limes/rate/simulation/attractor_class.hpp"

namespace limes::rate {

/// The last `most` states, their mean subtracted, on their two leading principal components, divided by sqrt(N): so
/// that the mean square of a coordinate is its share of the variance per neuron. Each component points to where its
/// largest entry is positive. Zero where there is no variance.
[[nodiscard]] std::vector<std::complex<double>> principal_plane(const OrbitEnd& orbit, std::size_t most);

}  // namespace limes::rate

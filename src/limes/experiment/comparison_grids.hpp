#pragma once
// Curves on different grids: channels, matching axes, interpolation along the last axis.

#include <Eigen/Core>
#include <array>
#include <optional>
#include <span>
#include <vector>

#include "limes/system/outcome.hpp"

namespace limes::experiment {

/// How one point follows from neighbouring grid points: sum_i weights[i] y[start + i].
struct Stencil {
  std::size_t start = 0;
  std::size_t count = 1;
  std::array<double, 4> weights{1.0, 0.0, 0.0, 0.0};

  /// The value of y there; NaN if a used grid point is.
  [[nodiscard]] double apply(std::span<const double> y, std::size_t stride = 1) const;
};

/// For each target position the stencil on the ascending `grid`: the point itself where it coincides (to 1e-9 of the
/// grid's extent), else cubic interpolation (linear or quadratic on grids of two or three points); none outside.
[[nodiscard]] std::vector<std::optional<Stencil>> stencils(std::span<const double> grid,
                                                           std::span<const double> targets);

/// A curve as a matrix, channels x points of the last axis: one channel per index of the leading axes, and the real and
/// the imaginary part apart.
[[nodiscard]] Eigen::MatrixXd channels_of(const system::Tensor& curve);

/// The inverse, with a last axis of as many points as the matrix has columns.
[[nodiscard]] system::Tensor tensor_of(const Eigen::MatrixXd& channels, const std::vector<std::size_t>& leading_shape,
                                       bool complex);

/// Whether a tensor has one value per point of its axes, whose last one ascends strictly.
[[nodiscard]] bool is_gridded(const std::vector<system::Axis>& axes, const system::Tensor& values);

/// Whether all axes but the last are equal (to rounding).
[[nodiscard]] bool same_leading_axes(const std::vector<system::Axis>& a, const std::vector<system::Axis>& b);

}  // namespace limes::experiment

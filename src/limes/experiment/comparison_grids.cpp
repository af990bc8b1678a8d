#include "limes/experiment/comparison_grids.hpp"

#include <algorithm>
#include <cmath>

namespace limes::experiment {

double Stencil::apply(std::span<const double> y, std::size_t stride) const {
  double sum = 0.0;
  for (std::size_t i = 0; i < count; ++i) sum += weights[i] * y[(start + i) * stride];
  return sum;
}

std::vector<std::optional<Stencil>> stencils(std::span<const double> grid, std::span<const double> targets) {
  std::vector<std::optional<Stencil>> result(targets.size());
  if (grid.empty()) return result;
  const double same = 1e-9 * std::max(grid.back() - grid.front(), 1e-300);
  for (std::size_t t = 0; t < targets.size(); ++t) {
    const double x = targets[t];
    if (!(x >= grid.front() - same && x <= grid.back() + same)) continue;
    const auto above =
        static_cast<std::size_t>(std::distance(grid.begin(), std::lower_bound(grid.begin(), grid.end(), x - same)));
    Stencil stencil;
    stencil.start = std::min(above, grid.size() - 1);
    if (std::abs(grid[stencil.start] - x) > same) {  // between above - 1 and above
      stencil.count = std::min<std::size_t>(4, grid.size());
      const std::size_t before = above >= 2 ? above - 2 : 0;
      stencil.start = std::min(before, grid.size() - stencil.count);
      for (std::size_t i = 0; i < stencil.count; ++i) {
        double weight = 1.0;
        for (std::size_t j = 0; j < stencil.count; ++j) {
          const double xi = grid[stencil.start + i];
          const double xj = grid[stencil.start + j];
          if (i != j) weight *= (x - xj) / (xi - xj);
        }
        stencil.weights[i] = weight;
      }
    }
    result[t] = stencil;
  }
  return result;
}

Eigen::MatrixXd channels_of(const system::Tensor& curve) {
  const std::size_t parts = curve.complex ? 2 : 1;
  const std::size_t points = curve.shape.empty() ? 1 : curve.shape.back();
  const std::size_t leading = points == 0 ? 0 : curve.values.size() / (points * parts);
  Eigen::MatrixXd channels(static_cast<Eigen::Index>(leading * parts), static_cast<Eigen::Index>(points));
  for (std::size_t l = 0; l < leading; ++l) {
    for (std::size_t k = 0; k < points; ++k) {
      for (std::size_t c = 0; c < parts; ++c) {
        channels(static_cast<Eigen::Index>(l * parts + c), static_cast<Eigen::Index>(k)) =
            curve.values[(l * points + k) * parts + c];
      }
    }
  }
  return channels;
}

system::Tensor tensor_of(const Eigen::MatrixXd& channels, const std::vector<std::size_t>& leading_shape, bool complex) {
  const std::size_t parts = complex ? 2 : 1;
  const auto points = static_cast<std::size_t>(channels.cols());
  const std::size_t leading = static_cast<std::size_t>(channels.rows()) / parts;
  std::vector<double> values(leading * points * parts);
  for (std::size_t l = 0; l < leading; ++l) {
    for (std::size_t k = 0; k < points; ++k) {
      for (std::size_t c = 0; c < parts; ++c) {
        values[(l * points + k) * parts + c] =
            channels(static_cast<Eigen::Index>(l * parts + c), static_cast<Eigen::Index>(k));
      }
    }
  }
  std::vector<std::size_t> shape = leading_shape;
  shape.push_back(points);
  return {std::move(shape), std::move(values), complex};
}

bool is_gridded(const std::vector<system::Axis>& axes, const system::Tensor& values) {
  if (axes.empty() || axes.size() != values.shape.size()) return false;
  std::size_t count = values.complex ? 2 : 1;
  for (std::size_t d = 0; d < axes.size(); ++d) {
    if (axes[d].values.size() != values.shape[d]) return false;
    count *= values.shape[d];
  }
  const std::vector<double>& last = axes.back().values;
  const bool ascending =
      std::adjacent_find(last.begin(), last.end(), [](double a, double b) { return !(a < b); }) == last.end();
  return count > 0 && count == values.values.size() && ascending;
}

bool same_leading_axes(const std::vector<system::Axis>& a, const std::vector<system::Axis>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t d = 0; d + 1 < a.size(); ++d) {
    if (a[d].values.size() != b[d].values.size()) return false;
    for (std::size_t i = 0; i < a[d].values.size(); ++i) {
      const double x = a[d].values[i];
      const double y = b[d].values[i];
      if (std::abs(x - y) > 1e-9 * std::max({1.0, std::abs(x), std::abs(y)})) return false;
    }
  }
  return true;
}

}  // namespace limes::experiment

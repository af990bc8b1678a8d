#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "limes/math/roots.hpp"

namespace limes::math {
namespace {

using Function2 = std::function<Vector2(Vector2)>;

double size_of(const Vector2& r) {
  const double size = std::max(std::abs(r[0]), std::abs(r[1]));
  return std::isfinite(r[0]) && std::isfinite(r[1]) ? size : std::numeric_limits<double>::infinity();
}

Matrix2 numerical_jacobian(const Function2& f, const Vector2& x, const Vector2& fx, const Newton2Options& options) {
  Matrix2 jacobian{};
  for (std::size_t j = 0; j < 2; ++j) {
    const double h = 1e-6 * std::max(options.scale[j], 1e-2 * std::abs(x[j]));
    Vector2 right = x;
    Vector2 left = x;
    right[j] = std::min(x[j] + h, options.upper[j]);
    left[j] = std::max(x[j] - h, options.lower[j]);
    Vector2 f_right = f(right);
    Vector2 f_left = f(left);
    if (!std::isfinite(size_of(f_right))) {
      right = x;
      f_right = fx;
    }
    if (!std::isfinite(size_of(f_left))) {
      left = x;
      f_left = fx;
    }
    const double distance = right[j] - left[j];
    for (std::size_t i = 0; i < 2; ++i) jacobian[i][j] = distance > 0.0 ? (f_right[i] - f_left[i]) / distance : 0.0;
  }
  return jacobian;
}

// The step -J^-1 r; where J is singular to rounding, the least-squares step of smallest size, -J^T r tr-scaled.
Vector2 newton_step(const Matrix2& m, const Vector2& r) {
  const double determinant = m[0][0] * m[1][1] - m[0][1] * m[1][0];
  const double squares = m[0][0] * m[0][0] + m[0][1] * m[0][1] + m[1][0] * m[1][0] + m[1][1] * m[1][1];
  if (std::abs(determinant) > 1e-14 * squares) {
    return {-(m[1][1] * r[0] - m[0][1] * r[1]) / determinant, -(m[0][0] * r[1] - m[1][0] * r[0]) / determinant};
  }
  if (squares == 0.0) return {0.0, 0.0};
  return {-(m[0][0] * r[0] + m[1][0] * r[1]) / squares, -(m[0][1] * r[0] + m[1][1] * r[1]) / squares};
}

struct Cell {
  std::array<double, 2> x;
  std::array<double, 2> y;
  std::array<Vector2, 4> corners;  // (x0,y0), (x1,y0), (x0,y1), (x1,y1)
};

bool may_hold_root(const Cell& cell, double margin) {
  for (std::size_t i = 0; i < 2; ++i) {
    double lowest = std::numeric_limits<double>::infinity();
    double highest = -lowest;
    for (const Vector2& corner : cell.corners) {
      if (!std::isfinite(corner[i])) return false;
      lowest = std::min(lowest, corner[i]);
      highest = std::max(highest, corner[i]);
    }
    const double slack = margin * (highest - lowest);
    if (lowest > slack || highest < -slack) return false;
  }
  return true;
}

// Where the bilinear interpolants of both residuals vanish, by a few Newton steps in cell coordinates, clipped.
Vector2 bilinear_zero(const Cell& cell) {
  double s = 0.5;
  double t = 0.5;
  for (int iteration = 0; iteration < 8; ++iteration) {
    Vector2 r{};
    Matrix2 m{};
    for (std::size_t i = 0; i < 2; ++i) {
      const double c00 = cell.corners[0][i], c10 = cell.corners[1][i], c01 = cell.corners[2][i],
                   c11 = cell.corners[3][i];
      r[i] = (1 - s) * (1 - t) * c00 + s * (1 - t) * c10 + (1 - s) * t * c01 + s * t * c11;
      m[i][0] = (1 - t) * (c10 - c00) + t * (c11 - c01);
      m[i][1] = (1 - s) * (c01 - c00) + s * (c11 - c10);
    }
    const Vector2 step = newton_step(m, r);
    s = std::clamp(s + step[0], 0.0, 1.0);
    t = std::clamp(t + step[1], 0.0, 1.0);
  }
  return {cell.x[0] + s * (cell.x[1] - cell.x[0]), cell.y[0] + t * (cell.y[1] - cell.y[0])};
}

void search_cell(const Function2& f, const Cell& cell, int refinements, const Roots2Options& options,
                 const Newton2Options& newton, std::vector<Root2>& roots) {
  if (!may_hold_root(cell, options.margin)) return;
  if (refinements == 0) {
    const Root2 root = newton2(f, options.jacobian, bilinear_zero(cell), newton);
    if (root.converged) roots.push_back(root);
    return;
  }
  const std::array<double, 3> x{cell.x[0], 0.5 * (cell.x[0] + cell.x[1]), cell.x[1]};
  const std::array<double, 3> y{cell.y[0], 0.5 * (cell.y[0] + cell.y[1]), cell.y[1]};
  std::array<std::array<Vector2, 3>, 3> values{};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      const bool corner = i != 1 && j != 1;
      values[i][j] = corner ? cell.corners[i / 2 + j] : f({x[i], y[j]});
    }
  }
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 2; ++j) {
      const Cell quarter{
          {x[i], x[i + 1]}, {y[j], y[j + 1]}, {values[i][j], values[i + 1][j], values[i][j + 1], values[i + 1][j + 1]}};
      search_cell(f, quarter, refinements - 1, options, newton, roots);
    }
  }
}

}  // namespace

Root2 newton2(const Function2& f, const std::function<Matrix2(Vector2)>& jacobian, Vector2 start,
              const Newton2Options& options) {
  Root2 result;
  const auto clip = [&](Vector2 x) {
    for (std::size_t j = 0; j < 2; ++j) x[j] = std::clamp(x[j], options.lower[j], options.upper[j]);
    return x;
  };
  result.point = clip(start);
  result.residual = f(result.point);
  double size = size_of(result.residual);
  if (!std::isfinite(size)) return result;
  for (; result.iterations < options.max_iterations && size > 0.0; ++result.iterations) {
    const Matrix2 m = jacobian ? jacobian(result.point) : numerical_jacobian(f, result.point, result.residual, options);
    const Vector2 step = newton_step(m, result.residual);
    if (!std::isfinite(size_of(step))) return result;
    double fraction = 1.0;
    bool improved = false;
    double moved = 0.0;
    for (int halving = 0; halving < 30; ++halving, fraction *= 0.5) {
      const Vector2 trial = clip({result.point[0] + fraction * step[0], result.point[1] + fraction * step[1]});
      const Vector2 residual = f(trial);
      if (size_of(residual) < size) {
        moved = 0.0;
        for (std::size_t j = 0; j < 2; ++j) {
          moved =
              std::max(moved, std::abs(trial[j] - result.point[j]) / std::max(options.scale[j], std::abs(trial[j])));
        }
        result.point = trial;
        result.residual = residual;
        size = size_of(residual);
        improved = true;
        break;
      }
    }
    // No step improves: at rounding level this is the root, elsewhere a minimum of |f| that is none.
    if (!improved || (fraction == 1.0 && moved <= options.tolerance)) break;
  }
  result.converged = size <= options.residual_tolerance;
  return result;
}

std::vector<Root2> all_roots_2d(const Function2& f, std::span<const double> xs, std::span<const double> ys,
                                const Roots2Options& options) {
  if (xs.size() < 2 || ys.size() < 2 || !std::is_sorted(xs.begin(), xs.end()) ||
      !std::is_sorted(ys.begin(), ys.end())) {
    throw std::invalid_argument("all_roots_2d: each grid needs at least two ascending points");
  }
  std::vector<Vector2> values(xs.size() * ys.size());
  for (std::size_t i = 0; i < xs.size(); ++i) {
    for (std::size_t j = 0; j < ys.size(); ++j) values[i * ys.size() + j] = f({xs[i], ys[j]});
  }
  Newton2Options newton;
  newton.tolerance = options.tolerance;
  newton.residual_tolerance = options.residual_tolerance;
  newton.lower = {xs.front(), ys.front()};
  newton.upper = {xs.back(), ys.back()};
  const Vector2 extent{xs.back() - xs.front(), ys.back() - ys.front()};
  std::vector<Root2> found;
  for (std::size_t i = 0; i + 1 < xs.size(); ++i) {
    for (std::size_t j = 0; j + 1 < ys.size(); ++j) {
      const std::size_t k = i * ys.size() + j;
      const Cell cell{{xs[i], xs[i + 1]},
                      {ys[j], ys[j + 1]},
                      {values[k], values[k + ys.size()], values[k + 1], values[k + ys.size() + 1]}};
      newton.scale = {xs[i + 1] - xs[i], ys[j + 1] - ys[j]};
      search_cell(f, cell, options.refinements, options, newton, found);
    }
  }
  std::vector<Root2> roots;
  for (const Root2& candidate : found) {
    const auto same = std::find_if(roots.begin(), roots.end(), [&](const Root2& known) {
      return std::abs(known.point[0] - candidate.point[0]) <= options.same_root * extent[0] &&
             std::abs(known.point[1] - candidate.point[1]) <= options.same_root * extent[1];
    });
    if (same == roots.end()) {
      roots.push_back(candidate);
    } else if (size_of(candidate.residual) < size_of(same->residual)) {
      *same = candidate;
    }
  }
  std::sort(roots.begin(), roots.end(), [](const Root2& a, const Root2& b) { return a.point < b.point; });
  return roots;
}

}  // namespace limes::math

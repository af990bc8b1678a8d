#pragma once
// Zeros of functions of one and two variables: one in a bracket, and all that a grid can see.

#include <array>
#include <functional>
#include <span>
#include <vector>

namespace limes::math {

/// The zero of a continuous `f` between a and b by Brent's method (R. P. Brent, Algorithms for Minimization without
/// Derivatives, 1973, ch. 4), to an absolute error of `tolerance` in x (0: to machine precision). Throws
/// std::invalid_argument unless f(a) and f(b) are finite and of opposite sign (an end where f = 0 is returned).
[[nodiscard]] double brent(const std::function<double(double)>& f, double a, double b, double tolerance = 0.0);

/// All zeros of `f` that the ascending `grid` shows, in ascending order: sign changes between neighbours, refined by
/// Brent, and pairs of near zeros that no sign change betrays: at each local minimum of |f| on the grid |f| is
/// minimised; if it crosses zero both zeros are returned, if it stays within `touching` times the largest |f| of the
/// three grid points, the touching point is returned once. Points where f is not finite are skipped; a sign change
/// through a pole is none.
[[nodiscard]] std::vector<double> all_roots(const std::function<double(double)>& f, std::span<const double> grid,
                                            double tolerance = 0.0, double touching = 1e-12);

using Vector2 = std::array<double, 2>;
using Matrix2 = std::array<std::array<double, 2>, 2>;  ///< m[i][j] = d r_i / d x_j

struct Root2 {
  Vector2 point{};
  Vector2 residual{};  ///< f at `point`
  bool converged = false;
  int iterations = 0;
};

struct Newton2Options {
  double tolerance = 1e-13;  ///< on the Newton step, relative to max(scale, |x|)
  /// On max |f|: a point with a larger residual is never called converged.
  double residual_tolerance = 1e-9;
  int max_iterations = 60;
  Vector2 scale{1.0, 1.0};  ///< natural sizes of x and y; the numerical Jacobian steps by 1e-6 of them
  Vector2 lower{-1e300, -1e300};
  Vector2 upper{1e300, 1e300};  ///< steps are clipped to this box
};

/// Newton's method with step halving until |f| falls (a non-finite f counts as infinite). At a (nearly) singular
/// Jacobian the least-squares step is taken. An empty `jacobian` is replaced by central differences (one-sided where
/// the function is not finite on one side).
[[nodiscard]] Root2 newton2(const std::function<Vector2(Vector2)>& f, const std::function<Matrix2(Vector2)>& jacobian,
                            Vector2 start, const Newton2Options& options = {});

struct Roots2Options {
  std::function<Matrix2(Vector2)> jacobian;  ///< empty: differences
  double tolerance = 1e-13;                  ///< as in Newton2Options
  double residual_tolerance = 1e-9;
  /// A cell is searched when each residual comes within this fraction of its range over the cell to zero: wider than
  /// the sign change of the bilinear interpolant, for the curvature that it does not see.
  double margin = 0.25;
  int refinements = 1;      ///< how often a candidate cell is halved in both directions before Newton starts
  double same_root = 1e-7;  ///< roots nearer than this (of the grid's extent) are one
};

/// All zeros of f: R^2 -> R^2 over the rectangle of the two ascending grids (each of >= 2 points): cells where both
/// residuals can vanish, refined by Newton from the zero of the bilinear interpolant, deduplicated, sorted by (x, y).
/// Only converged roots inside the rectangle are returned. Throws std::invalid_argument.
[[nodiscard]] std::vector<Root2> all_roots_2d(const std::function<Vector2(Vector2)>& f, std::span<const double> xs,
                                              std::span<const double> ys, const Roots2Options& options = {});

}  // namespace limes::math

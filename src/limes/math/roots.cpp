#include "limes/math/roots.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace limes::math {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

// Minimum of a unimodal function on [a, b] by golden sections; stops early once `f` falls to zero or below.
double minimise_until_negative(const std::function<double(double)>& f, double a, double b) {
  constexpr double kGolden = 0.38196601125010515;
  double left = a + kGolden * (b - a);
  double right = b - kGolden * (b - a);
  double f_left = f(left);
  double f_right = f(right);
  // The minimiser of a smooth function is determined to sqrt(epsilon) of its size only.
  while (b - a > 1e-9 * std::max({std::abs(a), std::abs(b), 1e-300})) {
    if (f_left <= 0.0) return left;
    if (f_right <= 0.0) return right;
    if (f_left < f_right) {
      b = right;
      right = left;
      f_right = f_left;
      left = a + kGolden * (b - a);
      if (left >= right) break;
      f_left = f(left);
    } else {
      a = left;
      left = right;
      f_left = f_right;
      right = b - kGolden * (b - a);
      if (right <= left) break;
      f_right = f(right);
    }
  }
  return f_left < f_right ? left : right;
}

}  // namespace

double brent(const std::function<double(double)>& f, double a, double b, double tolerance) {
  double fa = f(a);
  double fb = f(b);
  if (!std::isfinite(fa) || !std::isfinite(fb)) throw std::invalid_argument("brent: f is not finite at an end");
  if (fa == 0.0) return a;
  if (fb == 0.0) return b;
  if ((fa > 0.0) == (fb > 0.0)) throw std::invalid_argument("brent: f has the same sign at both ends");
  double c = a;
  double fc = fa;
  double step = b - a;
  double last_step = step;
  for (int iteration = 0; iteration < 300; ++iteration) {
    if ((fb > 0.0) == (fc > 0.0)) {
      c = a;
      fc = fa;
      step = last_step = b - a;
    }
    if (std::abs(fc) < std::abs(fb)) {
      a = b;
      b = c;
      c = a;
      fa = fb;
      fb = fc;
      fc = fa;
    }
    const double accuracy = 2.0 * kEpsilon * std::abs(b) + 0.5 * tolerance;
    const double middle = 0.5 * (c - b);
    if (std::abs(middle) <= accuracy || fb == 0.0) return b;
    if (std::abs(last_step) < accuracy || std::abs(fa) <= std::abs(fb)) {
      step = last_step = middle;
    } else {
      double p = 0.0;
      double q = 0.0;
      const double s = fb / fa;
      if (a == c) {  // secant
        p = 2.0 * middle * s;
        q = 1.0 - s;
      } else {  // inverse quadratic interpolation
        const double r = fb / fc;
        const double t = fa / fc;
        p = s * (2.0 * middle * t * (t - r) - (b - a) * (r - 1.0));
        q = (t - 1.0) * (r - 1.0) * (s - 1.0);
      }
      if (p > 0.0) {
        q = -q;
      } else {
        p = -p;
      }
      if (2.0 * p < std::min(3.0 * middle * q - std::abs(accuracy * q), std::abs(last_step * q))) {
        last_step = step;
        step = p / q;
      } else {
        step = last_step = middle;
      }
    }
    a = b;
    fa = fb;
    b += std::abs(step) > accuracy ? step : std::copysign(accuracy, middle);
    fb = f(b);
    if (!std::isfinite(fb)) throw std::invalid_argument("brent: f is not finite inside the bracket");
  }
  return b;
}

std::vector<double> all_roots(const std::function<double(double)>& f, std::span<const double> grid, double tolerance,
                              double touching) {
  std::vector<double> values(grid.size());
  std::transform(grid.begin(), grid.end(), values.begin(), f);
  std::vector<double> roots;
  const auto add_bracketed = [&](double a, double b) {
    try {
      const double root = brent(f, a, b, tolerance);
      // Through a pole |f| grows towards the sign change; through a zero it falls.
      if (std::abs(f(root)) <= std::max(std::abs(f(a)), std::abs(f(b)))) roots.push_back(root);
    } catch (const std::invalid_argument&) {
      // f is not finite inside: no zero to be had from this bracket
    }
  };
  for (std::size_t i = 0; i < grid.size(); ++i) {
    if (values[i] == 0.0) roots.push_back(grid[i]);
    if (i + 1 == grid.size() || !std::isfinite(values[i]) || !std::isfinite(values[i + 1])) continue;
    if (values[i] * values[i + 1] < 0.0) {
      add_bracketed(grid[i], grid[i + 1]);
      continue;
    }
    if (i == 0 || !std::isfinite(values[i - 1]) || values[i] == 0.0) continue;
    const double sign = values[i] > 0.0 ? 1.0 : -1.0;
    const bool one_sign = sign * values[i - 1] > 0.0 && sign * values[i + 1] > 0.0;
    const bool local_minimum = sign * values[i] <= sign * values[i - 1] && sign * values[i] <= sign * values[i + 1];
    if (!one_sign || !local_minimum) continue;
    const std::function<double(double)> height = [&](double x) {
      const double y = sign * f(x);
      return std::isfinite(y) ? y : std::numeric_limits<double>::infinity();
    };
    const double lowest = minimise_until_negative(height, grid[i - 1], grid[i + 1]);
    const double depth = height(lowest);
    if (depth < 0.0) {
      add_bracketed(grid[i - 1], lowest);
      add_bracketed(lowest, grid[i + 1]);
    } else if (depth <= touching * std::max(std::abs(values[i - 1]), std::abs(values[i + 1]))) {
      roots.push_back(lowest);
    }
  }
  std::sort(roots.begin(), roots.end());
  return roots;
}

}  // namespace limes::math

#pragma once
#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

namespace limes::rate::random_modes {

/// The first lag at which a curve that starts at 1 has fallen to 1/e; none within the curve. The logarithm of the curve
/// is interpolated by a cubic through four points (by a line where there are fewer, or one of them is not positive).
inline std::optional<double> time_scale(const std::vector<double>& curve, double step) {
  const double level = std::exp(-1.0);
  std::size_t k = 1;
  while (k < curve.size() && !(curve[k] <= level)) ++k;
  if (k >= curve.size()) return std::nullopt;
  const std::size_t first = curve.size() < 4 ? 0 : std::min(k < 2 ? 0 : k - 2, curve.size() - 4);
  const bool cubic = curve.size() >= 4 && std::all_of(curve.begin() + static_cast<std::ptrdiff_t>(first),
                                                      curve.begin() + static_cast<std::ptrdiff_t>(first) + 4,
                                                      [](double x) { return x > 0.0; });
  const auto logarithm = [&](double place) {
    if (!cubic) {
      const double above = std::log(std::max(curve[k - 1], 1e-300)), below = std::log(std::max(curve[k], 1e-12));
      return above + (place - static_cast<double>(k - 1)) * (below - above);
    }
    double sum = 0.0;
    for (std::size_t a = 0; a < 4; ++a) {
      double basis = 1.0;
      for (std::size_t b = 0; b < 4; ++b) {
        if (a == b) continue;
        basis *= (place - static_cast<double>(first + b)) / (static_cast<double>(a) - static_cast<double>(b));
      }
      sum += basis * std::log(curve[first + a]);
    }
    return sum;
  };
  double lower = static_cast<double>(k - 1), upper = static_cast<double>(k);
  for (int halving = 0; halving < 50; ++halving) {
    const double middle = 0.5 * (lower + upper);
    (logarithm(middle) > -1.0 ? lower : upper) = middle;
  }
  return step * 0.5 * (lower + upper);
}

}  // namespace limes::rate::random_modes

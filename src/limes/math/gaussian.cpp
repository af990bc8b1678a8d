#include "limes/math/gaussian.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "limes/math/quadrature.hpp"

namespace limes::math {
namespace {

/// The rule of one panel: 24 nodes leave 1e-15 on a panel [x, 2 x] before the layer exp(-d^2/(2 x^2)).
const QuadratureRule& panel_rule() {
  static const QuadratureRule rule = gauss_legendre(24);
  return rule;
}

/// (1/(2 pi)) int_0^{asin rho} weight(distance, left) exp(...) dt, with distance = pi/2 - |t| and left = |asin rho| -
/// |t|.
template <typename Weight>
double plackett_integral(double h, double k, double sine, double cosine, Weight&& weight) {
  if (sine == 0) return 0;
  constexpr double kRightAngle = std::numbers::pi / 2;
  const double side = sine < 0 ? -1.0 : 1.0;
  // With s = side k the integrand is exp(-(h - s)^2/(2 cos^2 t)) exp(-h s/(1 + sin t)), t = |t|.
  const double gap = h - side * k;
  const double product = side * h * k;
  const double angle = std::atan2(std::abs(sine), cosine);
  const double end = std::atan2(cosine, std::abs(sine));
  const double dark = std::abs(gap) / 40;  // exp(-800): nothing nearer to the singular point than this
  double total = 0;
  for (double upper = kRightAngle; upper > end && upper > dark;) {
    const bool flat = gap == 0 && upper * std::abs(h) <= 2;  // no layer, and a smooth rest: one panel
    const bool last = flat || 0.5 * upper <= end;
    const double lower = last ? end : 0.5 * upper;
    // A small angle is known better than the difference of its ends.
    const double half = 0.5 * (upper == kRightAngle && last ? angle : upper - lower);
    double sum = 0;
    for (std::size_t i = 0; i < panel_rule().nodes.size(); ++i) {
      const double inside = half * (1 + panel_rule().nodes[i]);
      const double distance = lower + inside;
      const double layer = gap / std::sin(distance);
      sum += panel_rule().weights[i] * weight(distance, last ? inside : distance - end) *
             std::exp(-0.5 * layer * layer - product / (1 + std::cos(distance)));
    }
    total += half * sum;
    upper = lower;
  }
  return side * total / (2 * std::numbers::pi);
}

}  // namespace

double normal_density(double x) {
  static const double scale = 1 / std::sqrt(2 * std::numbers::pi);
  return scale * std::exp(-0.5 * x * x);
}

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

double bivariate_normal_excess(double h, double k, double sine, double cosine) {
  return plackett_integral(h, k, sine, cosine, [](double, double) { return 1.0; });
}

double bivariate_normal_excess_integral(double h, double k, double sine, double cosine) {
  // |rho| - sin t = cos(distance - left) - cos(distance), and both integrals change sign with rho.
  const auto weight = [](double distance, double left) {
    return 2 * std::sin(distance - 0.5 * left) * std::sin(0.5 * left);
  };
  return (sine < 0 ? -1.0 : 1.0) * plackett_integral(h, k, sine, cosine, weight);
}

double bivariate_normal_cdf(double h, double k, double sine, double cosine) {
  if (cosine == 0) return sine > 0 ? normal_cdf(std::min(h, k)) : std::max(0.0, normal_cdf(h) - normal_cdf(-k));
  return normal_cdf(h) * normal_cdf(k) + bivariate_normal_excess(h, k, sine, cosine);
}

}  // namespace limes::math

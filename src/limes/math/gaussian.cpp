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

/// (1/(2 pi)) int_0^{asin rho} weight(distance, end) exp(...) dt; distance = pi/2 - |t| and its end pi/2 - |asin rho|.
template <typename Weight>
double plackett_integral(double h, double k, double sine, double cosine, Weight&& weight) {
  if (sine == 0) return 0;
  const double side = sine < 0 ? -1.0 : 1.0;
  // With s = side k the integrand is exp(-(h - s)^2/(2 cos^2 t)) exp(-h s/(1 + sin t)), t = |t|.
  const double gap = h - side * k;
  const double product = side * h * k;
  const double end = std::atan2(cosine, std::abs(sine));
  const auto integrand = [&](double distance) {
    const double layer = gap / std::sin(distance);
    return weight(distance, end) * std::exp(-0.5 * layer * layer - product / (1 + std::cos(distance)));
  };
  const auto integrate = [&](double from, double to) {
    const double half = 0.5 * (to - from);
    const double middle = 0.5 * (to + from);
    double sum = 0;
    for (std::size_t i = 0; i < panel_rule().nodes.size(); ++i)
      sum += panel_rule().weights[i] * integrand(middle + half * panel_rule().nodes[i]);
    return half * sum;
  };
  constexpr double kRightAngle = std::numbers::pi / 2;
  const double dark = std::abs(gap) / 40;  // exp(-800): nothing nearer to the singular point than this
  double total = 0;
  double upper = kRightAngle;
  while (upper > end && upper > dark) {
    const bool flat = gap == 0 && upper * std::abs(h) <= 2;  // no layer, and a smooth rest: one panel
    const double lower = flat ? end : std::max(end, 0.5 * upper);
    total += integrate(lower, upper);
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
  // |rho| - sin t = cos(end) - cos(distance), and both integrals change sign with rho.
  const auto weight = [](double distance, double end) {
    return 2 * std::sin(0.5 * (distance + end)) * std::sin(0.5 * (distance - end));
  };
  return (sine < 0 ? -1.0 : 1.0) * plackett_integral(h, k, sine, cosine, weight);
}

double bivariate_normal_cdf(double h, double k, double sine, double cosine) {
  if (cosine == 0) return sine > 0 ? normal_cdf(std::min(h, k)) : std::max(0.0, normal_cdf(h) - normal_cdf(-k));
  return normal_cdf(h) * normal_cdf(k) + bivariate_normal_excess(h, k, sine, cosine);
}

}  // namespace limes::math

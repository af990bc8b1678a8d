#include "limes/rate/fixed_point_geometry/theory/radial_spectrum.hpp"

#include <cmath>
#include <numbers>

#include "limes/math/quadrature.hpp"

namespace limes::rate::fixed_points {

namespace {

double squared_radius(const ComponentLaw& law) {
  return law.average([](double, double, double gain) { return gain; });
}

/// q(r). The average falls with q and is convex: Newton's method from q = 0 approaches the root from below.
double fraction_beyond(const ComponentLaw& law, double r) {
  if (r <= 0.0) return 1.0;
  const double r2 = r * r;
  double q = 0.0;
  for (int k = 0; k < 200; ++k) {
    const double value = law.average([&](double, double, double gain) { return gain / (r2 + q * gain); }) - 1.0;
    if (value <= 0.0) break;
    const double slope = law.average([&](double, double, double gain) {
      const double share = gain / (r2 + q * gain);
      return share * share;
    });
    const double step = value / slope;
    q += step;
    if (step < 1e-15) break;
  }
  return q;
}

}  // namespace

double fraction_within(const ComponentLaw& law, double r) { return 1.0 - fraction_beyond(law, r); }

double unstable_fraction(const ComponentLaw& law) {
  const double radius = std::sqrt(squared_radius(law));
  if (radius <= 1.0) return 0.0;
  static const math::QuadratureRule rule = math::gauss_legendre(64);
  const double end = std::acos(1.0 / radius);
  double sum = 0.0;
  for (std::size_t k = 0; k < rule.nodes.size(); ++k) {
    const double angle = end / 2.0 * (1.0 + rule.nodes[k]);
    sum += rule.weights[k] * end / 2.0 * fraction_beyond(law, 1.0 / std::cos(angle));
  }
  return sum / std::numbers::pi;
}

}  // namespace limes::rate::fixed_points

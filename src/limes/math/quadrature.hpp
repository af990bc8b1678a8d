#pragma once
// Rules of numerical integration.

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cstddef>
#include <vector>

namespace limes::math {

/// sum_i weights[i] f(nodes[i]); nodes ascending.
struct QuadratureRule {
  std::vector<double> nodes;
  std::vector<double> weights;
};

/// Gauss-Legendre rule of `order` nodes on [-1, 1], exact for polynomials of degree 2 order - 1. Nodes and weights to
/// about 1e-15 (Newton on the three-term recurrence). Throws InputError for order 0.
[[nodiscard]] QuadratureRule gauss_legendre(std::size_t order);

/// The trapezoid rule for E F(h), h ~ N(0, 1): nodes at the multiples of `step` in [lower, upper], weights
/// exp(-h^2/2) normalised to sum 1. Throws InputError unless step > 0 and lower <= 0 <= upper.
[[nodiscard]] QuadratureRule gaussian_trapezoid(double step, double lower, double upper);

/// The step of `gaussian_trapezoid` that leaves a relative error of about exp(-digits) for a function whose
/// singularity nearest to the real axis lies at distance `pole` (infinity: entire and slowly growing). The error of a
/// step s is exp(-2 pi y/s + y^2/2) for every y <= pole (theory note 3).
[[nodiscard]] double gaussian_trapezoid_step(double pole, double digits);

/// int_lower^upper f(x) dx by adaptive Gauss-Kronrod (15, 31) to the relative tolerance; `error`, where given, receives
/// the estimate of the absolute error. Infinite limits are allowed.
template <typename Function>
[[nodiscard]] double integrate_adaptive(Function&& f, double lower, double upper, double tolerance = 1e-12,
                                        double* error = nullptr) {
  return boost::math::quadrature::gauss_kronrod<double, 31>::integrate(f, lower, upper, 20, tolerance, error);
}

}  // namespace limes::math

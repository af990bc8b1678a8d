#pragma once
#include "limes/rate/fixed_point_geometry/theory/component_law.hpp"

namespace limes::rate::fixed_points {

/// Variance of a component in the chaotic state of the dynamics, and its frozen part.
struct DynamicsVariance {
  double variance = 0.0;  ///< C0
  double frozen = 0.0;    ///< q, lim C(tau)
  double error = 0.0;     ///< of `variance`
};

/// The chaotic state of the dynamic mean field (Sompolinsky, Crisanti, Sommers 1988; note rate-networks, section 6.1)
/// with frozen input of variance D: with f(x) = g^2 C(x) + D - x, C(x) = E phi phi at variance C0 and covariance x, the
/// separatrix has f(q) = 0 (the smallest root) and int_q^C0 f dx = 0. `static_variance`: sigma^2 of the static mean
/// field, below which C0 lies. Call it where that is unstable, g^2 <phi'^2> > 1. Throws ConvergenceError.
[[nodiscard]] DynamicsVariance chaotic_variance(const Ensemble& ensemble, double static_variance);

}  // namespace limes::rate::fixed_points

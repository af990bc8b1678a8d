#pragma once
// Eigenvalues at a fixed point: J diag(phi') has an isotropic bulk of radius R = g sqrt(<phi'^2>) (note
// fixed-points.md, equation (7)).

#include "limes/rate/fixed_point_geometry/theory/component_law.hpp"

namespace limes::rate::fixed_points {

/// n(r), the fraction of eigenvalues with |lambda| < r: 1 - q(r) with <g^2 phi'^2/(r^2 + q g^2 phi'^2)> = 1; 1 beyond
/// R.
[[nodiscard]] double fraction_within(const ComponentLaw& law, double r);

/// The fraction with Re lambda > 1, directions that the flow leaves: int_1^R n'(r) arccos(1/r)/pi dr, by parts
/// (1/pi) int_0^arccos(1/R) q(1/cos t) dt.
[[nodiscard]] double unstable_fraction(const ComponentLaw& law);

}  // namespace limes::rate::fixed_points

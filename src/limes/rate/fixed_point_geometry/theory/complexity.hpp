#pragma once
// How many fixed points a random network has, exp(N Sigma), and where they lie (note fixed-points.md, section 3).

#include "limes/base/interruption.hpp"
#include "limes/rate/fixed_point_geometry/theory/component_law.hpp"

namespace limes::rate::fixed_points {

/// Where the number of fixed points starts to grow with N: the static mean field sigma^2 = g^2 <phi^2> + D loses its
/// stability, g^2 <phi'^2> = 1.
struct Transition {
  double field_variance = 0.0;  ///< D above which there is one fixed point; 0 for g <= 1
  double variance = 0.0;        ///< sigma^2 there
};

/// Throws InputError unless phi is tanh or erf and g >= 0 is finite.
[[nodiscard]] Transition topological_transition(transfer::Kind transfer, double deviation);

enum class Phase {
  kOrigin,  ///< g <= 1, D = 0: x = 0 and nothing else
  kUnique,  ///< one fixed point
  kMany,
};

/// The geometry of fixed points in the limit N -> infinity.
struct Geometry {
  Phase phase = Phase::kMany;
  double complexity = 0.0;           ///< Sigma of (4); 0 unless kMany
  OrderParameters order;             ///< kUnique: h = q = 0
  double field_variance = 0.0;       ///< sigma^2 = g^2 c + D
  double state_second_moment = 0.0;  ///< <x^2>
  double jacobian_radius = 0.0;      ///< R of (7); kOrigin: g, that at x = 0
  double residual = 0.0;             ///< largest of the three equations (6)
  double error = 0.0;                ///< relative, of the numbers above: from a finer quadrature and the residual
  bool expanded = false;             ///< by (8): closer to g = 1 than the equations can be solved
};

/// Solves (6) by Newton's method, continued in g from a known point and then in D. Throws InputError as above,
/// ConvergenceError, InterruptedError.
[[nodiscard]] Geometry solve_geometry(const Ensemble& ensemble, const StopToken& stop = {});

/// The static mean field: sigma^2 with sigma^2 = g^2 <phi^2> + D over N(0, sigma^2), the only stable root; 0 where that
/// is x = 0.
[[nodiscard]] double static_variance(const Ensemble& ensemble);

/// The limit (9) of g -> infinity, the same for every sigmoid: Sigma, c, h, q and <x^2>/g^2.
struct InfiniteGain {
  double complexity = 0.0;
  OrderParameters order;
  double state_second_moment_over_g2 = 0.0;
};
[[nodiscard]] InfiniteGain infinite_gain();

/// The limit (8) of g -> 1 at D = 0, leading order in e = g - 1: c = <x^2> = 2 e/(3 k), q = 2 e/3, h = -k/2,
/// Sigma = 16 e^3/81, R = 1 + e/3; phi = x - (k/3) x^3 + ..., k = 1 (tanh), pi/4 (erf).
[[nodiscard]] Geometry small_gain(const Ensemble& ensemble);

/// (1/2)(ln g^2 - 1 + 1/g^2): what the spectrum at the origin alone would give (Wainrib and Touboul 2013).
[[nodiscard]] double origin_only_complexity(double deviation);

}  // namespace limes::rate::fixed_points

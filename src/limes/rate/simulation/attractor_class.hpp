#pragma once
// Which attractor a noise-free network has reached: from its leading Lyapunov exponents and the end of its orbit.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "limes/rate/rate_description.hpp"

namespace limes::rate {

enum class AttractorKind { kFixedPoint, kPeriodic, kCircle, kTorus, kChaos, kUnresolved };

struct Attractor {
  AttractorKind kind = AttractorKind::kUnresolved;
  int dimension = 0;        ///< of the torus: 0 of a point or periodic orbit, 1 of a circle; no meaning in chaos
  std::int64_t period = 0;  ///< 1 of a fixed point, the smallest of a periodic orbit of a map; else 0
  std::string reason;       ///< why it is unresolved
};

/// The end of an orbit: successive states, N numbers each, the last state last.
struct OrbitEnd {
  std::span<const double> states;
  std::size_t neurons = 0;

  [[nodiscard]] std::size_t length() const { return neurons == 0 ? 0 : states.size() / neurons; }
  [[nodiscard]] std::span<const double> at(std::size_t t) const { return states.subspan(t * neurons, neurons); }
};

/// The leading exponents, per step or tau, in descending order, -infinity allowed, with their errors.
struct LeadingExponents {
  std::vector<double> values;
  std::vector<double> errors;
};

/// An exponent is zero within this: three errors, at least 2e-4 (note 7).
[[nodiscard]] double zero_tolerance(double error);

/// The smallest p with max_i |u_i(t+p) - u_i(t)| <= tolerance for each of the last p times t; at most half of the
/// states. None: not periodic, not yet, or with a longer period.
[[nodiscard]] std::optional<std::size_t> smallest_period(const OrbitEnd& orbit, double tolerance);

/// By the signs of the exponents (note 7). lambda_1 > 0: chaos. All < 0: a fixed point, or in discrete time a periodic
/// orbit, if the orbit has come within `tolerance` of one. One zero: an invariant circle, in continuous time a limit
/// cycle; d zeros and then a negative one: a torus of dimension d. What the numbers do not say - an orbit that has not
/// settled, as many zeros as there are exponents, an exponent that is no number - is unresolved, with the reason.
/// `neurons`: N, so many exponents are all that there are.
[[nodiscard]] Attractor classify_attractor(TimeKind time, const LeadingExponents& exponents, const OrbitEnd& orbit,
                                           double tolerance);

}  // namespace limes::rate

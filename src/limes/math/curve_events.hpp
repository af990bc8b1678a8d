#pragma once
// The special points between neighbouring points of a traced curve. Internal to continuation.

#include "limes/math/curve_tracer.hpp"

namespace limes::math {

/// A traced arc with its special points inserted.
struct MarkedArc {
  std::vector<TracedPoint> points;
  std::vector<CurveEvent> events;  ///< branch points: kTranscritical, direction not yet known
  SolutionCurve::End end = SolutionCurve::End::kLost;
};

/// Locates the special points of an arc. It is cut, with end kBranchPoint, where it turns back at a branch point.
[[nodiscard]] MarkedArc marked(const CurveTracer& tracer, TracedArc arc);

}  // namespace limes::math

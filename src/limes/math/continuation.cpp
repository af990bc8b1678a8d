#include "limes/math/continuation.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <deque>
#include <stdexcept>
#include <utility>

#include "limes/math/curve_events.hpp"

namespace limes::math {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

using Kind = CurveEvent::Kind;
using End = SolutionCurve::End;

constexpr double kSamePoint = 1e-6;   // scaled distance within which two solutions are one
constexpr double kSwitchStep = 1e-2;  // scaled distance from a branch point at which the crossing curve is met
constexpr double kSmallestSwitch = 1e-4;
constexpr double kSameBranchPoint = 1e-4;  // seen from two curves

/// Two arcs from one point, the first in the opposite direction, as one curve.
MarkedArc joined(MarkedArc backward, MarkedArc forward) {
  const std::size_t last = backward.points.size() - 1;
  std::reverse(backward.points.begin(), backward.points.end());
  for (TracedPoint& point : backward.points) point.tangent = -point.tangent;
  std::reverse(backward.events.begin(), backward.events.end());
  for (CurveEvent& event : backward.events) event.index = last - event.index;
  backward.points.pop_back();  // the common point
  for (CurveEvent& event : forward.events) {
    event.index += last;
    backward.events.push_back(std::move(event));
  }
  backward.points.insert(backward.points.end(), forward.points.begin(), forward.points.end());
  backward.end = forward.end;
  return backward;
}

struct TracedCurve {
  MarkedArc arc;
  End front = End::kRange;
};

class CurveSet {
 public:
  CurveSet(const ContinuationProblem& problem, const ContinuationOptions& options)
      : problem_(problem), tracer_(problem, options), options_(options) {}

  void add_seed(const CurveSeed& seed) {
    if (full()) return;
    VectorXd x = seed.x;
    if (!polish_solution(problem_, x, seed.parameter, options_)) return;
    const VectorXd y = tracer_.scaled(x, seed.parameter);
    if (!tracer_.admissible(y) || is_known(y)) return;
    const auto start = tracer_.described(y, {});
    if (!start) return;
    add_both_directions(*start);
    follow_branch_points();
  }

  [[nodiscard]] std::vector<SolutionCurve> result() const {
    std::vector<SolutionCurve> curves;
    for (const TracedCurve& traced : curves_) {
      SolutionCurve& curve = curves.emplace_back();
      for (const TracedPoint& point : traced.arc.points) {
        curve.points.push_back({tracer_.x_of(point.y), tracer_.p_of(point.y), point.tangent, point.residual});
      }
      // Rounding must not leave the range.
      for (CurvePoint& point : curve.points) {
        point.parameter = std::clamp(point.parameter, problem_.lower, problem_.upper);
      }
      for (const CurveEvent& event : traced.arc.events) {
        if (!is_repeated(traced, event)) curve.events.push_back(event);
      }
      curve.front = traced.front;
      curve.back = traced.arc.end;
    }
    return curves;
  }

 private:
  [[nodiscard]] bool full() const { return curves_.size() >= options_.largest_curves; }

  /// Is it the branch point at which the curve was cut?
  [[nodiscard]] static bool is_cut(const TracedCurve& curve, std::size_t index) {
    return (index == 0 && curve.front == End::kBranchPoint) ||
           (index + 1 == curve.arc.points.size() && curve.arc.end == End::kBranchPoint);
  }

  /// A cut that the curve which passes through it reports.
  [[nodiscard]] bool is_repeated(const TracedCurve& curve, const CurveEvent& event) const {
    if (event.direction.size() == 0 || !is_cut(curve, event.index)) return false;
    const VectorXd& y = curve.arc.points[event.index].y;
    return std::any_of(curves_.begin(), curves_.end(), [&](const TracedCurve& other) {
      return std::any_of(other.arc.events.begin(), other.arc.events.end(), [&](const CurveEvent& same) {
        return same.direction.size() > 0 && !is_cut(other, same.index) &&
               (other.arc.points[same.index].y - y).norm() < kSameBranchPoint;
      });
    });
  }

  void add_both_directions(const TracedPoint& start) {
    TracedPoint reversed = start;
    reversed.tangent = -start.tangent;
    reversed.determinant.sign = -start.determinant.sign;
    MarkedArc forward = marked(tracer_, tracer_.trace(start));
    if (forward.end == End::kClosed) {
      add({std::move(forward), End::kClosed});
      return;
    }
    MarkedArc backward = marked(tracer_, tracer_.trace(reversed));
    const End front = backward.end;
    add({joined(std::move(backward), std::move(forward)), front});
  }

  void add(TracedCurve curve) {
    curves_.push_back(std::move(curve));
    for (std::size_t i = 0; i < curves_.back().arc.events.size(); ++i) {
      if (curves_.back().arc.events[i].kind == Kind::kTranscritical) pending_.emplace_back(curves_.size() - 1, i);
    }
  }

  void follow_branch_points() {
    while (!pending_.empty() && !full()) {
      const auto [curve, event] = pending_.front();
      pending_.pop_front();
      switch_branch(curve, event);
    }
  }

  /// The null direction of [F_y; tangent^T] at a branch point: inverse iteration on A^T A.
  [[nodiscard]] VectorXd crossing_direction(const TracedPoint& point) const {
    MatrixXd matrix(point.y.size(), point.y.size());
    matrix << tracer_.slopes(point.y), point.tangent.transpose();
    const double tiny = 1e-13 * matrix.cwiseAbs().maxCoeff();
    matrix.diagonal().array() += tiny;
    const auto factors = matrix.partialPivLu();
    const auto transposed = matrix.transpose().eval().partialPivLu();
    VectorXd direction = VectorXd::LinSpaced(point.y.size(), 1.0, 2.0).normalized();
    for (int i = 0; i < 6; ++i) {
      direction = factors.solve(transposed.solve(direction).normalized());
      direction.normalize();
    }
    direction -= direction.dot(point.tangent) * point.tangent;
    return direction.normalized();
  }

  void switch_branch(std::size_t curve, std::size_t index) {
    const TracedPoint point = curves_[curve].arc.points[curves_[curve].arc.events[index].index];
    const bool at_an_end = is_cut(curves_[curve], curves_[curve].arc.events[index].index);
    const VectorXd direction = crossing_direction(point);
    if (!direction.allFinite()) return;
    double moved[2] = {0.0, 0.0};
    bool admissible = false;
    for (const int side : {0, 1}) {
      const VectorXd normal = side == 0 ? direction : (-direction).eval();
      std::optional<VectorXd> met;
      for (double step = kSwitchStep; step >= kSmallestSwitch && !met; step /= 4.0) {
        VectorXd y = point.y + step * normal;
        if (!tracer_.correct(y, normal) || (y - point.y).norm() > 10.0 * step) continue;
        met = y;
        moved[side] = (y(y.size() - 1) - point.y(y.size() - 1)) / step;
      }
      if (!met || !tracer_.admissible(*met)) continue;
      admissible = true;
      if (full()) continue;
      const double p = tracer_.p_of(*met);
      if (p < problem_.lower || p > problem_.upper || is_known(*met)) continue;
      auto start = tracer_.described(*met, normal);
      if (!start) continue;
      if (at_an_end) {  // the other curve passes through
        add_both_directions(*start);
        continue;
      }
      MarkedArc arc = marked(tracer_, tracer_.trace(*start));
      TracedPoint first = point;
      first.tangent = normal;
      arc.points.insert(arc.points.begin(), first);
      for (CurveEvent& event : arc.events) ++event.index;
      add({std::move(arc), End::kBranchPoint});
    }
    CurveEvent& event = curves_[curve].arc.events[index];
    event.direction = direction;
    event.admissible = admissible;
    const bool turns = std::abs(moved[0] + moved[1]) > std::abs(moved[0] - moved[1]);
    if (turns || at_an_end) event.kind = Kind::kPitchfork;
  }

  /// Does the point lie on a curve that is there already?
  [[nodiscard]] bool is_known(const VectorXd& y) const {
    for (const TracedCurve& curve : curves_) {
      const auto& points = curve.arc.points;
      for (std::size_t i = 0; i + 1 < points.size(); ++i) {
        const VectorXd chord = points[i + 1].y - points[i].y;
        const double length = chord.squaredNorm();
        if (length == 0.0) continue;
        const double s = (y - points[i].y).dot(chord) / length;
        if (s < -0.05 || s > 1.05) continue;
        const double away = (y - points[i].y - s * chord).norm();
        if (away <= 1e-9) return true;
        if (away > 0.3 * std::sqrt(length) + kSamePoint) continue;
        VectorXd on_curve = points[i].y + s * chord;
        if (tracer_.correct(on_curve, chord.normalized()) && (on_curve - y).norm() < kSamePoint) return true;
      }
    }
    return false;
  }

  const ContinuationProblem& problem_;
  CurveTracer tracer_;
  const ContinuationOptions& options_;
  std::vector<TracedCurve> curves_;
  std::deque<std::pair<std::size_t, std::size_t>> pending_;  ///< curve, event
};

}  // namespace

bool polish_solution(const ContinuationProblem& problem, VectorXd& x, double p, const ContinuationOptions& options) {
  const CurveTracer tracer(problem, options);
  VectorXd y = tracer.scaled(x, p);
  ContinuationOptions patient = options;
  patient.newton_steps = std::max(options.newton_steps, 30);
  if (!CurveTracer(problem, patient).correct(y, VectorXd::Unit(y.size(), y.size() - 1))) return false;
  x = tracer.x_of(y);
  return true;
}

std::vector<SolutionCurve> solution_curves(const ContinuationProblem& problem, const std::vector<CurveSeed>& seeds,
                                           const ContinuationOptions& options) {
  if (!(problem.upper > problem.lower)) throw std::invalid_argument("continuation: an empty range of the parameter");
  if (problem.spectrum && !problem.criticality) throw std::invalid_argument("continuation: a spectrum without a line");
  CurveSet curves(problem, options);
  for (const CurveSeed& seed : seeds) curves.add_seed(seed);
  return curves.result();
}

}  // namespace limes::math

#include "limes/math/curve_events.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "limes/math/roots.hpp"

namespace limes::math {
namespace {

using Kind = CurveEvent::Kind;
using Complex = std::complex<double>;

constexpr double kPlaceTolerance = 1e-13;  // of the segment
constexpr double kNarrow = 1e-3;           // of the segment: from here on one eigenvalue is followed
constexpr double kAtTheLine = 1e-8;        // criticality of an eigenvalue that does cross

/// The segment between two neighbouring points of a curve; s runs from 0 to 1.
class Segment {
 public:
  Segment(const CurveTracer& tracer, const TracedPoint& a, const TracedPoint& b) : tracer_(tracer), a_(a), b_(b) {}

  [[nodiscard]] const TracedPoint& a() const { return a_; }
  [[nodiscard]] const TracedPoint& b() const { return b_; }

  [[nodiscard]] std::optional<TracedPoint> at(double s) const { return tracer_.between(a_, b_, s); }

  /// The zero of f between the ends. Where Newton fails (at a branch point the equations are singular) f is taken as
  /// linear.
  [[nodiscard]] double zero(const std::function<double(const TracedPoint&)>& f, double low = 0.0,
                            double high = 1.0) const {
    const double at_low = value(f, low), at_high = value(f, high);
    return brent(
        [&](double s) {
          if (s == low) return at_low;
          if (s == high) return at_high;
          const double linear = at_low + (s - low) / (high - low) * (at_high - at_low);
          const auto point = at(s);
          const double found = point ? f(*point) : linear;
          return std::isfinite(found) ? found : linear;
        },
        low, high, kPlaceTolerance);
  }

  /// The point at s; between its neighbours where Newton fails.
  [[nodiscard]] TracedPoint point(double s, double spacing = 1e-4) const {
    if (auto exact = at(s)) return *exact;
    return middle(s, spacing);
  }

  /// The mean of the points at s +- spacing: right to spacing^2 where the point itself is singular.
  [[nodiscard]] TracedPoint middle(double s, double spacing) const {
    const double room = std::min({spacing, s, 1.0 - s});
    const auto before = at(s - room), after = at(s + room);
    TracedPoint result = before ? *before : a_;
    const bool both = room > 0.0 && before && after;
    result.y = both ? ((before->y + after->y) / 2.0).eval() : (a_.y + s * (b_.y - a_.y)).eval();
    if (both) result.tangent = (before->tangent + after->tangent).normalized();
    return result;
  }

 private:
  [[nodiscard]] double value(const std::function<double(const TracedPoint&)>& f, double s) const {
    if (s == 0.0) return f(a_);
    if (s == 1.0) return f(b_);
    const auto point = at(s);
    return point ? f(*point) : f(a_) + s * (f(b_) - f(a_));
  }

  const CurveTracer& tracer_;
  const TracedPoint& a_;
  const TracedPoint& b_;
};

struct Found {
  double place = 0.0;
  CurveEvent event;
  TracedPoint point;
};

bool changes(double before, double after) {
  return std::isfinite(before) && std::isfinite(after) && before != 0.0 && (before > 0.0) != (after > 0.0);
}

/// One of a conjugate pair, and no real positive eigenvalue.
bool is_counted(Complex z) {
  const bool real = std::abs(z.imag()) <= 1e-11 * std::abs(z);
  return real ? z.real() < 0.0 : z.imag() > 0.0;
}

int beyond(const CurveTracer& tracer, const TracedPoint& point) {
  return static_cast<int>(std::count_if(point.spectrum.begin(), point.spectrum.end(), [&](Complex z) {
    return is_counted(z) && tracer.problem().criticality(z) > 0.0;
  }));
}

template <typename Distance>
std::optional<Complex> nearest(const TracedPoint& point, const Distance& distance) {
  std::optional<Complex> best;
  for (const Complex z : point.spectrum) {
    if (is_counted(z) && (!best || distance(z) < distance(*best))) best = z;
  }
  return best;
}

/// The crossings of eigenvalues between low and high, where `before` and `after` of them lie beyond the line.
void find_crossings(const CurveTracer& tracer, const Segment& segment, double low, double high, int before, int after,
                    std::vector<Found>& found) {
  if (before == after) return;
  const double middle = (low + high) / 2.0;
  const TracedPoint at_middle = segment.point(middle);
  if (high - low > kNarrow || (std::abs(after - before) > 1 && high - low > 1e-9)) {
    const int there = beyond(tracer, at_middle);
    find_crossings(tracer, segment, low, middle, before, there, found);
    find_crossings(tracer, segment, middle, high, there, after, found);
    return;
  }
  const auto criticality = [&](Complex z) { return tracer.problem().criticality(z); };
  std::optional<Complex> followed = nearest(at_middle, [&](Complex z) { return std::abs(criticality(z)); });
  if (!followed) return;
  const auto follow = [&](const TracedPoint& point) {
    const auto z = nearest(point, [&](Complex candidate) { return std::abs(candidate - *followed); });
    return z ? criticality(*z) : std::nan("");
  };
  const double at_low = follow(segment.point(low)), at_high = follow(segment.point(high));
  if (!changes(at_low, at_high)) return;  // an eigenvalue became real or complex beyond the line: no crossing
  const double place = segment.zero(follow, low, high);
  Found crossing;
  crossing.place = place;
  crossing.point = segment.point(place);
  const auto z = nearest(crossing.point, [&](Complex candidate) { return std::abs(criticality(candidate)); });
  if (!z || std::abs(criticality(*z)) > kAtTheLine) return;
  crossing.event.kind = Kind::kCrossing;
  crossing.event.eigenvalue = *z;
  found.push_back(std::move(crossing));
}

std::vector<Found> events_between(const CurveTracer& tracer, const TracedPoint& a, const TracedPoint& b,
                                  bool& turns_at_branch_point) {
  const Segment segment(tracer, a, b);
  const Eigen::Index last = a.tangent.size() - 1;
  std::vector<Found> found;
  const auto add = [&](Kind kind, double place, TracedPoint point) {
    found.emplace_back();
    found.back().place = place;
    found.back().event.kind = kind;
    found.back().point = std::move(point);
  };
  std::optional<double> turn, branch;
  if (changes(a.tangent(last), b.tangent(last))) {
    turn = segment.zero([&](const TracedPoint& point) { return point.tangent(last); });
  }
  if (a.determinant.sign * b.determinant.sign < 0) {
    const double unit = std::max(a.determinant.log_modulus, b.determinant.log_modulus);
    branch = segment.zero([&](const TracedPoint& point) { return point.determinant.relative_to(unit); });
  }
  turns_at_branch_point = turn && branch && std::abs(*turn - *branch) < 1e-2;
  if (branch) add(Kind::kTranscritical, *branch, segment.middle(*branch, 1e-4));
  if (turn && !turns_at_branch_point) add(Kind::kFold, *turn, segment.point(*turn));
  for (std::size_t i = 0; i < std::min(a.tests.size(), b.tests.size()); ++i) {
    if (!changes(a.tests[i], b.tests[i])) continue;
    const double place =
        segment.zero([&](const TracedPoint& point) { return point.tests.size() > i ? point.tests[i] : std::nan(""); });
    add(Kind::kTest, place, segment.point(place));
    found.back().event.test = i;
  }
  if (tracer.problem().spectrum) {
    find_crossings(tracer, segment, 0.0, 1.0, beyond(tracer, a), beyond(tracer, b), found);
  }
  std::sort(found.begin(), found.end(), [](const Found& x, const Found& y) { return x.place < y.place; });
  return found;
}

}  // namespace

MarkedArc marked(const CurveTracer& tracer, TracedArc arc) {
  MarkedArc result;
  result.end = arc.end;
  for (std::size_t i = 0; i < arc.points.size(); ++i) {
    tracer.options().stop.check();
    result.points.push_back(arc.points[i]);
    if (i + 1 == arc.points.size()) break;
    bool cut = false;
    for (Found& found : events_between(tracer, arc.points[i], arc.points[i + 1], cut)) {
      found.event.index = result.points.size();
      result.points.push_back(std::move(found.point));
      const bool is_branch_point = found.event.kind == Kind::kTranscritical;
      result.events.push_back(std::move(found.event));
      if (cut && is_branch_point) {
        result.end = SolutionCurve::End::kBranchPoint;
        return result;
      }
    }
  }
  return result;
}

}  // namespace limes::math

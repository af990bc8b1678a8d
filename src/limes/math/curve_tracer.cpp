#include "limes/math/curve_tracer.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>

namespace limes::math {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

// A Newton step that no longer shrinks is at rounding if it is this small.
constexpr double kRoundingStep = 1e-8;
// The Jacobian is kept while Newton's steps shrink by this factor each.
constexpr double kReusedAsLongAs = 0.05;
// A corrected point farther from its prediction than this share of the step may lie on another curve.
constexpr double kLargestCorrection = 0.5;

SignedLog determinant_of(const Eigen::PartialPivLU<MatrixXd>& factors) {
  SignedLog result{static_cast<int>(factors.permutationP().determinant()), 0.0};
  const auto diagonal = factors.matrixLU().diagonal();
  for (Index i = 0; i < diagonal.size(); ++i) {
    if (diagonal(i) == 0.0) return {};
    if (diagonal(i) < 0.0) result.sign = -result.sign;
    result.log_modulus += std::log(std::abs(diagonal(i)));
  }
  return result;
}

MatrixXd bordered(const MatrixXd& slopes, const VectorXd& border) {
  MatrixXd matrix(slopes.rows() + 1, slopes.cols());
  matrix << slopes, border.transpose();
  return matrix;
}

}  // namespace

double SignedLog::relative_to(double unit) const {
  return sign * std::exp(std::clamp(log_modulus - unit, -600.0, 600.0));
}

CurveTracer::CurveTracer(const ContinuationProblem& problem, const ContinuationOptions& options)
    : problem_(problem), options_(options), size_(problem.scale.size()), range_(problem.upper - problem.lower) {}

VectorXd CurveTracer::scaled(const VectorXd& x, double p) const {
  VectorXd y(size_ + 1);
  y << x.cwiseQuotient(problem_.scale), p / range_;
  return y;
}

VectorXd CurveTracer::x_of(const VectorXd& y) const { return y.head(size_).cwiseProduct(problem_.scale); }

VectorXd CurveTracer::residual(const VectorXd& y) const { return problem_.residual(x_of(y), p_of(y)); }

bool CurveTracer::admissible(const VectorXd& y) const {
  return !problem_.admissible || problem_.admissible(x_of(y), p_of(y));
}

MatrixXd CurveTracer::slopes(const VectorXd& y) const {
  MatrixXd result(size_, size_ + 1);
  const double step = problem_.difference;
  if (problem_.jacobian) {
    result.leftCols(size_) = problem_.jacobian(x_of(y), p_of(y)) * problem_.scale.asDiagonal();
  }
  // Differences of the second order, to one side where the other lies outside the domain.
  for (Index i = problem_.jacobian ? size_ : 0; i <= size_; ++i) {
    VectorXd at = y;
    const auto shifted = [&](double by) {
      at(i) = y(i) + by;
      VectorXd value = residual(at);
      at(i) = y(i);
      return value;
    };
    const bool at_end = i == size_ && (p_of(y) + step * range_ > problem_.upper ||  //
                                       p_of(y) - step * range_ < problem_.lower);
    VectorXd column = VectorXd::Constant(size_, NAN);
    if (!at_end) column = (shifted(step) - shifted(-step)) / (2.0 * step);
    const VectorXd here = column.allFinite() ? VectorXd() : residual(y);
    for (const double side : {1.0, -1.0}) {
      if (column.allFinite()) break;
      if (at_end && (side > 0.0) != (p_of(y) < (problem_.lower + problem_.upper) / 2.0)) continue;
      column = side * (4.0 * shifted(side * step) - shifted(side * 2.0 * step) - 3.0 * here) / (2.0 * step);
    }
    result.col(i) = column;
  }
  return result;
}

std::optional<int> CurveTracer::correct(VectorXd& y, const VectorXd& normal, const MatrixXd* nearby) const {
  const VectorXd start = y;
  double last = INFINITY;
  int factorisations = 0;
  bool renew = nearby == nullptr || nearby->size() == 0;
  Eigen::PartialPivLU<MatrixXd> factors;
  if (!renew) factors.compute(bordered(*nearby, normal));
  for (int iteration = 1; iteration <= 4 * options_.newton_steps; ++iteration) {
    VectorXd right(size_ + 1);
    right << -residual(y), -normal.dot(y - start);
    if (!right.allFinite()) return std::nullopt;
    if (renew) {
      const MatrixXd matrix = bordered(slopes(y), normal);
      if (!matrix.allFinite() || ++factorisations > options_.newton_steps) return std::nullopt;
      factors.compute(matrix);
    }
    const VectorXd step = factors.solve(right);
    if (!step.allFinite()) return std::nullopt;
    y += step;
    const double size = step.cwiseAbs().maxCoeff();
    if (size > 10.0) return std::nullopt;
    const double tolerance = options_.tolerance * std::max(1.0, y.cwiseAbs().maxCoeff());
    if (size <= tolerance || (renew && size > 0.3 * last && size < kRoundingStep)) return factorisations;
    renew = iteration == 1 ? factorisations > 0 : size > kReusedAsLongAs * last;
    last = size;
  }
  return std::nullopt;
}

std::optional<TracedPoint> CurveTracer::described(const VectorXd& y, const VectorXd& direction) const {
  TracedPoint point;
  point.y = y;
  const VectorXd value = residual(y);
  if (!value.allFinite()) return std::nullopt;
  point.residual = size_ > 0 ? value.cwiseAbs().maxCoeff() : 0.0;
  const MatrixXd slope = slopes(y);
  if (!slope.allFinite()) return std::nullopt;
  const VectorXd along_p = VectorXd::Unit(size_ + 1, size_);
  VectorXd tangent = bordered(slope, direction.size() > 0 ? direction : along_p).partialPivLu().solve(along_p);
  if (!tangent.allFinite() || tangent.norm() > 1e12) {
    const MatrixXd kernel = slope.fullPivLu().kernel();
    tangent = kernel.col(0);
  }
  tangent.normalize();
  const double side = direction.size() > 0 ? direction.dot(tangent) : tangent(size_);
  if (side < 0.0) tangent = -tangent;
  point.tangent = tangent;
  point.slope = slope;
  point.determinant = determinant_of(bordered(slope, tangent).partialPivLu());
  if (problem_.tests) point.tests = problem_.tests(x_of(y), p_of(y));
  if (problem_.spectrum) point.spectrum = problem_.spectrum(x_of(y), p_of(y));
  return point;
}

std::optional<TracedPoint> CurveTracer::between(const TracedPoint& a, const TracedPoint& b, double s) const {
  const VectorXd chord = (b.y - a.y).normalized();
  VectorXd y = a.y + s * (b.y - a.y);
  if (!correct(y, chord)) return std::nullopt;
  return described(y, chord);
}

/// The end of the range on the way from a point: Newton at fixed p from the tangent's prediction.
std::optional<TracedPoint> CurveTracer::landing(const TracedPoint& from, double bound, double step) const {
  const double distance = (bound / range_ - from.y(size_)) / from.tangent(size_);
  if (!(distance >= 0.0) || distance > 2.0 * step) return std::nullopt;
  VectorXd y = from.y + distance * from.tangent;
  y(size_) = bound / range_;
  const VectorXd predicted = y;
  if (!correct(y, VectorXd::Unit(size_ + 1, size_)) || !admissible(y)) return std::nullopt;
  y(size_) = bound / range_;
  if ((y - predicted).norm() > kLargestCorrection * step) return std::nullopt;
  auto point = described(y, from.tangent);
  if (!point || point->tangent.dot(from.tangent) < std::cos(2.0 * options_.largest_turn)) return std::nullopt;
  return point;
}

bool CurveTracer::closes(const TracedPoint& start, const TracedPoint& before, const TracedPoint& next) const {
  const double step = (next.y - before.y).norm();
  if ((start.y - next.y).norm() > 1.5 * step || next.tangent.dot(start.tangent) < 0.9) return false;
  return (start.y - before.y).dot(before.tangent) > 0.0 && (start.y - next.y).dot(next.tangent) <= 0.0;
}

TracedArc CurveTracer::trace(const TracedPoint& start) const {
  using End = SolutionCurve::End;
  TracedArc arc;
  arc.points.push_back(start);
  double step = options_.first_step;
  const auto finish = [&](End end) {
    arc.end = end;
    return arc;
  };
  while (arc.points.size() < options_.largest_points) {
    options_.stop.check();
    const TracedPoint& from = arc.points.back();
    const double towards = from.tangent(size_);
    const double bound = towards > 0.0 ? problem_.upper : problem_.lower;
    const bool at_bound = std::abs(p_of(from.y) - bound) <= 1e-12 * range_;
    if (at_bound && std::abs(towards) > 1e-9) return finish(End::kRange);
    VectorXd y = from.y + step * from.tangent;
    const VectorXd predicted = y;
    bool outside = p_of(y) > problem_.upper || p_of(y) < problem_.lower;
    bool left_domain = false;
    std::optional<TracedPoint> next;
    int iterations = 0;
    if (!outside) {
      const auto corrected = correct(y, from.tangent, &from.slope);
      if (corrected) {
        iterations = *corrected;
        outside = p_of(y) > problem_.upper || p_of(y) < problem_.lower;
        left_domain = !admissible(y);
        if (!outside && !left_domain && (y - predicted).norm() < kLargestCorrection * step) {
          next = described(y, from.tangent);
          if (next && next->tangent.dot(from.tangent) < std::cos(options_.largest_turn)) next.reset();
        }
      }
    }
    if (outside) {
      if (auto last = landing(from, bound, step)) {
        arc.points.push_back(std::move(*last));
        return finish(End::kRange);
      }
    }
    if (!next) {
      step /= 2.0;
      if (step < options_.smallest_step) {
        return finish(left_domain || !residual(predicted).allFinite() ? End::kDomain : End::kLost);
      }
      continue;
    }
    if (arc.points.size() > 3 && closes(start, from, *next)) {
      arc.points.push_back(start);
      return finish(End::kClosed);
    }
    arc.points.back().slope.resize(0, 0);
    arc.points.push_back(std::move(*next));
    if (iterations <= 1) step = std::min(1.5 * step, options_.largest_step);
    if (iterations >= 3) step /= 2.0;
  }
  return finish(End::kLost);
}

}  // namespace limes::math

#pragma once
// One step along a solution curve and one curve; the coordinates are scaled: y = (x/scale, p/(upper - lower)). Internal
// to continuation.

#include <optional>

#include "limes/math/continuation.hpp"

namespace limes::math {

/// sign * exp(log_modulus); sign 0 for a singular matrix.
struct SignedLog {
  int sign = 0;
  double log_modulus = 0.0;
  /// The value relative to exp(unit).
  [[nodiscard]] double relative_to(double unit) const;
};

/// A point of a curve with what the search for special points needs of it.
struct TracedPoint {
  Eigen::VectorXd y;
  Eigen::VectorXd tangent;
  double residual = 0.0;
  Eigen::MatrixXd slope;  ///< dF/dy; empty once the curve has gone on
  SignedLog determinant;  ///< of [F_y; tangent^T]: changes its sign at simple branch points only
  std::vector<double> tests;
  std::vector<std::complex<double>> spectrum;
};

struct TracedArc {
  std::vector<TracedPoint> points;
  SolutionCurve::End end = SolutionCurve::End::kLost;
};

class CurveTracer {
 public:
  CurveTracer(const ContinuationProblem& problem, const ContinuationOptions& options);

  [[nodiscard]] const ContinuationProblem& problem() const { return problem_; }
  [[nodiscard]] const ContinuationOptions& options() const { return options_; }
  [[nodiscard]] Eigen::Index size() const { return size_; }  ///< n
  [[nodiscard]] Eigen::VectorXd scaled(const Eigen::VectorXd& x, double p) const;
  [[nodiscard]] Eigen::VectorXd x_of(const Eigen::VectorXd& y) const;
  [[nodiscard]] double p_of(const Eigen::VectorXd& y) const { return y(size_) * range_; }

  /// F at y.
  [[nodiscard]] Eigen::VectorXd residual(const Eigen::VectorXd& y) const;
  /// dF/dy, n x (n + 1).
  [[nodiscard]] Eigen::MatrixXd slopes(const Eigen::VectorXd& y) const;
  [[nodiscard]] bool admissible(const Eigen::VectorXd& y) const;

  /// Newton's method on F(y) = 0, normal . (y - start) = 0, with the Jacobian kept while that converges fast; how often
  /// it was computed, or none.
  [[nodiscard]] std::optional<int> correct(Eigen::VectorXd& y, const Eigen::VectorXd& normal,
                                           const Eigen::MatrixXd* nearby = nullptr) const;

  /// Everything known at a solution; the tangent points along `direction` (empty: towards larger p, where it can).
  [[nodiscard]] std::optional<TracedPoint> described(const Eigen::VectorXd& y, const Eigen::VectorXd& direction) const;

  /// The curve from a point on in the direction of its tangent.
  [[nodiscard]] TracedArc trace(const TracedPoint& start) const;

  /// The curve's point where the hyperplane through a + s (b - a), normal to b - a, meets it.
  [[nodiscard]] std::optional<TracedPoint> between(const TracedPoint& a, const TracedPoint& b, double s) const;

 private:
  [[nodiscard]] std::optional<TracedPoint> landing(const TracedPoint& from, double bound, double step) const;
  [[nodiscard]] bool closes(const TracedPoint& start, const TracedPoint& before, const TracedPoint& next) const;

  const ContinuationProblem& problem_;
  const ContinuationOptions& options_;
  Eigen::Index size_;
  double range_;
};

}  // namespace limes::math

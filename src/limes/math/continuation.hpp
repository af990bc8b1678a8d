#pragma once
// Solution curves of F(x, p) = 0, x in R^n, by pseudo-arclength continuation (H. B. Keller, 1977; E. L. Allgower and
// K. Georg, Numerical Continuation Methods, 1990), with the special points on them.

#include <Eigen/Core>
#include <complex>
#include <cstddef>
#include <functional>
#include <vector>

#include "limes/base/interruption.hpp"

namespace limes::math {

struct ContinuationProblem {
  /// F(x, p), n values; a value that is not finite: (x, p) lies outside the domain.
  std::function<Eigen::VectorXd(const Eigen::VectorXd& x, double p)> residual;
  /// dF/dx, n x n. Empty: central differences with steps of `difference` times the scale.
  std::function<Eigen::MatrixXd(const Eigen::VectorXd& x, double p)> jacobian;
  /// Where a solution has a meaning; curves end at its border. Empty: everywhere.
  std::function<bool(const Eigen::VectorXd& x, double p)> admissible;
  Eigen::VectorXd scale;  ///< natural sizes of x, positive
  double lower = 0.0;     ///< range of p
  double upper = 1.0;
  double difference = 1e-6;  ///< relative step of differences in x (of scale) and p (of the range)
  /// Functions of the solution whose zeros are special points. Empty: none. A value that is not finite has no sign.
  std::function<std::vector<double>(const Eigen::VectorXd& x, double p)> tests;
  /// Eigenvalues of the dynamics at a solution, with `criticality` negative for decaying ones (|z| - 1, or Re z - 1).
  /// Crossings of real positive eigenvalues are folds and branch points of F and found as such. Empty: none.
  std::function<std::vector<std::complex<double>>(const Eigen::VectorXd& x, double p)> spectrum;
  std::function<double(std::complex<double> z)> criticality;
};

struct ContinuationOptions {
  // Steps are lengths in the coordinates x/scale, p/(upper - lower).
  double first_step = 5e-3;
  double smallest_step = 1e-8;
  double largest_step = 0.03;
  double largest_turn = 0.2;  ///< radians between the tangents of neighbouring points
  double tolerance = 1e-12;   ///< on Newton's step
  int newton_steps = 10;
  std::size_t largest_points = 4000;  ///< per direction of a curve
  std::size_t largest_curves = 200;
  StopToken stop;
};

struct CurvePoint {
  Eigen::VectorXd x;
  double parameter = 0.0;
  Eigen::VectorXd tangent;  ///< unit vector in the scaled coordinates (n + 1, parameter last)
  double residual = 0.0;    ///< largest |F|
};

/// A special point of a curve.
struct CurveEvent {
  enum class Kind {
    kFold,           ///< the curve turns back in p
    kPitchfork,      ///< another curve crosses that turns back in p there
    kTranscritical,  ///< another curve crosses
    kTest,           ///< tests()[test] changes its sign
    kCrossing,       ///< an eigenvalue of the spectrum crosses
  };
  Kind kind = Kind::kFold;
  std::size_t test = 0;                     ///< kTest
  std::complex<double> eigenvalue{1., 0.};  ///< kCrossing: of a conjugate pair the one above the real axis
  std::size_t index = 0;                    ///< of its point in the curve
  Eigen::VectorXd direction;                ///< branch points: scaled unit vector of the crossing curve, as `tangent`
  bool admissible = true;                   ///< branch points: the crossing curve is, on one side at least
};

struct SolutionCurve {
  /// How a direction ended: at an end of the parameter's range; at the border of what is admissible; at a branch point
  /// of another curve, which this one leaves; back at its start; where Newton's method found no next point or the
  /// number of points was exhausted.
  enum class End { kRange, kDomain, kBranchPoint, kClosed, kLost };
  std::vector<CurvePoint> points;  ///< along the curve, special points included
  std::vector<CurveEvent> events;  ///< ascending in `index`
  End front = End::kRange;
  End back = End::kRange;
};

/// One known solution (to be polished by Newton's method at fixed p).
struct CurveSeed {
  Eigen::VectorXd x;
  double parameter = 0.0;
};

/// All curves through the seeds and, from their branch points on, through those of each other; each curve once. A curve
/// that meets another at a point where it turns back itself (the arms of a pitchfork) is cut there. Special points are
/// located to 1e-12 of the step (about 1e-13 of the range of p). Two special points of one kind within one step cancel
/// and are missed: the step and the turn per step bound how close they are then. Throws InterruptedError.
[[nodiscard]] std::vector<SolutionCurve> solution_curves(const ContinuationProblem& problem,
                                                         const std::vector<CurveSeed>& seeds,
                                                         const ContinuationOptions& options = {});

/// Newton's method at fixed p; true if it converged to a residual at rounding.
[[nodiscard]] bool polish_solution(const ContinuationProblem& problem, Eigen::VectorXd& x, double p,
                                   const ContinuationOptions& options = {});

}  // namespace limes::math

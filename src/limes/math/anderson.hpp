#pragma once
#include <functional>
#include <vector>

namespace limes::math {

struct AndersonOptions {
  int depth = 6;             ///< how many earlier differences are kept; 0 is the damped plain iteration
  double damping = 1.0;      ///< beta in (0, 1]: the share of the residual that is added
  double tolerance = 1e-12;  ///< converged when max |G(x) - x| <= tolerance (absolute)
  int max_iterations = 500;
  /// The differences are dropped and one damped plain step is taken when the residual exceeds this multiple of the
  /// smallest one so far.
  double restart_growth = 1e3;
  /// Called after each evaluation of G; false stops.
  std::function<bool(int iteration, double residual, const std::vector<double>& x)> proceed;
};

struct AndersonResult {
  std::vector<double> x;                 ///< the iterate of the smallest residual
  double residual = 0.0;                 ///< max |G(x) - x| there
  std::vector<double> residual_history;  ///< one per evaluation of G
  bool converged = false;
};

/// Fixed point of x = G(x) by Anderson acceleration (D. G. Anderson 1965; type II of Walker & Ni, SIAM J. Numer. Anal.
/// 49, 1715 (2011)): x <- x + beta r - (dX + beta dR) gamma with gamma minimising |r - dR gamma|, r = G(x) - x.
/// A G(x) that is not finite leads back to the best iterate, from which a plain step with half the damping is taken
/// (the damping recovers while the residual falls). Never throws for lack of convergence:
/// `converged` says it. Throws std::invalid_argument on options out of range or a G that changes the dimension.
[[nodiscard]] AndersonResult anderson(const std::function<std::vector<double>(const std::vector<double>&)>& map,
                                      std::vector<double> start, const AndersonOptions& options = {});

}  // namespace limes::math

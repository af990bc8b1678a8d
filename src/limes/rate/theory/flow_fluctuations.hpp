#pragma once
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/rate/theory/ensemble.hpp"
#include "limes/transfer/moments.hpp"

namespace limes::rate::theory {

/// A fluctuating stationary state of the flow du/ds = -u + J f(u) - theta + xi, <xi xi'> = 2 D delta (note 6.1).
struct FlowFluctuation {
  double mean = 0.0;
  double variance = 0.0;  ///< Delta0
  double frozen = 0.0;    ///< q
  transfer::Moments moments;
  double step = 0.0;                   ///< spacing of `autocovariance`, in tau
  std::vector<double> autocovariance;  ///< Delta(k step); decayed to q within 1e-10 of Delta0 - q at the end
  double lyapunov_exponent = 0.0;      ///< per tau
  double lyapunov_error = 0.0;         ///< from two step sizes
  bool stable = false;
  bool converged = false;
  double residual = 0.0;  ///< of the self-consistency, relative to v
};

/// All fluctuating branches by the potential method, in ascending order of (mean, variance): with
/// P'(x) = x - J^2 C(x) - sigma_theta^2 the state obeys q = J^2 C(q) + sigma_theta^2, P(Delta0) - P(q) = D^2/2 and
/// mu = Jbar E f - thetabar; Delta(tau) follows from the conserved energy Delta'^2 = 2 [P(Delta) - P(q)] by quadrature
/// (never by shooting: the solution is a separatrix). Stable: the crossing of the residuals is that of an attracting
/// fixed point.
[[nodiscard]] std::vector<FlowFluctuation> flow_fluctuations(const Ensemble& ensemble, const StopToken& stop = {});

/// The state whose solution (mu, Delta0, q) is known: its autocovariance, exponent and stability.
[[nodiscard]] FlowFluctuation flow_fluctuation_at(const Ensemble& ensemble, double mean, double variance,
                                                  double frozen);

/// Delta(k step), k = 0 .. points - 1, of a solved state on another lag grid.
[[nodiscard]] std::vector<double> flow_autocovariance(const Ensemble& ensemble, const FlowFluctuation& state,
                                                      double step, std::size_t points);

struct IterationOptions {
  double tolerance = 1e-11;
  int largest_iterations = 4000;
};

/// The same by a second method that shares no equation with the first: Anderson-accelerated iteration of
/// Delta -> (1 - d^2/dtau^2)^-1 [J^2 C(Delta) + sigma_theta^2 + 2 D delta] on a lag grid, extrapolated in the step; the
/// exponent by finite differences. Finds the stable branches that its starts (several means, large and small variance)
/// lead to; near the onset only as long as the correlation time is below about 300. What did not converge is left out;
/// `unconverged` (if given) receives the relative residuals.
[[nodiscard]] std::vector<FlowFluctuation> flow_fluctuations_by_iteration(const Ensemble& ensemble,
                                                                          const IterationOptions& options = {},
                                                                          const StopToken& stop = {},
                                                                          std::vector<double>* unconverged = nullptr);

}  // namespace limes::rate::theory

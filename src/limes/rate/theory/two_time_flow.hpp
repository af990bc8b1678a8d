#pragma once
#include <functional>
#include <vector>

#include "limes/rate/theory/two_time.hpp"

namespace limes::rate::theory {

/// Per population a deterministic input I_a(time), added to du/dt; an empty list, or an empty function: none. Jumps
/// must lie at multiples of the output step.
using InputFunctions = std::vector<std::function<double(double)>>;

struct TwoTimeFlowOptions {
  double output_step = 0.1;  ///< spacing of the times of the solution, in tau
  double tolerance = 1e-7;   ///< of the estimated error, relative or absolute, whichever is larger
  int most_levels = 6;       ///< at most this many integration steps: output_step, output_step/2, .../4, ...
};

struct TwoTimeFlow {
  double step = 0.0;         ///< spacing of the times
  TwoTimeSolution solution;  ///< extrapolated to step 0
  double error = 0.0;        ///< estimate for the worst value, relative or absolute, whichever is larger
  bool converged = false;    ///< error <= tolerance
};

/// The two-time dynamic mean-field theory of the flow du/ds = -u + J f(u) - theta + I + xi, <xi xi'> = 2 D delta
/// (note 6.2), from time 0 to the first multiple of the output step at or beyond `horizon` (in tau).
///
/// u is a linear filter of its Gaussian field. What the initial state and the white noise contribute to mean and
/// covariance is exact, mu0 e^-t and v0 e^-(t+s) + D (e^-|t-s| - e^-(t+s)); the rest follows the trapezoidal rule
///   u(t+h) = a u(t) + b [G(t) + G(t+h)],  a = (1 - h/2)/(1 + h/2),  b = (h/2)/(1 + h/2),
/// the equations of `two_time_map` with an average of two fields, implicit and solved by iteration in each step. The
/// rule is symmetric in time, so its error is a series in h^2, which Romberg's table of two or more steps removes: the
/// Euler embedding of note 1.2 has the same limit, with errors of every power of h. Where the kinetics is not smooth
/// (kinks of f with noise) the error falls slower, and the estimate says so.
///
/// O(P (horizon/step)^2) time, (horizon/output_step)^2/2 doubles per population and level. Throws InputError for a bad
/// ensemble (a leak and a noise deviation belong to maps), options or input; otherwise as `two_time_map`.
[[nodiscard]] TwoTimeFlow two_time_flow(const PopulationEnsemble& ensemble, double horizon,
                                        const TwoTimeFlowOptions& options = {}, const InputFunctions& input = {},
                                        const StopToken& stop = {});

}  // namespace limes::rate::theory

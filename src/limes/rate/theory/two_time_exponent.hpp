#pragma once
#include "limes/base/interruption.hpp"
#include "limes/rate/theory/two_time.hpp"

namespace limes::rate::theory {

/// Growth of perturbations along a two-time solution, per step or per tau.
struct TwoTimeExponent {
  double value = 0.0;       ///< over the last half of the solution
  double first_half = 0.0;  ///< over the third quarter
  double last_half = 0.0;   ///< over the last quarter
  double step_error = 0.0;  ///< flows: estimated error of the step
};

/// The maximal Lyapunov exponent of a network whose mean-field law is `solution`, driven or not: the growth of
///   K_a(t,s) = E w_a(t) w_a(s),   (T_t - gamma_a)(T_s - gamma_a) K_a = sum_b J_ab^2 E[f'(u_b(t)) f'(u_b(s))] K_b(t,s),
/// T the shift (note 5.1 before stationarity is assumed), from K(0,0) = 1 on. Without any leak the equal times are
/// closed, and perturbations of the means and variances themselves, linearised along the orbit, count too (note 5.1,
/// last remark but one): the larger growth is given. -infinity where all perturbations die. O(P T^2) time, O(P T)
/// memory. Needs at least 8 points. Throws InputError for fewer, InterruptedError.
[[nodiscard]] TwoTimeExponent two_time_map_exponent(const PopulationEnsemble& ensemble, const TwoTimeSolution& solution,
                                                    double period = 0.0, const StopToken& stop = {});

/// The same for a flow whose solution stands at multiples of `step`, by the trapezoidal rule at this step and at twice
/// the step, extrapolated in its square.
[[nodiscard]] TwoTimeExponent two_time_flow_exponent(const PopulationEnsemble& ensemble,
                                                     const TwoTimeSolution& solution, double step, double period = 0.0,
                                                     const StopToken& stop = {});

}  // namespace limes::rate::theory

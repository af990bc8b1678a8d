#include <Eigen/Core>
#include <cmath>
#include <cstddef>
#include <vector>

#include "limes/spiking/theory/generating_descent.hpp"
#include "limes/spiking/theory/generating_equation.hpp"

namespace limes::spiking {
namespace {

constexpr int kDegree = kGeneratingDegree;
using Values = PanelValues;
using Line = std::vector<PanelValues>;

/// On [0, 1/2], unscaled: y' = tau V/u y + tau (f - Lam y(u + 1))/u, whose last term has the limit tau (f' - Lam y'(1))
/// at 0, since f(0) = Lam y(1). `forcing` has f there. Returns y from 1/2 down.
Line near_zero(const GeneratingProblem& problem, const GeneratingDescent& descent, const Line& line,
               const Line& forcing, double forcing_slope) {
  const double tau = problem.time_constant;
  double top = descent.value(line, 0.5);
  Line result;
  for (std::size_t p = 0; p < forcing.size(); ++p) {
    const std::size_t panel = descent.panels() + p;
    Values speed, source;
    for (int i = 0; i <= kDegree; ++i) {
      if (p + 1 == forcing.size() && i == kDegree) {
        speed[i] = tau * problem.cumulant(0, 1);
        source[i] = tau * (forcing_slope - problem.base_rate * descent.slope(line, 1));
        continue;
      }
      const double at = descent.u(panel, i);
      const double delayed = problem.base_rate * std::exp(problem.scale(at + 1)) * line[panel - descent.per_unit()][i];
      speed[i] = tau * problem.cumulant(at) / at;
      source[i] = tau * (forcing[p][i] - delayed) / at;
    }
    result.push_back(descend_panel(descent.half(), top, speed, source));
    top = result.back()[kDegree];
  }
  return result;
}

}  // namespace

GeneratingMoments relaxing_moments(const GeneratingProblem& problem, const GeneratingResolution& options) {
  const GeneratingDescent descent(problem, options);
  const std::size_t unit = descent.per_unit();
  Line homogeneous(unit), particular(unit, Values::Zero()), reset_forcing(descent.panels());
  const double reference = descent.slow_branch(descent.u(unit, 0));
  for (std::size_t panel = 0; panel < descent.panels(); ++panel)
    for (int i = 0; i <= kDegree; ++i) {
      const double at = descent.u(panel, i);
      if (panel < unit) homogeneous[panel][i] = std::exp(descent.slow_branch(at) - reference);
      reset_forcing[panel][i] = std::exp(at * problem.reset - problem.scale(at));
    }
  descent.integrate(homogeneous, nullptr);
  descent.integrate(particular, &reset_forcing);
  // Lam l(1) = 1.
  const double base = descent.value(homogeneous, 1), own = descent.value(particular, 1);
  GeneratingMoments moments;
  moments.amplification = 1 + std::abs(own) * problem.base_rate;
  const auto combined = [&](const Line& line, double share) {
    Line sum = line;
    for (std::size_t panel = 0; panel < sum.size(); ++panel) sum[panel] += share * homogeneous[panel];
    return sum;
  };
  const Line solution = combined(particular, (1 / problem.base_rate - own) / base);

  Line reset_near_zero(unit / 2);
  for (std::size_t p = 0; p < unit / 2; ++p)
    for (int i = 0; i <= kDegree; ++i)
      reset_near_zero[p][i] = std::exp(descent.u(descent.panels() + p, i) * problem.reset);
  const Line low = near_zero(problem, descent, solution, reset_near_zero, problem.reset);
  const Values slopes = panel_derivative() * low.back() / descent.half();
  moments.interval = low.back()[kDegree];
  moments.slope = slopes[kDegree];
  moments.curvature = panel_derivative().row(kDegree) * slopes;
  moments.curvature /= descent.half();

  // M: forcing l, and Lam M(1) = l(0).
  Line second(unit, Values::Zero());
  descent.integrate(second, &solution);
  second = combined(second, (moments.interval / problem.base_rate - descent.value(second, 1)) / base);
  moments.square_interval = near_zero(problem, descent, second, low, moments.slope).back()[kDegree];

  // dl/d nu_j: forcing (e^{u w_j} - 1) l, zero at u = 1; at the top the slow branch changes with nu_j.
  for (std::size_t j = 0; j < problem.inputs.size(); ++j) {
    const double weight = problem.inputs[j].weight;
    Line change(unit), forcing = solution, forcing_near_zero = low;
    for (std::size_t panel = 0; panel < descent.panels() + low.size(); ++panel)
      for (int i = 0; i <= kDegree; ++i) {
        const double at = descent.u(panel, i);
        if (panel < unit) change[panel][i] = solution[panel][i] * descent.slow_branch_sensitivity(at, j);
        (panel < descent.panels() ? forcing[panel][i] : forcing_near_zero[panel - descent.panels()][i]) *=
            std::expm1(at * weight);
      }
    descent.integrate(change, &forcing);
    change = combined(change, -descent.value(change, 1) / base);
    moments.interval_sensitivity.push_back(
        near_zero(problem, descent, change, forcing_near_zero, weight * moments.interval).back()[kDegree]);
  }
  return moments;
}

}  // namespace limes::spiking

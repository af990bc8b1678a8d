#include "limes/rate/given_matrix/quenched.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "limes/rate/given_matrix/quenched_solver.hpp"
#include "limes/rate/given_matrix/quenched_starts.hpp"

namespace limes::rate::given_matrix {
namespace {

void check(const QuenchedProblem& problem, const std::vector<std::vector<double>>& extra) {
  if (problem.coupling == nullptr || coupling::size(*problem.coupling) == 0) {
    throw InputError("the quenched mean field needs a coupling matrix");
  }
  const auto size = static_cast<std::size_t>(coupling::size(*problem.coupling));
  if (!problem.threshold.empty() && problem.threshold.size() != size) {
    throw InputError(fmt::format("{} thresholds for {} neurons", problem.threshold.size(), size));
  }
  for (const auto& mean : extra) {
    if (mean.size() != size) throw InputError(fmt::format("a start of {} values for {} neurons", mean.size(), size));
  }
  if (!(problem.leak >= 0.0 && problem.leak < 1.0)) throw InputError("network.leak must be in [0,1)");
  if (!(problem.noise_variance >= 0.0 && problem.noise_intensity >= 0.0)) {
    throw InputError("the variance and the intensity of noise must not be negative");
  }
}

/// Adds a solution unless it is there already.
void add(std::vector<QuenchedSolution>& found, QuenchedSolution solution, double within) {
  const bool known = std::any_of(found.begin(), found.end(),
                                 [&](const auto& other) { return near(other.point, solution.point, within); });
  if (!known) found.push_back(std::move(solution));
}

/// A hop between states a and b needs a fluctuation of half their distance d along the line e between them. Close to a
/// state that coordinate fluctuates with the variance sum_i e_i^2 v_i, raised by 1/(1 - rho^2) where the coherent
/// linearisation decays with rho per step. Beyond d/2 = 4 deviations a hop takes about e^8 = 3000 steps or more.
void mark_switching(std::vector<QuenchedState>& states, const QuenchedProblem& problem) {
  constexpr double kDeviations = 4.0;
  for (QuenchedState& state : states) {
    for (const QuenchedState& other : states) {
      if (&other == &state || !state.stable || !other.stable) continue;
      double distance = 0.0;
      double spread = 0.0;
      for (std::size_t i = 0; i < state.mean.size(); ++i) {
        const double step = (other.mean[i] - state.mean[i]) * (other.mean[i] - state.mean[i]);
        distance += step;
        spread += step * state.variance[i];
      }
      if (distance == 0.0) continue;
      const double rho = problem.continuous ? 1.0 + state.exponent_coherent : std::exp(state.exponent_coherent);
      const double amplified = spread / distance / std::max(1e-3, 1.0 - rho * std::abs(rho));
      if (0.5 * std::sqrt(distance) < kDeviations * std::sqrt(amplified)) state.switching = true;
    }
  }
}

}  // namespace

std::vector<QuenchedState> quenched_states(const QuenchedProblem& given, const QuenchedOptions& options,
                                           const std::vector<std::vector<double>>& extra) {
  check(given, extra);
  QuenchedProblem problem = given;
  if (!problem.squares) problem.squares = std::make_shared<const CouplingSquares>(*problem.coupling);
  const bool noisy = (problem.continuous ? problem.noise_intensity : problem.noise_variance) > 0.0;
  const bool mirrored = is_mirror_symmetric(problem);
  std::vector<QuenchedSolution> found;
  QuenchedSolution nearest;
  nearest.residual = std::numeric_limits<double>::infinity();
  for (const QuenchedStart& start : quenched_starts(problem, options, extra)) {
    QuenchedSolution solution = solve_quenched(problem, options, start, found);
    if (solution.merged) continue;
    if (!solution.converged) {
      if (solution.residual < nearest.residual) nearest = std::move(solution);
      continue;
    }
    QuenchedSolution mirror = solution;
    mirror.point.mean = -mirror.point.mean;
    add(found, std::move(solution), options.merge_within);
    if (mirrored) add(found, std::move(mirror), options.merge_within);
  }
  if (found.empty() && nearest.equations != nullptr) found.push_back(std::move(nearest));

  std::vector<QuenchedState> states;
  for (const QuenchedSolution& solution : found) {
    QuenchedState state = describe_state(solution, options);
    // Without noise every fixed point of the network solves the equations with v = 0. Those that repel are found, with
    // their whole spectra, by fixed_points.hpp; only the origin stays as the state from which chaos departs.
    const bool fixed_point = !noisy && *std::max_element(state.variance.begin(), state.variance.end()) == 0.0;
    const bool origin = solution.point.mean.cwiseAbs().maxCoeff() == 0.0;
    if (fixed_point && state.converged && options.exponents && state.exponent_coherent >= 0.0 && !origin) continue;
    states.push_back(std::move(state));
  }
  std::stable_sort(states.begin(), states.end(), [](const QuenchedState& a, const QuenchedState& b) {
    return std::pair(a.population_mean, a.population_variance) < std::pair(b.population_mean, b.population_variance);
  });
  mark_switching(states, problem);
  return states;
}

double population_autocovariance(const QuenchedProblem& problem, const QuenchedState& state, double lag) {
  const double last = state.lags.back();
  if (lag > last) return state.frozen_variance;
  return state.frozen_variance + LagGrid(problem.continuous, problem.leak, last).interpolate(state.covariance, lag);
}

}  // namespace limes::rate::given_matrix

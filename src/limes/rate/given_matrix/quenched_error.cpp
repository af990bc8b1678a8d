#include "limes/rate/given_matrix/quenched_error.hpp"

#include <algorithm>
#include <cmath>

#include "limes/rate/given_matrix/exponent_error.hpp"
#include "limes/rate/given_matrix/linear_response.hpp"

namespace limes::rate::given_matrix {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

QuenchedSolution solution_of(const QuenchedProblem& problem, const QuenchedState& state) {
  QuenchedSolution solution;
  solution.equations = std::make_shared<QuenchedEquations>(problem, state.lags.back());
  const Index size = solution.equations->size();
  const Index lags = solution.equations->grid().size();
  const double* covariance = state.lag_covariances.empty() ? state.variance.data() : state.lag_covariances.data();
  solution.point = {Eigen::Map<const VectorXd>(state.mean.data(), size),
                    Eigen::Map<const RowMajorMatrix>(covariance, size, lags)};
  solution.residual = state.residual;
  solution.converged = state.converged;
  return solution;
}

/// What the fluctuations of the slopes f_j' add to the coherent growth to second order. With left and right
/// eigenvectors l, r of W = J diag(E f') the amplitude along r is multiplied by rho + xi per step, and E ln|rho + xi| =
/// ln rho - Var xi/(2 rho^2), Var xi/rho^2 = sum_j |l_j r_j|^2 Var f_j'/(E f_j')^2 / |l r|^2, because l J = rho l/(E
/// f'). Slopes are taken as independent from step to step: gamma = 0 only.
double slope_fluctuation_shift(QuenchedSolution& solution) {
  QuenchedEquations& equations = *solution.equations;
  const QuenchedProblem& problem = equations.problem();
  const VectorXd variance = solution.point.covariance.col(0);
  const auto count = static_cast<std::size_t>(equations.size());
  const GainMoments gain = equations.moments().gains({solution.point.mean.data(), count}, {variance.data(), count});
  const VectorXd slope = gain.df;
  const Product forward = [&](const VectorXd& x) { return coupled(*problem.coupling, slope.cwiseProduct(x)); };
  const Product backward = [&](const VectorXd& x) {
    const VectorXd product =
        std::visit([&](const auto& stored) { return VectorXd(stored.transpose() * x); }, *problem.coupling);
    return VectorXd(slope.cwiseProduct(product));
  };
  const KrylovEffort effort = affordable({1e-4, 60, 20}, equations.size(), coupling::nonzeros(*problem.coupling));
  const LeadingEigenvalue right = leading_eigenvalue(forward, equations.size(), Which::kLargestModulus, effort);
  const LeadingEigenvalue left = leading_eigenvalue(backward, equations.size(), Which::kLargestModulus, effort);
  const double overlap = std::abs((left.vector.transpose() * right.vector)(0));
  double sum = 0.0;
  for (Index j = 0; j < equations.size(); ++j) {
    if (gain.df[j] == 0.0) continue;
    const double weight = std::abs(left.vector[j] * right.vector[j]);
    sum += weight * weight * (gain.dfdf[j] / (gain.df[j] * gain.df[j]) - 1.0);
  }
  return overlap > 0.0 ? 0.5 * sum / (overlap * overlap) : 0.0;
}

/// Twice what the fluctuations of the population's V = (1/N) sum_i v_i in time change in its mean, to second order and
/// relative to it: F(x), the factor by which the map's output scales where all D_i are scaled by 1 + x, gives delta =
/// F'(0) delta + F''(0) share, Var x = 2 share (LinearResponse::correlation_share).
double second_order_shift(QuenchedSolution& solution, double share) {
  constexpr double kScale = 0.05;  // a difference of F: smooth on the scale of 1
  QuenchedEquations& equations = *solution.equations;
  const double own = solution.point.covariance.col(0).mean();
  const auto factor = [&](double x) {
    const RowMajorMatrix scaled = solution.point.covariance * (1.0 + x);
    return equations.map({solution.point.mean, scaled}).covariance.col(0).mean() / own;
  };
  const double above = factor(kScale), here = factor(0.0), below = factor(-kScale);
  const double slope = (above - below) / (2.0 * kScale);
  const double bend = (above - 2.0 * here + below) / (kScale * kScale);
  if (!std::isfinite(bend)) return 1.0;
  // Where the slope nears 1 the state is about to go: there is no expansion, and the error is the value's own scale.
  // The first term of an expansion whose next one is not known: quoted twice.
  return std::clamp(2.0 * bend * share / std::max(1.0 - slope, 1e-3), -0.9, 1.0);
}

/// The state's averages at a point.
struct Averages {
  double mean = 0.0;
  double frozen = 0.0;
  double variance = 0.0;
  double output = 0.0;
};

Averages averages_at(QuenchedEquations& equations, const VectorXd& means, const VectorXd& variance) {
  const auto size = static_cast<std::size_t>(variance.size());
  Averages at;
  at.mean = means.mean();
  at.frozen = (means.array() - at.mean).square().mean();
  at.variance = variance.mean() + at.frozen;
  at.output = equations.moments().outputs(equations.threads(), {means.data(), size}, {variance.data(), size}).f.mean();
  return at;
}

}  // namespace

QuenchedErrors quenched_errors(const QuenchedProblem& problem, const QuenchedState& state,
                               const QuenchedOptions& options) {
  QuenchedErrors errors;
  double largest = 1.0;
  for (const double v : state.variance) largest = std::max(largest, v);
  const double numerical = state.residual * largest + 1e-10;
  const std::size_t neurons = state.variance.size();
  errors = {.mean = numerical,
            .variance = numerical,
            .frozen_variance = numerical,
            .mean_output = numerical,
            .lyapunov_exponent = numerical + state.exponent_residual,
            .relative_variance = 0.0,
            .neuron_mean = std::vector<double>(neurons, numerical),
            .neuron_variance = std::vector<double>(neurons, numerical)};
  if (*std::max_element(state.variance.begin(), state.variance.end()) == 0.0) return errors;  // nothing fluctuates

  const double deviation = std::sqrt(state.population_variance);
  const auto give_up = [&] {
    return QuenchedErrors{.mean = deviation,
                          .variance = state.population_variance,
                          .frozen_variance = state.population_variance,
                          .mean_output = std::abs(state.mean_output),
                          .lyapunov_exponent = std::abs(state.lyapunov_exponent),
                          .relative_variance = 1.0,
                          .neuron_mean = std::vector<double>(neurons, deviation),
                          .neuron_variance = state.variance};
  };
  if (options.exponents && state.exponent_coherent >= 0.0) return give_up();
  QuenchedSolution solution = solution_of(problem, state);
  const auto response = linear_response(solution);
  if (!response) return give_up();
  const double second = second_order_shift(solution, response->correlation_share);
  const QuenchedSolution changed = solve_with_factor(solution, options, response->factor);
  if (changed.residual > 1e-6) return give_up();

  const VectorXd variance = changed.point.covariance.col(0);
  const double own = state.population_variance - state.frozen_variance;
  const VectorXd scaled = (1.0 + second) * solution.point.covariance.col(0);
  for (const Averages& at : {averages_at(*changed.equations, changed.point.mean, variance),
                             averages_at(*solution.equations, solution.point.mean, scaled)}) {
    errors.mean += std::abs(at.mean - state.population_mean);
    errors.frozen_variance += std::abs(at.frozen - state.frozen_variance);
    errors.variance += std::abs(at.variance - state.population_variance);
    errors.mean_output += std::abs(at.output - state.mean_output);
  }
  // Of one neuron nothing averages out: what linear response leaves out is quoted as much again (C. elegans at spectral
  // radius 0.5 and 0.8: the root mean square over neurons of simulation - theory is 1.5 and 1.2 times that of the
  // shift).
  for (std::size_t i = 0; i < neurons; ++i) {
    const auto row = static_cast<Index>(i);
    errors.neuron_mean[i] += 2.0 * std::abs(changed.point.mean[row] - state.mean[i]);
    errors.neuron_variance[i] +=
        2.0 * std::abs(variance[row] - state.variance[i]) + std::abs(second) * state.variance[i];
  }
  errors.relative_variance = own > 0.0 ? std::abs(variance.mean() - own) / own + std::abs(second) : 0.0;
  if (options.exponents && std::isfinite(state.lyapunov_exponent)) {
    QuenchedEquations& equations = *changed.equations;
    const bool coherent = state.exponent_branch == "coherent";
    const QuenchedExponents shifted = quenched_exponents(equations, changed.point, !coherent);
    const QuenchedPoint louder{solution.point.mean, solution.point.covariance * (1.0 + second)};
    const QuenchedExponents bent = quenched_exponents(*solution.equations, louder, !coherent);
    double shift = 0.0;
    for (const QuenchedExponents& at : {shifted, bent}) {
      shift += std::abs((coherent ? at.coherent : at.incoherent) - state.lyapunov_exponent);
    }
    const IncoherentTerms terms =
        incoherent_terms(*solution.equations, solution.point, state.exponent_incoherent, !coherent, options.stop);
    const double few_inputs = std::abs(terms.shared_inputs) + std::abs(terms.non_gaussian);
    if (coherent) {
      // Shifts are first terms of expansions whose next ones are not known: quoted twice. That of the slopes is no more
      // than the exponent itself where a degenerate eigenvalue leaves no expansion. What it scatters out of the
      // coherent mode goes on incoherently: with q the ratio of the growth factors of squares, the common one obeys (y
      // - 1)(y - q) = 2 shift.
      const double q = std::exp(2.0 * (state.exponent_incoherent - state.exponent_coherent));
      double slopes = 0.0;
      if (equations.one_lag()) {
        const double scattered = 2.0 * std::min(slope_fluctuation_shift(solution), std::abs(state.lyapunov_exponent));
        slopes = 0.5 * std::log(0.5 * (1.0 + q) + std::sqrt(0.25 * (1.0 - q) * (1.0 - q) + scattered));
      }
      errors.lyapunov_exponent += 2.0 * (shift + slopes) + q * few_inputs;
    } else {
      // Nothing says that the terms cancel; three standard errors of the one that is sampled.
      errors.lyapunov_exponent += 2.0 * shift + few_inputs + std::abs(terms.one_vector) + 3.0 * terms.one_vector_error;
    }
  }
  return errors;
}

}  // namespace limes::rate::given_matrix

#include "limes/rate/given_matrix/quenched_error.hpp"

#include <algorithm>
#include <cmath>

#include "limes/math/random.hpp"
#include "limes/rate/given_matrix/quenched_solver.hpp"

namespace limes::rate::given_matrix {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr int kProbes = 32;
constexpr int kSeriesTerms = 400;

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

/// C_ii / v_i of the linear response; empty where its series does not converge.
VectorXd linear_response_factor(QuenchedSolution& solution) {
  const QuenchedProblem& problem = solution.equations->problem();
  const VectorXd variance = solution.point.covariance.col(0);
  const Index size = variance.size();
  const double leak = problem.continuous ? 0.0 : problem.leak;
  const VectorXd slope = mean_slopes(*solution.equations, solution.point) / (1.0 - leak);
  const RowMajorMatrix passed_on = slope.cwiseAbs2().cwiseProduct(variance);
  const VectorXd source = (variance - squared_coupled(*problem.coupling, passed_on).col(0)).cwiseMax(0.0);
  const bool one_lag = solution.equations->one_lag();

  // Terms of order 0 and 1 of the series sum_k diag(W^k S W^kT) are the same with and without the other covariances;
  // leaving them out of both takes most of the noise of the probes with them.
  const Product feedback = [&](const VectorXd& x) { return coupled(*problem.coupling, slope.cwiseProduct(x)); };
  const Product system = [&](const VectorXd& x) { return VectorXd(x - feedback(x)); };
  VectorXd full = VectorXd::Zero(size);
  for (int probe = 0; probe < kProbes; ++probe) {
    math::RandomStream stream(2, 0, math::Purpose::kTheory, static_cast<std::uint64_t>(probe));
    VectorXd term(size);
    for (Index i = 0; i < size; ++i) term[i] = (stream.uniform() < 0.5 ? -1.0 : 1.0) * std::sqrt(source[i]);
    if (!one_lag) {
      full += gmres(system, term, 1e-3).cwiseAbs2() / kProbes;
      continue;
    }
    const double start = term.norm();
    for (int k = 1; k < kSeriesTerms && term.norm() > 1e-3 * start; ++k) {
      term = feedback(term);
      if (k >= 2) full += term.cwiseAbs2() / kProbes;
      if (!(term.norm() < 1e3 * start)) return {};
    }
    if (term.norm() > 1e-2 * start) return {};
  }
  VectorXd kept = VectorXd::Zero(size);
  RowMajorMatrix term = source;
  for (int k = 0; k < kSeriesTerms && term.sum() > 1e-6 * source.sum(); ++k) {
    if (!one_lag || k >= 2) kept += term.col(0);
    term = squared_coupled(*problem.coupling, slope.cwiseAbs2().cwiseProduct(term.col(0)));
  }
  VectorXd factor = VectorXd::Ones(size);
  for (Index i = 0; i < size; ++i) {
    if (variance[i] <= 0.0) continue;
    const double change = one_lag ? (full[i] - kept[i]) / variance[i] : full[i] / std::max(kept[i], 1e-300) - 1.0;
    factor[i] = std::clamp(1.0 + change, 0.1, 10.0);
  }
  return factor;
}

}  // namespace

QuenchedErrors quenched_errors(const QuenchedProblem& problem, const QuenchedState& state,
                               const QuenchedOptions& options) {
  QuenchedErrors errors;
  double largest = 1.0;
  for (const double v : state.variance) largest = std::max(largest, v);
  const double numerical = state.residual * largest + 1e-10;
  errors = {numerical, numerical, numerical, numerical, numerical, 0.0};
  if (*std::max_element(state.variance.begin(), state.variance.end()) == 0.0) return errors;  // nothing fluctuates

  const double deviation = std::sqrt(state.population_variance);
  const auto give_up = [&] {
    return QuenchedErrors{deviation,
                          state.population_variance,
                          state.population_variance,
                          std::abs(state.mean_output),
                          std::abs(state.lyapunov_exponent),
                          1.0};
  };
  if (options.exponents && state.exponent_coherent >= 0.0) return give_up();
  QuenchedSolution solution = solution_of(problem, state);
  const VectorXd factor = linear_response_factor(solution);
  if (factor.size() == 0) return give_up();
  const QuenchedSolution changed = solve_with_factor(solution, options, factor);
  if (changed.residual > 1e-6) return give_up();

  const auto size = static_cast<std::size_t>(factor.size());
  const VectorXd variance = changed.point.covariance.col(0);
  const double mean = changed.point.mean.mean();
  const double frozen = (changed.point.mean.array() - mean).square().mean();
  const double output =
      changed.equations->moments().outputs({changed.point.mean.data(), size}, {variance.data(), size}).f.mean();
  errors.mean += std::abs(mean - state.population_mean);
  errors.frozen_variance += std::abs(frozen - state.frozen_variance);
  errors.variance += std::abs(variance.mean() + frozen - state.population_variance);
  errors.mean_output += std::abs(output - state.mean_output);
  const double own = state.population_variance - state.frozen_variance;
  errors.relative_variance = own > 0.0 ? std::abs(variance.mean() - own) / own : 0.0;
  if (options.exponents && std::isfinite(state.lyapunov_exponent)) {
    QuenchedEquations& equations = *changed.equations;
    const bool coherent = state.exponent_branch == "coherent";
    const QuenchedExponents shifted = quenched_exponents(equations, changed.point, !coherent);
    errors.lyapunov_exponent += std::abs((coherent ? shifted.coherent : shifted.incoherent) - state.lyapunov_exponent);
  }
  return errors;
}

}  // namespace limes::rate::given_matrix

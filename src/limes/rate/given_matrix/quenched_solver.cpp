#include "limes/rate/given_matrix/quenched_solver.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "limes/math/anderson.hpp"

namespace limes::rate::given_matrix {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr double kTailTolerance = 1e-8;
constexpr int kRelaxationSteps = 40;
constexpr int kNewtonSteps = 12;
constexpr double kMergeWithin = 1e-3;
constexpr double kRough = 1e-6;

double scale_of(const QuenchedPoint& point) {
  return std::max({1.0, point.mean.cwiseAbs().maxCoeff(), point.covariance.cwiseAbs().maxCoeff()});
}

double distance(const QuenchedPoint& a, const QuenchedPoint& b) {
  const double means = (a.mean - b.mean).cwiseAbs().maxCoeff();
  const double covariances = (a.covariance - b.covariance).cwiseAbs().maxCoeff();
  const double result = std::max(means, covariances);
  return std::isfinite(result) ? result : std::numeric_limits<double>::infinity();
}

class Search {
 public:
  Search(QuenchedEquations& equations, const QuenchedOptions& options, QuenchedSolution& solution,
         std::span<const QuenchedSolution> known)
      : equations_(equations), options_(options), solution_(solution), known_(known) {}

  void solve() {
    if (!relax()) return;
    accelerate();
    if (equations_.one_lag() && !solution_.merged) polish();
  }

  /// Anderson acceleration from where the search stands.
  void accelerate() {
    const Index lags = equations_.grid().size();
    math::AndersonOptions anderson;
    // The differences are the largest part of the memory: fewer of them for large networks with many lags.
    anderson.depth = equations_.size() * lags > 2'000'000 ? 4 : 8;
    anderson.damping = equations_.one_lag() ? 1.0 : 0.7;
    anderson.tolerance = options_.tolerance * scale_of(solution_.point);
    anderson.max_iterations = std::max(1, options_.max_iterations - solution_.iterations);
    // Given up when the residual has not halved for a long while, however slowly it got there.
    const int patience = equations_.one_lag() ? 60 : 150;
    double halved = std::numeric_limits<double>::infinity();
    int waited = 0;
    anderson.proceed = [&](int iteration, double residual, const std::vector<double>& x) {
      if (iteration % 8 == 7 && is_known(unpacked(x, equations_.size(), lags), residual)) solution_.merged = true;
      if (solution_.merged) return false;
      ++waited;
      if (residual < 0.5 * halved) {
        halved = residual;
        waited = 0;
      }
      return waited < patience;
    };
    const math::AndersonResult result = math::anderson(
        [&](const std::vector<double>& x) { return packed(evaluate(unpacked(x, equations_.size(), lags))); },
        packed(solution_.point), anderson);
    solution_.point = unpacked(result.x, equations_.size(), lags);
    solution_.residual = result.residual / scale_of(solution_.point);
  }

 private:
  /// The dynamics itself: mu(t+1) = gamma mu(t) + J m - theta is the map damped by 1 - gamma. It leads to what the
  /// network would do, where an acceleration may jump to a state that repels.
  ///
  /// Without noise and fluctuations the mean field is the network itself: a start that does not settle in 400 steps
  /// (chaos, a cycle) is given up, for the fixed points that repel are the business of fixed_points.hpp.
  bool relax() {
    const QuenchedProblem& problem = equations_.problem();
    const bool deterministic = !equations_.noisy() && solution_.point.covariance.isZero(0.0);
    const double of_mean = problem.continuous ? 0.5 : 1.0 - problem.leak;
    const double of_covariance = equations_.one_lag() ? 1.0 : 0.6;
    for (int step = 0; step < (deterministic ? 10 : 1) * kRelaxationSteps; ++step) {
      const QuenchedPoint image = evaluate(solution_.point);
      solution_.residual = distance(image, solution_.point) / scale_of(solution_.point);
      if (!std::isfinite(solution_.residual)) return false;
      if (solution_.residual < 1e-4) return true;
      if (step % 8 == 7 && is_known(solution_.point, solution_.residual)) solution_.merged = true;
      if (solution_.merged) return false;
      solution_.point.mean += of_mean * (image.mean - solution_.point.mean);
      solution_.point.covariance += of_covariance * (image.covariance - solution_.point.covariance);
    }
    solution_.iterations = 0;
    return !deterministic;
  }

  /// Newton's method on (mu, v) with the exact derivative, inner systems by GMRES, the step halved while the residual
  /// does not fall.
  void polish() {
    const Index size = equations_.size();
    if (solution_.residual > 1e-2) return;  // far from any solution
    for (int step = 0; step < kNewtonSteps && solution_.residual > options_.tolerance; ++step) {
      const std::vector<double> x = packed(solution_.point);
      const std::vector<double> image = packed(evaluate(solution_.point));
      const VectorXd here = Eigen::Map<const VectorXd>(x.data(), 2 * size);
      const VectorXd residual = Eigen::Map<const VectorXd>(image.data(), 2 * size) - here;
      const Product derivative = equations_.derivative(solution_.point);
      const Product system = [&](const VectorXd& y) { return VectorXd(y - derivative(y)); };
      const VectorXd move = gmres(system, residual, 1e-6);
      bool better = false;
      for (double factor = 1.0; factor > 0.05 && !better; factor *= 0.5) {
        VectorXd trial = here + factor * move;
        trial.tail(size) = trial.tail(size).cwiseAbs();
        const QuenchedPoint point = unpacked({trial.data(), trial.data() + trial.size()}, size, 1);
        const double found = distance(evaluate(point), point) / scale_of(point);
        if (found < solution_.residual) {
          solution_.point = point;
          solution_.residual = found;
          better = true;
        }
      }
      if (!better) return;
    }
  }

  [[nodiscard]] bool is_known(const QuenchedPoint& point, double residual) const {
    if (residual > 1e-4 * scale_of(point)) return false;
    return std::any_of(known_.begin(), known_.end(),
                       [&](const QuenchedSolution& other) { return near(point, other.point, kMergeWithin); });
  }

  QuenchedPoint evaluate(const QuenchedPoint& point) {
    options_.stop.check();
    ++solution_.iterations;
    return equations_.map(point);
  }

  QuenchedEquations& equations_;
  const QuenchedOptions& options_;
  QuenchedSolution& solution_;
  std::span<const QuenchedSolution> known_;
};

/// The point on a longer grid: exponential continuation by the last ratio of two nodes is left to the iteration; what
/// lies beyond the old grid starts at the response to white noise, scaled to the variance.
QuenchedPoint moved_to(const QuenchedPoint& point, const LagGrid& from, const LagGrid& to,
                       const Eigen::RowVectorXd& shape) {
  QuenchedPoint result{point.mean, RowMajorMatrix(point.mean.size(), to.size())};
  const auto lags = static_cast<std::size_t>(from.size());
  for (Index i = 0; i < point.mean.size(); ++i) {
    const std::span<const double> row{point.covariance.row(i).data(), lags};
    for (Index l = 0; l < to.size(); ++l) {
      const double lag = to.nodes()[static_cast<std::size_t>(l)];
      result.covariance(i, l) = lag <= from.horizon() ? from.interpolate(row, lag) : point.covariance(i, 0) * shape[l];
    }
  }
  return result;
}

double tail_of(const QuenchedPoint& point) {
  const Index last = point.covariance.cols() - 1;
  if (last == 0) return 0.0;
  double tail = 0.0;
  for (Index i = 0; i < point.mean.size(); ++i) {
    if (point.covariance(i, 0) > 0.0) tail = std::max(tail, point.covariance(i, last) / point.covariance(i, 0));
  }
  return tail;
}

Eigen::RowVectorXd noise_shape(const LagGrid& grid) {
  const Eigen::RowVectorXd response = grid.noise_response(1.0);
  return response / response[0];
}

void finish(QuenchedSolution& solution, const QuenchedOptions& options) {
  solution.point.covariance = solution.point.covariance.cwiseAbs();
  solution.lag_tail = tail_of(solution.point);
  solution.converged =
      !solution.merged && solution.residual <= std::max(options.tolerance, 1e-13) && solution.point.mean.allFinite();
}

}  // namespace

double first_horizon(const QuenchedProblem& problem) { return problem.continuous ? 16.0 : 16.0 / (1.0 - problem.leak); }

bool near(const QuenchedPoint& a, const QuenchedPoint& b, double within) {
  // Deviations, because a variance near 0 is found with less precision.
  const VectorXd deviation_a = a.covariance.col(0).cwiseAbs().cwiseSqrt();
  const VectorXd deviation_b = b.covariance.col(0).cwiseAbs().cwiseSqrt();
  const double scale =
      std::max({1.0, a.mean.cwiseAbs().maxCoeff(), b.mean.cwiseAbs().maxCoeff(), deviation_a.maxCoeff()});
  return (a.mean - b.mean).cwiseAbs().maxCoeff() <= within * scale &&
         (deviation_a - deviation_b).cwiseAbs().maxCoeff() <= within * scale;
}

QuenchedSolution solve_quenched(const QuenchedProblem& problem, const QuenchedOptions& options,
                                const QuenchedStart& start, std::span<const QuenchedSolution> known) {
  QuenchedSolution solution;
  const double longest = 128.0 * first_horizon(problem);
  for (double horizon = first_horizon(problem);; horizon *= 4.0) {
    const auto before = solution.equations;
    solution.equations = std::make_shared<QuenchedEquations>(problem, horizon);
    const LagGrid& grid = solution.equations->grid();
    const Eigen::RowVectorXd shape = noise_shape(grid);
    solution.point = before ? moved_to(solution.point, before->grid(), grid, shape)
                            : QuenchedPoint{start.mean, start.variance * shape};
    // A grid that may turn out too short is not worth more than this.
    QuenchedOptions rough = options;
    rough.tolerance =
        grid.size() > 1 && grid.horizon() < longest ? std::max(options.tolerance, kRough) : options.tolerance;
    Search(*solution.equations, rough, solution, known).solve();
    finish(solution, rough);
    const bool long_enough = solution.lag_tail < kTailTolerance || grid.horizon() >= longest;
    if (solution.converged && long_enough && rough.tolerance > options.tolerance) {
      Search(*solution.equations, options, solution, {}).accelerate();
      finish(solution, options);
    }
    if (!solution.converged || long_enough) return solution;
    solution.iterations = 0;
  }
}

QuenchedSolution solve_with_factor(const QuenchedSolution& solution, const QuenchedOptions& options,
                                   const VectorXd& factor) {
  QuenchedSolution result = solution;
  result.equations = std::make_shared<QuenchedEquations>(*solution.equations);
  result.equations->set_variance_factor(factor);
  result.iterations = 0;
  Search(*result.equations, options, result, {}).solve();
  finish(result, options);
  return result;
}

QuenchedState describe_state(const QuenchedSolution& solution, const QuenchedOptions& options) {
  QuenchedEquations& equations = *solution.equations;
  const QuenchedPoint& point = solution.point;
  const auto size = static_cast<std::size_t>(equations.size());
  QuenchedState state;
  const VectorXd variance = point.covariance.col(0);
  state.mean.assign(point.mean.data(), point.mean.data() + size);
  state.variance.assign(variance.data(), variance.data() + size);
  state.residual = solution.residual;
  state.iterations = solution.iterations;
  state.converged = solution.converged;
  state.lag_tail = solution.lag_tail;
  state.population_mean = point.mean.mean();
  state.frozen_variance = (point.mean.array() - state.population_mean).square().mean();
  state.population_variance = variance.mean() + state.frozen_variance;
  state.mean_output = equations.moments().outputs(equations.threads(), state.mean, state.variance).f.mean();
  state.lags.assign(equations.grid().nodes().begin(), equations.grid().nodes().end());
  const Eigen::RowVectorXd average = point.covariance.colwise().mean();
  state.covariance.assign(average.data(), average.data() + average.size());
  if (!equations.one_lag()) {
    state.lag_covariances.assign(point.covariance.data(), point.covariance.data() + point.covariance.size());
  }
  if (!state.converged || !options.exponents) return state;

  const QuenchedExponents exponents = quenched_exponents(equations, point, true);
  state.exponent_incoherent = exponents.incoherent;
  state.exponent_coherent = exponents.coherent;
  state.exponent_residual = exponents.coherent >= exponents.incoherent ? exponents.coherent_error : 0.0;
  state.lyapunov_exponent = std::max(exponents.incoherent, exponents.coherent);
  state.exponent_branch = exponents.coherent >= exponents.incoherent ? "coherent" : "incoherent";
  state.stability_eigenvalue = std::exp(exponents.coherent);
  state.stable = state.stability_eigenvalue < 1.0;
  return state;
}

}  // namespace limes::rate::given_matrix

#include "limes/rate/given_matrix/quenched_error.hpp"

#include <algorithm>
#include <cmath>

#include "limes/math/random.hpp"
#include "limes/rate/given_matrix/exponent_error.hpp"
#include "limes/rate/given_matrix/quenched_solver.hpp"

namespace limes::rate::given_matrix {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr Index kExactUpTo = 128;  // so many neurons are probed one by one
constexpr Index kProbes = 64;      // random ones otherwise; an average over neurons errs by sqrt(2/64)/sqrt(N)
constexpr Index kFewProbes = 16;   // for more neurons than
constexpr Index kFewProbesBeyond = 20000;
constexpr int kTerms = 2000;
constexpr double kDecayed = 0.02;  // of the first norm: what follows adds less than 1e-3 of the sum of squares

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

/// Probes x with E x x^T = diag(source), as columns; unit vectors (times sqrt(source)) for few neurons.
RowMajorMatrix probes(const VectorXd& source) {
  const Index size = source.size();
  const VectorXd root = source.cwiseSqrt();
  if (size <= kExactUpTo) return root.asDiagonal();
  const Index count = size > kFewProbesBeyond ? kFewProbes : kProbes;
  RowMajorMatrix result(size, count);
  for (Index i = 0; i < size; ++i) {
    math::RandomStream stream(2, 0, math::Purpose::kTheory, static_cast<std::uint64_t>(i));
    const double height = root[i] / std::sqrt(static_cast<double>(count));
    for (Index p = 0; p < count; ++p) result(i, p) = stream.uniform() < 0.5 ? -height : height;
  }
  return result;
}

struct LinearNetwork {
  CouplingColumns couplings;
  const CouplingSquares* squares;
  VectorXd slope;
  bool continuous;
  double leak;

  /// W x for several columns.
  [[nodiscard]] RowMajorMatrix feedback(const RowMajorMatrix& x) const {
    return couplings.times(squares->threads(), slope.asDiagonal() * x);
  }
  /// sum_j W_ij^2 x_jl.
  [[nodiscard]] RowMajorMatrix squared_feedback(const RowMajorMatrix& x) const {
    return squares->times(slope.cwiseAbs2().asDiagonal() * x);
  }
};

/// diag C of u' = A u + white private noise: sum_k A^k S A^kT, or the integral of e^(At) S e^(A^T t) in continuous time
/// (Runge-Kutta, trapezoid rule). Orders 0 and 1 are left out where `from_second`. Empty where it does not converge.
VectorXd full_variance(const LinearNetwork& network, const VectorXd& source, double step, bool from_second) {
  RowMajorMatrix x = probes(source);
  VectorXd sum = VectorXd::Zero(source.size());
  const double start = x.norm();
  for (int k = 0; k < kTerms; ++k) {
    const double weight = network.continuous ? (k == 0 ? 0.5 * step : step) : 1.0;
    if (!from_second || k >= 2) sum += weight * x.rowwise().squaredNorm();
    if (network.continuous) {
      const auto slope = [&](const RowMajorMatrix& y) { return RowMajorMatrix(network.feedback(y) - y); };
      const RowMajorMatrix k1 = slope(x);
      const RowMajorMatrix k2 = slope(x + 0.5 * step * k1);
      const RowMajorMatrix k3 = slope(x + 0.5 * step * k2);
      x += step / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + slope(x + step * k3));
    } else {
      x = network.leak * x + network.feedback(x);
    }
    if (!(x.norm() < 1e4 * start)) return {};
    if (x.norm() < kDecayed * start) return sum;
  }
  return {};
}

/// The mean field's linear form: D = F (W o W) D + drive, the white noise's own response.
class KeptCovariance {
 public:
  KeptCovariance(const LinearNetwork& network, const LagGrid& grid, const VectorXd& source)
      // White noise <x x'> = S delta is an intensity of S/2.
      : network_(network),
        drive_(source * grid.noise_response(network.continuous ? 0.5 : 1.0)),
        filter_(grid.filter()) {}

  [[nodiscard]] RowMajorMatrix map(const RowMajorMatrix& covariance) const {
    return filter_.times(network_.squares->threads(), network_.squared_feedback(covariance)) + drive_;
  }
  [[nodiscard]] RowMajorMatrix solution() const {
    RowMajorMatrix covariance = drive_;
    for (int k = 0; k < kTerms; ++k) {
      const RowMajorMatrix next = map(covariance);
      const double change = (next.col(0) - covariance.col(0)).norm();
      covariance = next;
      if (change <= 1e-5 * covariance.col(0).norm()) break;
    }
    return covariance;
  }

 private:
  const LinearNetwork& network_;
  RowMajorMatrix drive_;
  LagFilter filter_;
};

/// The factors f_i with which D = f (F (W o W) D + drive) has the variances of the full linear response; empty where
/// that does not exist.
VectorXd linear_response_factor(QuenchedSolution& solution) {
  const QuenchedProblem& problem = solution.equations->problem();
  const VectorXd variance = solution.point.covariance.col(0);
  const LinearNetwork network{CouplingColumns(*problem.coupling), &solution.equations->squares(),
                              mean_slopes(*solution.equations, solution.point), problem.continuous,
                              problem.continuous ? 0.0 : problem.leak};
  const bool one_lag = solution.equations->one_lag();
  // What reaches a neuron's variance otherwise than through the variances of its sources; exact at gamma = 0.
  const double passed = 1.0 / ((1.0 - network.leak) * (1.0 - network.leak));
  const VectorXd source = (variance - passed * network.squared_feedback(variance).col(0)).cwiseMax(0.0);
  if (source.isZero(0.0)) return {};
  double step = 1.0;
  if (problem.continuous) {
    const Product product = [&](const VectorXd& x) { return VectorXd(network.feedback(x)); };
    const auto leading = leading_eigenvalue(product, variance.size(), Which::kLargestModulus, {0.05, 40, 2});
    step = std::min(0.1, 0.5 / (1.0 + std::abs(leading.value)));
  }
  VectorXd full = full_variance(network, source, step, one_lag);
  if (full.size() == 0) return {};
  const KeptCovariance kept(network, solution.equations->grid(), source);
  RowMajorMatrix covariance = kept.solution();
  // At gamma = 0 the orders 0 and 1 are the same in both and come without the noise of the probes.
  if (one_lag) full += source + network.squared_feedback(source).col(0);
  for (Index i = 0; i < variance.size(); ++i) {
    if (covariance(i, 0) > 0.0) covariance.row(i) *= full[i] / covariance(i, 0);
  }
  const VectorXd passed_on = kept.map(covariance).col(0);
  VectorXd factor = VectorXd::Ones(variance.size());
  for (Index i = 0; i < variance.size(); ++i) {
    if (passed_on[i] > 0.0) factor[i] = std::clamp(full[i] / passed_on[i], 0.1, 10.0);
  }
  return factor;
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
  const VectorXd factor = linear_response_factor(solution);
  if (factor.size() == 0) return give_up();
  const QuenchedSolution changed = solve_with_factor(solution, options, factor);
  if (changed.residual > 1e-6) return give_up();

  const auto size = static_cast<std::size_t>(factor.size());
  const VectorXd variance = changed.point.covariance.col(0);
  const double mean = changed.point.mean.mean();
  const double frozen = (changed.point.mean.array() - mean).square().mean();
  const double output =
      changed.equations->moments()
          .outputs(changed.equations->threads(), {changed.point.mean.data(), size}, {variance.data(), size})
          .f.mean();
  errors.mean += std::abs(mean - state.population_mean);
  errors.frozen_variance += std::abs(frozen - state.frozen_variance);
  errors.variance += std::abs(variance.mean() + frozen - state.population_variance);
  errors.mean_output += std::abs(output - state.mean_output);
  // Of one neuron nothing averages out: what linear response leaves out is quoted as much again (C. elegans at spectral
  // radius 0.5 and 0.8: the root mean square over neurons of simulation - theory is 1.5 and 1.2 times that of the
  // shift).
  for (std::size_t i = 0; i < neurons; ++i) {
    const auto row = static_cast<Index>(i);
    errors.neuron_mean[i] += 2.0 * std::abs(changed.point.mean[row] - state.mean[i]);
    errors.neuron_variance[i] += 2.0 * std::abs(variance[row] - state.variance[i]);
  }
  const double own = state.population_variance - state.frozen_variance;
  errors.relative_variance = own > 0.0 ? std::abs(variance.mean() - own) / own : 0.0;
  if (options.exponents && std::isfinite(state.lyapunov_exponent)) {
    QuenchedEquations& equations = *changed.equations;
    const bool coherent = state.exponent_branch == "coherent";
    const QuenchedExponents shifted = quenched_exponents(equations, changed.point, !coherent);
    const double shift = std::abs((coherent ? shifted.coherent : shifted.incoherent) - state.lyapunov_exponent);
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

#include <algorithm>
#include <cmath>
#include <limits>

#include "limes/coupling/strong_components.hpp"
#include "limes/rate/given_matrix/quenched_solver.hpp"

namespace limes::rate::given_matrix {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr Index kDenseUpTo = 600;
constexpr double kNegativeInfinity = -std::numeric_limits<double>::infinity();

/// matrix with every entry squared and column j multiplied by factor_j.
coupling::Matrix squared_times(const coupling::Matrix& matrix, const VectorXd& factor) {
  return std::visit(
      [&](const auto& stored) -> coupling::Matrix {
        auto result = stored;
        if constexpr (std::is_same_v<std::decay_t<decltype(stored)>, coupling::DenseMatrix>) {
          for (Index row = 0; row < result.rows(); ++row) {
            result.row(row) = result.row(row).cwiseAbs2().cwiseProduct(factor.transpose());
          }
        } else {
          for (Index row = 0; row < result.rows(); ++row) {
            for (coupling::SparseMatrix::InnerIterator entry(result, row); entry; ++entry) {
              entry.valueRef() = entry.value() * entry.value() * factor[entry.col()];
            }
          }
        }
        return result;
      },
      matrix);
}

/// Whether signals can come back to where they started: a unit with itself, or several in one component.
bool has_cycle(const coupling::Matrix& matrix) {
  bool looped = false;
  coupling::for_each_entry(matrix, [&](Index row, Index column, double) { looped = looped || row == column; });
  if (looped) return true;
  const auto components = coupling::strong_components(matrix);
  return components.size() < static_cast<std::size_t>(coupling::size(matrix));
}

/// The Perron root of a matrix without negative entries: from all eigenvalues of few neurons, else by power iteration.
double perron_root_of(const coupling::Matrix& matrix) {
  const Index size = coupling::size(matrix);
  if (size <= kDenseUpTo) return coupling::spectral_radius(matrix);
  if (!has_cycle(matrix)) return 0.0;
  VectorXd vector = VectorXd::Ones(size);
  return perron_root([&](const VectorXd& x) { return coupled(matrix, x); }, vector, 1e-10, 3000);
}

/// C_j'(k) = E f_j'(t) f_j'(t+k) at the lags of the grid, N x L; exact at lag 0.
RowMajorMatrix gain_covariances(QuenchedEquations& equations, const QuenchedPoint& point) {
  const Index size = equations.size();
  const Index lags = equations.grid().size();
  RowMajorMatrix gains(size, lags);
  std::vector<double> outputs(static_cast<std::size_t>(lags));
  for (Index i = 0; i < size; ++i) {
    equations.moments().lag_outputs(point.mean[i], {point.covariance.row(i).data(), outputs.size()}, outputs,
                                    {gains.row(i).data(), outputs.size()});
  }
  const VectorXd variance = point.covariance.col(0);
  const auto count = static_cast<std::size_t>(size);
  gains.col(0) = equations.moments().gains({point.mean.data(), count}, {variance.data(), count}).dfdf;
  return gains;
}

/// The kappa at which the Perron root of psi -> F_kappa (J_ij^2 C_j'(k) psi_j(k)) is 1: the root falls with kappa.
double incoherent_kappa(QuenchedEquations& equations, const QuenchedPoint& point) {
  const QuenchedProblem& problem = equations.problem();
  const RowMajorMatrix gains = gain_covariances(equations, point);
  const Index size = equations.size();
  const Index lags = equations.grid().size();
  VectorXd vector = VectorXd::Ones(size * lags);
  const auto root = [&](double kappa) {
    const RowMajorMatrix filter = equations.grid().filter(kappa).transpose();
    const Product product = [&](const VectorXd& psi) {
      const RowMajorMatrix weighted =
          gains.cwiseProduct(Eigen::Map<const RowMajorMatrix>(psi.data(), size, lags).cwiseMax(0.0));
      const RowMajorMatrix result = squared_coupled(*problem.coupling, weighted) * filter;
      return VectorXd(Eigen::Map<const VectorXd>(result.data(), result.size()));
    };
    return perron_root(product, vector, 1e-8, 500);
  };
  // Secant steps on ln(root) against ln(kappa - floor), floor = gamma or 0: that relation is nearly a straight line.
  const double floor = problem.continuous ? 0.0 : problem.leak;
  double x = std::log(problem.continuous ? 1.0 : 1.0 - floor);
  double y = std::log(root(floor + std::exp(x)));
  double slope = -2.0;
  for (int step = 0; step < 30 && std::abs(y) > 1e-8; ++step) {
    const double next = x - std::clamp(y / slope, -2.0, 2.0);
    const double found = std::log(root(floor + std::exp(next)));
    if (!std::isfinite(found)) return floor;
    if (next == x) break;
    const double secant = (found - y) / (next - x);
    if (secant < -0.1) slope = secant;
    x = next;
    y = found;
  }
  return floor + std::exp(x);
}

}  // namespace

VectorXd mean_slopes(QuenchedEquations& equations, const QuenchedPoint& point) {
  const VectorXd variance = point.covariance.col(0);
  const auto count = static_cast<std::size_t>(equations.size());
  return equations.moments().gains({point.mean.data(), count}, {variance.data(), count}).df;
}

QuenchedExponents quenched_exponents(QuenchedEquations& equations, const QuenchedPoint& point, bool with_incoherent) {
  const QuenchedProblem& problem = equations.problem();
  const VectorXd variance = point.covariance.col(0);
  const auto count = static_cast<std::size_t>(equations.size());
  const GainMoments gain = equations.moments().gains({point.mean.data(), count}, {variance.data(), count});
  const double leak = problem.continuous ? 0.0 : problem.leak;
  QuenchedExponents result{kNegativeInfinity, kNegativeInfinity};

  // One Perron root tells whether anything feeds back at all: 0 exactly where the graph of J diag(f') has no cycle.
  const double squares = perron_root_of(squared_times(*problem.coupling, gain.dfdf));
  if (squares == 0.0) {
    result.coherent = problem.continuous ? -1.0 : std::log(leak);
    result.incoherent = result.coherent;
    return result;
  }
  const VectorXd slope = gain.df;
  const Product linearised = [&](const VectorXd& x) {
    return VectorXd(leak * x + coupled(*problem.coupling, slope.cwiseProduct(x)));
  };
  // A perturbation that all samples of the noise share moves means and variances: E f_j' du_j is E f_j' dmu_j + E f_j''
  // Cov(u_j, du_j), and Cov(u_j, du_j) = dv_j/2. So the derivative of the equations is the whole coherent
  // linearisation; J diag(E f') is the part of it that is left where f is odd about the mean, or nothing fluctuates.
  const bool whole = equations.one_lag() && variance.maxCoeff() > 0.0;
  const Index size = whole ? 2 * equations.size() : equations.size();
  const Index work = (whole ? 2 : 1) * coupling::nonzeros(*problem.coupling);
  // The coherent exponent of many neurons is an estimate that four digits are enough for.
  const KrylovEffort wanted =
      equations.size() > kManyNeurons ? KrylovEffort{1e-4, 60, 20} : KrylovEffort{1e-7, 120, 20};
  const Which which = problem.continuous ? Which::kLargestRealPart : Which::kLargestModulus;
  const auto leading =
      leading_eigenvalue(whole ? equations.derivative(point) : linearised, size, which, affordable(wanted, size, work));
  result.coherent = problem.continuous ? leading.value.real() - 1.0 : std::log(std::abs(leading.value));
  result.coherent_error = problem.continuous ? leading.residual : leading.residual / std::abs(leading.value);
  if (equations.one_lag()) {
    result.incoherent = 0.5 * std::log(squares);
  } else if (variance.maxCoeff() == 0.0) {
    // Nothing fluctuates: psi does not depend on the lag and (kappa - gamma)^2, or kappa^2, is the Perron root.
    const double kappa = leak + std::sqrt(squares);
    result.incoherent = problem.continuous ? kappa - 1.0 : std::log(kappa);
  } else if (with_incoherent) {
    const double kappa = incoherent_kappa(equations, point);
    result.incoherent = problem.continuous ? kappa - 1.0 : std::log(kappa);
  }
  return result;
}

}  // namespace limes::rate::given_matrix

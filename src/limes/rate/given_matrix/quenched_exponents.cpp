#include <Eigen/Eigenvalues>
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
  const auto count = static_cast<std::size_t>(equations.size());
  RowMajorMatrix outputs;
  RowMajorMatrix gains;
  equations.moments().lag_outputs(equations.threads(), {point.mean.data(), count}, point.covariance, outputs, &gains);
  const VectorXd variance = point.covariance.col(0);
  gains.col(0) = equations.moments().gains({point.mean.data(), count}, {variance.data(), count}).dfdf;
  return gains;
}

/// The Perron root and vector (sum 1) of a small matrix.
std::pair<double, VectorXd> small_perron(const RowMajorMatrix& matrix) {
  const Eigen::EigenSolver<Eigen::MatrixXd> solver(matrix);
  Index leading = 0;
  solver.eigenvalues().real().maxCoeff(&leading);
  VectorXd vector = solver.eigenvectors().col(leading).real().cwiseAbs();
  vector /= vector.sum();
  return {solver.eigenvalues()[leading].real(), vector};
}

/// The kappa at which the Perron root of psi -> F_kappa diag(gain) psi over lags alone is 1, by secant steps from
/// z = ln(kappa - floor), and its vector. The root falls about as exp(-2 z).
struct LagProblem {
  const LagGrid* grid;
  double floor;
  double slope = -2.0;

  VectorXd solve(const VectorXd& gain, double& z) {
    double before = 0.0;
    double step = 0.0;
    for (int count = 0;; ++count) {
      const auto [root, vector] = small_perron(grid->filter(floor + std::exp(z)) * gain.asDiagonal());
      const double y = std::log(root);
      if (!std::isfinite(y) || std::abs(y) < 1e-11 || count == 30) return vector;
      if (step != 0.0 && (y - before) / step < -0.1) slope = (y - before) / step;
      before = y;
      step = std::clamp(-y / slope, -2.0, 2.0);
      z += step;
    }
  }
};

/// The kappa at which the Perron root of psi -> F_kappa (J_ij^2 C_j'(k) psi_j(k)) is 1, floor = gamma or 0. Power
/// iteration over the neurons, which converges fast, with the lags solved exactly in every step for the gain averaged
/// over the neurons (iterative aggregation: Koury, McAllister and Stewart, SIAM J. Alg. Disc. Meth. 5, 164 (1984)); by
/// itself the decay of psi with the lag would take hundreds of products near criticality.
double incoherent_kappa(QuenchedEquations& equations, const QuenchedPoint& point) {
  const QuenchedProblem& problem = equations.problem();
  const RowMajorMatrix gains = gain_covariances(equations, point);
  LagProblem lags{&equations.grid(), problem.continuous ? 0.0 : problem.leak};
  RowMajorMatrix psi = RowMajorMatrix::Ones(gains.rows(), gains.cols());
  double z = std::log(problem.continuous ? 1.0 : 1.0 - lags.floor);
  int steady = 0;
  for (int iteration = 0; iteration < 500 && steady < 3; ++iteration) {
    const Eigen::RowVectorXd sum = psi.colwise().sum();
    RowMajorMatrix fields = equations.squares().times(gains.cwiseProduct(psi));
    const double last = z;
    // Where psi has decayed to rounding its ratios say nothing: the last good lag stands for those.
    Eigen::RowVectorXd gain = fields.colwise().sum().cwiseQuotient(sum);
    Index good = 0;
    while (good + 1 < sum.size() && sum[good + 1] > 1e-9 * sum[0]) ++good;
    gain.tail(sum.size() - good).setConstant(gain[good]);
    const VectorXd shape = lags.solve(gain.transpose(), z);
    Eigen::RowVectorXd scale = shape.transpose().cwiseQuotient(sum);
    scale.tail(sum.size() - good).setConstant(scale[good]);
    fields *= scale.asDiagonal();
    psi *= 0.25 * scale.asDiagonal();  // a quarter is kept: a cyclic map (period two, say) does not alternate then
    psi += 0.75 * LagFilter(equations.grid().filter(lags.floor + std::exp(z))).times(equations.threads(), fields);
    psi = psi.cwiseMax(0.0);
    if (!std::isfinite(z)) return lags.floor;
    steady = std::abs(z - last) < 1e-9 ? steady + 1 : 0;
  }
  return lags.floor + std::exp(z);
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

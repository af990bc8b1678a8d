#include "limes/rate/random_modes/theory/two_point.hpp"

#include <Eigen/SparseLU>
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <span>

#include "limes/base/errors.hpp"
#include "limes/math/quadrature.hpp"
#include "limes/math/roots.hpp"
#include "limes/rate/random_modes/theory/potential.hpp"
#include "limes/transfer/moments.hpp"
#include "limes/transfer/pair_moments.hpp"

namespace limes::rate::random_modes {

namespace {

constexpr double kDecayed = 30.0;       // decay lengths of the grid
constexpr double kFirstPanel = 0.1;     // in units of the scale on which f(C) varies at its top
constexpr double kLongestPanel = 2.0;   // decay lengths
constexpr int kNewtonSteps = 60;
constexpr int kPicardSteps = 60;
constexpr int kSecantSteps = 60;
constexpr double kTolerance = 1e-13;    // of C_y(0), relative

/// The equations at a given C_y(0) = C0, which sets the variances inside f.
class LagEquations {
 public:
  LagEquations(const TwoPointProblem& problem, double variance) : problem_(problem), variance_(variance) {
    const Eigen::Index count = static_cast<Eigen::Index>(problem.classes.size());
    slope.resize(count);
    double gain = 0.0;
    for (const NeuronClass& one : problem.classes) {
      const double own = one.left * one.left * variance + problem.noise_intensity;
      pairs_.emplace_back(problem.transfer, 0.0, own);
      const double mean_slope = transfer::moments(problem.transfer, 0.0, own).df;
      slope(static_cast<Eigen::Index>(pairs_.size()) - 1) = mean_slope;
      gain += one.weight * one.left * one.left * mean_slope * mean_slope;
    }
    const double square = 1.0 - strength() * gain;
    if (!(square > 0.0)) {
      throw ConvergenceError("the fluctuations do not decay: the network is beyond its stability edge", 1.0);
    }
    decay = std::sqrt(square);
  }

  [[nodiscard]] double strength() const { return problem_.coupling * problem_.coupling * problem_.right_square; }

  [[nodiscard]] PanelGrid grid() const {
    double steepest = 0.0;
    for (const NeuronClass& one : problem_.classes) {
      if (one.weight < 1e-14) continue;
      const double own = one.left * one.left * variance_ + problem_.noise_intensity;
      steepest = std::max(steepest, transfer::steepness(problem_.transfer) * std::sqrt(own));
    }
    return {kFirstPanel / (1.0 + steepest), kLongestPanel / decay, kDecayed / decay};
  }

  /// C_phi of every class at the nodes, and its derivative by the class's C_x.
  void outputs(const PanelGrid& grid, const Eigen::VectorXd& common, Eigen::MatrixXd& output,
               Eigen::MatrixXd* gain) const {
    const Eigen::Index count = grid.size();
    output.resize(count, static_cast<Eigen::Index>(pairs_.size()));
    if (gain != nullptr) gain->resize(count, output.cols());
    for (Eigen::Index k = 0; k < output.cols(); ++k) {
      const Eigen::VectorXd own = state(grid, common, k);
      const auto length = static_cast<std::size_t>(count);
      const auto& pair = pairs_[static_cast<std::size_t>(k)];
      pair.outputs({own.data(), length}, {output.col(k).data(), length});
      if (gain != nullptr) pair.gains({own.data(), length}, {gain->col(k).data(), length});
    }
  }

  /// C_x of one class at the nodes, kept within its variance.
  [[nodiscard]] Eigen::VectorXd state(const PanelGrid& grid, const Eigen::VectorXd& common, Eigen::Index k) const {
    const double square = std::pow(problem_.classes[static_cast<std::size_t>(k)].left, 2);
    const double limit = square * variance_ + problem_.noise_intensity;
    Eigen::VectorXd own = square * common;
    if (problem_.noise_intensity > 0.0) own.array() += problem_.noise_intensity * (-grid.nodes().array()).exp();
    return own.cwiseMin(limit).cwiseMax(-limit);
  }

  /// g^2 <r^2 f> at the nodes, and its derivative by C_y.
  void drive(const PanelGrid& grid, const Eigen::VectorXd& common, Eigen::VectorXd& force,
             Eigen::VectorXd* slope_of_force) const {
    Eigen::MatrixXd output, gain;
    outputs(grid, common, output, slope_of_force != nullptr ? &gain : nullptr);
    force = Eigen::VectorXd::Zero(grid.size());
    if (slope_of_force != nullptr) *slope_of_force = Eigen::VectorXd::Zero(grid.size());
    for (Eigen::Index k = 0; k < output.cols(); ++k) {
      const NeuronClass& one = problem_.classes[static_cast<std::size_t>(k)];
      force += strength() * one.weight * output.col(k);
      if (slope_of_force != nullptr) *slope_of_force += strength() * one.weight * one.left * one.left * gain.col(k);
    }
  }

  Eigen::VectorXd slope;
  double decay = 1.0;

 private:
  const TwoPointProblem& problem_;
  double variance_;
  std::vector<transfer::PairMoments> pairs_;
};

using Sparse = Eigen::SparseMatrix<double>;

/// Rows of C'' - C + (added) C = ... at inner nodes, continuity of C' at borders, C'(0) = 0, C' = -decay C at the end.
class LagOperator {
 public:
  LagOperator(const PanelGrid& grid, double decay) : grid_(grid) {
    constexpr Eigen::Index degree = PanelGrid::kDegree;
    const Eigen::MatrixXd first = node_derivative();
    const Eigen::MatrixXd second = first * first;
    inner_ = Eigen::VectorXd::Zero(grid.size());
    for (Eigen::Index panel = 0; panel < grid.panels(); ++panel) {
      const double scale = 2.0 / grid.width(panel);
      const Eigen::Index start = panel * degree;
      for (Eigen::Index i = 0; i <= degree; ++i) {
        const bool is_first = i == 0, is_last = i == degree;
        for (Eigen::Index j = 0; j <= degree; ++j) {
          const double slope = scale * first(i, j);
          if (is_first) {
            entries_.emplace_back(start, start + j, panel == 0 ? slope : -slope);
          } else if (is_last) {
            entries_.emplace_back(start + i, start + j, slope);
          } else {
            entries_.emplace_back(start + i, start + j, scale * scale * second(i, j) - (i == j ? 1.0 : 0.0));
          }
        }
        if (!is_first && !is_last) inner_(start + i) = 1.0;
      }
    }
    entries_.emplace_back(grid.size() - 1, grid.size() - 1, decay);
  }

  /// The matrix with `added` on the diagonal of the inner nodes.
  [[nodiscard]] Sparse matrix(const Eigen::VectorXd& added) const {
    auto entries = entries_;
    for (Eigen::Index i = 0; i < added.size(); ++i) entries.emplace_back(i, i, added(i) * inner_(i));
    Sparse result(grid_.size(), grid_.size());
    result.setFromTriplets(entries.begin(), entries.end());
    return result;
  }
  [[nodiscard]] const Eigen::VectorXd& inner() const { return inner_; }

 private:
  const PanelGrid& grid_;
  std::vector<Eigen::Triplet<double>> entries_;
  Eigen::VectorXd inner_;  // 1 at inner nodes
};

Eigen::VectorXd solve(const Sparse& matrix, const Eigen::VectorXd& right) {
  Eigen::SparseLU<Sparse> factors(matrix);
  if (factors.info() != Eigen::Success) throw ConvergenceError("the lag equations are singular", 1.0);
  return factors.solve(right);
}

/// Newton from `start` at fixed C0; the largest residual relative to C0 comes back in `residual`.
Eigen::VectorXd newton(const LagEquations& equations, const PanelGrid& grid, double variance, Eigen::VectorXd start,
                       double& residual) {
  const LagOperator lag(grid, equations.decay);
  const Sparse plain = lag.matrix(Eigen::VectorXd::Zero(grid.size()));
  Eigen::VectorXd force, slope;
  double last = 1e300;
  for (int step = 0; step < kNewtonSteps; ++step) {
    equations.drive(grid, start, force, &slope);
    const Eigen::VectorXd wrong = plain * start + lag.inner().cwiseProduct(force);
    const Eigen::VectorXd change = solve(lag.matrix(slope), -wrong);
    const double size = change.cwiseAbs().maxCoeff() / variance;
    if (!std::isfinite(size)) throw ConvergenceError("the autocovariance was not found", last);
    start += std::min(1.0, 0.5 / size) * change;
    residual = size;
    if (size < 1e-14 || (size < 1e-11 && size >= 0.5 * last)) return start;
    last = size;
  }
  if (residual > 1e-9) throw ConvergenceError("the autocovariance was not found", residual);
  return start;
}

/// (1 - d^2)^-1 of the drive: one step of the mean field's own iteration.
Eigen::VectorXd picard(const LagEquations& equations, const PanelGrid& grid, const Eigen::VectorXd& common) {
  const LagOperator lag(grid, 1.0);
  Eigen::VectorXd force;
  equations.drive(grid, common, force, nullptr);
  return solve(lag.matrix(Eigen::VectorXd::Zero(grid.size())), -lag.inner().cwiseProduct(force));
}

TwoPointSolution finished(const TwoPointProblem& problem, const LagEquations& equations, const PanelGrid& grid,
                          const Eigen::VectorXd& common, double variance, double residual) {
  TwoPointSolution solution;
  solution.grid = grid;
  solution.common_variance = variance;
  solution.decay = equations.decay;
  solution.slope = equations.slope;
  solution.residual = std::max(residual, std::abs(common(0) - variance) / variance);
  equations.outputs(grid, common, solution.output, nullptr);
  solution.state.resize(grid.size(), solution.output.cols());
  for (Eigen::Index k = 0; k < solution.output.cols(); ++k) solution.state.col(k) = equations.state(grid, common, k);
  (void)problem;
  return solution;
}

/// With noise: C_y(0; C0) = C0 by secants, from the mean field's own iteration.
TwoPointSolution solve_noisy(const TwoPointProblem& problem, const StopToken& stop) {
  double variance = noisy_start(problem);
  Eigen::VectorXd common;
  std::optional<PanelGrid> grid;
  for (int step = 0; step < kPicardSteps; ++step) {
    if (stop.stop_requested()) throw InterruptedError();
    const LagEquations equations(problem, variance);
    if (!grid) {
      grid = equations.grid();
      common = variance * (1.0 + grid->nodes().array()) * (-grid->nodes().array()).exp();
    }
    const Eigen::VectorXd next = picard(equations, *grid, common);
    const double change = std::abs(next(0) - variance) / next(0);
    common = next;
    variance = next(0);
    if (change < 1e-3) break;
  }
  // The last variance fixes the grid; secants on C_y(0; C0) - C0.
  const LagEquations at_start(problem, variance);
  PanelSeries series(*grid, common, at_start.decay);
  grid = at_start.grid();
  Eigen::VectorXd moved(grid->size());
  for (Eigen::Index i = 0; i < grid->size(); ++i) moved(i) = series.at(grid->nodes()(i))(0);
  common = moved;
  double residual = 0.0;
  const auto excess = [&](double trial) {
    if (stop.stop_requested()) throw InterruptedError();
    common = newton(LagEquations(problem, trial), *grid, trial, common, residual);
    return common(0) - trial;
  };
  double a = variance, fa = excess(a);
  double b = a + fa, fb = 0.0;
  if (b == a) b = a * (1.0 + 1e-9);
  for (int step = 0; step < kSecantSteps; ++step) {
    fb = excess(b);
    if (std::abs(fb) <= kTolerance * b || fb == fa) break;
    double next = b - fb * (b - a) / (fb - fa);
    next = std::clamp(next, 0.5 * b, 2.0 * b);
    a = b;
    fa = fb;
    if (std::abs(next - b) <= kTolerance * b) break;
    b = next;
  }
  if (!(std::abs(fb) <= 1e-9 * b)) throw ConvergenceError("the variance was not found", std::abs(fb) / b);
  const LagEquations equations(problem, b);
  return finished(problem, equations, *grid, common, b, residual);
}

}  // namespace

std::vector<NeuronClass> log_normal_classes(double width) {
  if (width == 0.0) return {NeuronClass{}};
  // exp(8 width z) shifts the Gaussian weight by 8 widths; a step of 0.4 is exact to exp(-2 (pi/0.4)^2).
  const math::QuadratureRule rule = math::gaussian_trapezoid(0.4, -8.0, 8.0 + 8.0 * width);
  std::vector<NeuronClass> classes;
  for (std::size_t k = 0; k < rule.nodes.size(); ++k) {
    classes.push_back({rule.weights[k], std::exp(width * rule.nodes[k])});
  }
  return classes;
}

TwoPointSolution solve_two_point(const TwoPointProblem& problem, const StopToken& stop) {
  if (problem.noise_intensity > 0.0) return solve_noisy(problem, stop);
  const auto variance = chaotic_variance(problem);
  if (!variance) {
    TwoPointSolution nothing;
    nothing.quiescent = true;
    return nothing;
  }
  const LagEquations equations(problem, *variance);
  const PanelGrid grid = equations.grid();
  double residual = 0.0;
  const Eigen::VectorXd start = descend(problem, *variance, equations.decay, grid.nodes());
  const Eigen::VectorXd common = newton(equations, grid, *variance, start, residual);
  if (!(std::abs(common(0) - *variance) < 1e-6 * *variance)) {
    throw ConvergenceError("the autocovariance misses the variance of the potential",
                           std::abs(common(0) - *variance) / *variance);
  }
  return finished(problem, equations, grid, common, *variance, residual);
}

}  // namespace limes::rate::random_modes

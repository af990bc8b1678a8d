#include "limes/rate/random_modes/theory/two_point.hpp"

#include <Eigen/SparseLU>
#include <algorithm>
#include <cmath>
#include <numbers>
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

constexpr double kDecayed = 30.0;      // decay lengths of the grid
constexpr double kFirstPanel = 0.1;    // in units of the scale on which f(C) varies at its top
constexpr double kLongestPanel = 2.0;  // decay lengths
constexpr int kNewtonSteps = 60;
constexpr int kPicardSteps = 60;
constexpr double kTolerance = 1e-13;  // of C_y(0), relative
constexpr double kVariation = 1e-6;   // of C0, for the derivative of the averages by it
constexpr double kSlowest = 1e-10;    // least square of a decay rate: on the way to a solution it may vanish

/// The equations at a given C_y(0) = C0, which sets the variances inside f.
class LagEquations {
 public:
  LagEquations(const TwoPointProblem& problem, double variance) : problem_(problem), variance_(variance) {
    const Eigen::Index count = static_cast<Eigen::Index>(problem.classes.size());
    slope.resize(count);
    double gain = 0.0, square = 0.0;
    for (const NeuronClass& one : problem.classes) {
      const double own = one.left * one.left * variance + problem.noise_intensity;
      pairs_.emplace_back(problem.transfer, 0.0, own);
      const transfer::Moments moments = transfer::moments(problem.transfer, 0.0, own);
      const double mean_slope = moments.df;
      square += one.weight * moments.ff;
      slope(static_cast<Eigen::Index>(pairs_.size()) - 1) = mean_slope;
      gain += one.weight * one.left * one.left * mean_slope * mean_slope;
    }
    margin = 1.0 - strength() * gain;
    decay = std::sqrt(std::max(margin, kSlowest));
    bend_ = std::abs(1.0 - strength() * square / variance);
  }

  [[nodiscard]] double strength() const { return problem_.coupling * problem_.coupling * problem_.right_square; }

  [[nodiscard]] PanelGrid grid() const {
    double steepest = 0.0;
    for (const NeuronClass& one : problem_.classes) {
      if (one.weight < 1e-14) continue;
      const double own = one.left * one.left * variance_ + problem_.noise_intensity;
      steepest = std::max(steepest, transfer::steepness(problem_.transfer) * std::sqrt(own));
    }
    // The scale of time at the top of C: that of its bend, or 1 where noise filtered by the leak enters.
    const double fastest = problem_.noise_intensity > 0.0 ? 1.0 : std::min(1.0, std::max(decay, std::sqrt(bend_)));
    return {kFirstPanel / (fastest * (1.0 + steepest)), kLongestPanel / decay, kDecayed / decay};
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
  double margin = 1.0;  ///< decay^2 of the tail, negative where it would not decay
  double decay = 1.0;

 private:
  const TwoPointProblem& problem_;
  double variance_;
  double bend_ = 1.0;  // |C''(0)/C(0)|
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
  // C - g^2 f(C) cancels to decay^2 C near the onset of chaos: so much is lost to rounding.
  const double rounding = 1e-14 / (equations.decay * equations.decay);
  double last = 1e300;
  for (int step = 0; step < kNewtonSteps; ++step) {
    equations.drive(grid, start, force, &slope);
    const Eigen::VectorXd wrong = plain * start + lag.inner().cwiseProduct(force);
    const Eigen::VectorXd change = solve(lag.matrix(slope), -wrong);
    const double size = change.cwiseAbs().maxCoeff() / variance;
    if (!std::isfinite(size)) throw ConvergenceError("the autocovariance was not found", last);
    start += std::min(1.0, 0.5 / size) * change;
    residual = size;
    if (size < 1e-14 || (size < 100.0 * rounding && size >= 0.5 * last)) return start;
    last = size;
  }
  if (residual > std::max(1e-9, 100.0 * rounding)) throw ConvergenceError("the autocovariance was not found", residual);
  return start;
}

/// (1 - d^2)^-1 of the drive: one step of the mean field's own iteration.
Eigen::VectorXd picard(const LagEquations& equations, const PanelGrid& grid, const Eigen::VectorXd& common) {
  const LagOperator lag(grid, 1.0);
  Eigen::VectorXd force;
  equations.drive(grid, common, force, nullptr);
  return solve(lag.matrix(Eigen::VectorXd::Zero(grid.size())), -lag.inner().cwiseProduct(force));
}

TwoPointSolution finished(const LagEquations& equations, const PanelGrid& grid, const Eigen::VectorXd& common,
                          double variance, double residual) {
  TwoPointSolution solution;
  solution.grid = grid;
  solution.common_variance = variance;
  solution.decay = equations.decay;
  solution.slope = equations.slope;
  solution.residual = std::max(residual, std::abs(common(0) - variance) / variance);
  equations.outputs(grid, common, solution.output, nullptr);
  solution.state.resize(grid.size(), solution.output.cols());
  for (Eigen::Index k = 0; k < solution.output.cols(); ++k) solution.state.col(k) = equations.state(grid, common, k);
  solution.common = common;
  return solution;
}

/// Where the search of a noisy network starts: C_y(0), and C_y at the nodes of a grid.
struct Start {
  double variance;
  PanelGrid grid;
  Eigen::VectorXd common;

  /// The same on another grid.
  [[nodiscard]] Eigen::VectorXd on(const PanelGrid& other) const {
    const PanelSeries series(grid, common, 1.0);
    Eigen::VectorXd moved(other.size());
    for (Eigen::Index i = 0; i < other.size(); ++i) moved(i) = series.at(other.nodes()(i))(0);
    return moved;
  }
};

/// The mean field's own iteration, from above, until it settles to a part in a thousand.
Start iterate(const TwoPointProblem& problem, const StopToken& stop) {
  const double first = noisy_start(problem);
  const PanelGrid grid(kFirstPanel / (1.0 + transfer::steepness(problem.transfer) * std::sqrt(first)), 3.0, 60.0);
  Start start{first, grid, first * ((1.0 + grid.nodes().array()) * (-grid.nodes().array()).exp()).matrix()};
  for (int step = 0; step < kPicardSteps; ++step) {
    if (stop.stop_requested()) throw InterruptedError();
    const LagEquations equations(problem, start.variance);
    start.common = picard(equations, start.grid, start.common);
    const double change = std::abs(start.common(0) - start.variance) / start.common(0);
    start.variance = start.common(0);
    if (change < 1e-3) break;
  }
  return start;
}

/// With noise: Newton on C_y at the nodes and C0 together, C_y(0) = C0.
TwoPointSolution solve_from(const TwoPointProblem& problem, const Start& start, const StopToken& stop) {
  const PanelGrid grid = LagEquations(problem, start.variance).grid();
  Eigen::VectorXd common = start.on(grid);
  double variance = start.variance, last = 1e300;
  Eigen::VectorXd force, slope, moved_force;
  for (int step = 0; step < kNewtonSteps; ++step) {
    if (stop.stop_requested()) throw InterruptedError();
    const LagEquations equations(problem, variance);
    const LagOperator lag(grid, equations.decay);
    equations.drive(grid, common, force, &slope);
    LagEquations(problem, variance * (1.0 + kVariation)).drive(grid, common, moved_force, nullptr);
    const Eigen::VectorXd by_variance = lag.inner().cwiseProduct(moved_force - force) / (variance * kVariation);
    const Eigen::VectorXd wrong =
        lag.matrix(Eigen::VectorXd::Zero(grid.size())) * common + lag.inner().cwiseProduct(force);
    const Eigen::SparseLU<Sparse> factors(lag.matrix(slope));
    if (factors.info() != Eigen::Success) throw ConvergenceError("the lag equations are singular", last);
    const Eigen::VectorXd plain = factors.solve(-wrong), along = factors.solve(-by_variance);
    // plain + change along = new C_y - old; at lag 0 it must arrive at variance + change.
    const double change = (variance - common(0) - plain(0)) / (along(0) - 1.0);
    const Eigen::VectorXd whole = plain + change * along;
    const double size = std::max(std::abs(change), whole.cwiseAbs().maxCoeff()) / variance;
    if (!std::isfinite(size)) throw ConvergenceError("the autocovariance was not found", last);
    const double share = std::min(1.0, 0.3 / size);
    common += share * whole;
    variance = std::max(0.3 * variance, variance + share * change);
    if (size < kTolerance || (size < 1e-10 && size >= 0.5 * last)) {
      const LagEquations final_equations(problem, variance);
      if (!(final_equations.margin > kSlowest)) break;
      return finished(final_equations, grid, common, variance, size);
    }
    last = size;
  }
  throw ConvergenceError("the autocovariance was not found", last);
}

TwoPointSolution solve_quiet(const TwoPointProblem& problem, double variance) {
  const LagEquations equations(problem, variance);
  if (!(equations.margin > kSlowest)) throw ConvergenceError("the fluctuations do not decay", 1.0);
  const PanelGrid grid = equations.grid();
  double residual = 0.0;
  const Eigen::VectorXd start = descend(problem, variance, equations.decay, grid.nodes());
  const Eigen::VectorXd common = newton(equations, grid, variance, start, residual);
  if (!(std::abs(common(0) - variance) < 1e-6 * variance)) {
    throw ConvergenceError("the autocovariance misses the variance of the potential",
                           std::abs(common(0) - variance) / variance);
  }
  return finished(equations, grid, common, variance, residual);
}

/// Chaos without the noise, then the mean field's own iteration: one of them is near.
TwoPointSolution solve_noisy(const TwoPointProblem& problem, const StopToken& stop) {
  const bool closed = problem.transfer.kind == transfer::Kind::kErf || problem.transfer.kind == transfer::Kind::kLinear;
  if (!closed) {
    // The averages of erf are closed forms: its solution is the start of all other functions.
    TwoPointProblem like = problem;
    like.transfer.kind = transfer::Kind::kErf;
    const TwoPointSolution solution = solve_noisy(like, stop);
    try {
      return solve_from(problem, {solution.common_variance, solution.grid, solution.common}, stop);
    } catch (const ConvergenceError&) {
      return solve_from(problem, iterate(problem, stop), stop);
    }
  }
  TwoPointProblem quiet = problem;
  quiet.noise_intensity = 0.0;
  const auto variance = problem.transfer.kind == transfer::Kind::kErf ? chaotic_variance(quiet) : std::nullopt;
  if (variance && *variance > problem.noise_intensity) {
    try {
      const TwoPointSolution solution = solve_quiet(quiet, *variance);
      return solve_from(problem, {*variance, solution.grid, solution.common}, stop);
    } catch (const ConvergenceError&) {  // the iteration follows
    }
  }
  return solve_from(problem, iterate(problem, stop), stop);
}

}  // namespace

std::vector<NeuronClass> log_normal_classes(double width) {
  if (width == 0.0) return {NeuronClass{}};
  // Averages of f(l x) are analytic in ln l as far as an imaginary part of pi/2. The factor l^4 of tr C_x^2 shifts the
  // Gaussian weight by 4 widths.
  const double step = std::min(0.7, math::gaussian_trapezoid_step(std::numbers::pi / 2.0 / width, 26.0));
  const math::QuadratureRule rule = math::gaussian_trapezoid(step, -7.0, 7.0 + 4.0 * width);
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
  return solve_quiet(problem, *variance);
}

}  // namespace limes::rate::random_modes

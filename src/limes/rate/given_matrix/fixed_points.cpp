#include "limes/rate/given_matrix/fixed_points.hpp"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "limes/compute/spectrum.hpp"
#include "limes/math/random.hpp"
#include "limes/rate/given_matrix/krylov.hpp"
#include "limes/rate/given_matrix/quenched_equations.hpp"

namespace limes::rate::given_matrix {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr Index kManyNeurons = 2000;  // beyond, the price of a start is that of its products

/// The dynamics without noise and its Jacobian.
class Dynamics {
 public:
  explicit Dynamics(const QuenchedProblem& problem)
      : problem_(problem),
        size_(coupling::size(*problem.coupling)),
        leak_(problem.continuous ? 0.0 : problem.leak),
        threshold_(VectorXd::Zero(size_)) {
    if (!problem.threshold.empty()) threshold_ = Eigen::Map<const VectorXd>(problem.threshold.data(), size_);
  }

  [[nodiscard]] Index size() const { return size_; }
  [[nodiscard]] double leak() const { return leak_; }
  [[nodiscard]] bool continuous() const { return problem_.continuous; }
  [[nodiscard]] const coupling::Matrix& coupling() const { return *problem_.coupling; }
  [[nodiscard]] VectorXd output(const VectorXd& u) const {
    return u.unaryExpr([this](double x) { return transfer::value(problem_.transfer, x); });
  }
  [[nodiscard]] VectorXd slope(const VectorXd& u) const {
    return u.unaryExpr([this](double x) { return transfer::derivative(problem_.transfer, x); });
  }
  /// J x.
  [[nodiscard]] VectorXd coupled(const VectorXd& x) const {
    ++products_;
    return given_matrix::coupled(*problem_.coupling, x);
  }
  /// How often `coupled` was called.
  [[nodiscard]] Index products() const { return products_; }
  /// gamma u + J f(u) - theta - u.
  [[nodiscard]] VectorXd velocity(const VectorXd& u) const {
    return (leak_ - 1.0) * u + coupled(output(u)) - threshold_;
  }
  /// J diag(f'(u)).
  [[nodiscard]] coupling::DenseMatrix dense_feedback(const VectorXd& u) const {
    coupling::DenseMatrix matrix = coupling::to_dense(*problem_.coupling);
    const Eigen::RowVectorXd slopes = slope(u).transpose();
    for (Index row = 0; row < size_; ++row) matrix.row(row) = matrix.row(row).cwiseProduct(slopes);
    return matrix;
  }

 private:
  const QuenchedProblem& problem_;
  Index size_;
  double leak_;
  VectorXd threshold_;
  mutable Index products_ = 0;
};

double scale_of(const VectorXd& u) { return std::max(1.0, u.cwiseAbs().maxCoeff()); }

VectorXd newton_move(const Dynamics& dynamics, const VectorXd& u, const VectorXd& velocity,
                     const FixedPointOptions& options) {
  if (dynamics.size() <= options.dense_up_to) {
    Eigen::MatrixXd system = -dynamics.dense_feedback(u);
    system.diagonal().array() += 1.0 - dynamics.leak();
    return Eigen::PartialPivLU<Eigen::MatrixXd>(system).solve(velocity);
  }
  const VectorXd slope = dynamics.slope(u);
  const Product system = [&](const VectorXd& x) {
    return VectorXd((1.0 - dynamics.leak()) * x - dynamics.coupled(slope.cwiseProduct(x)));
  };
  // Inexact Newton: a relative 1e-3 per step still gains three digits each.
  return gmres(system, velocity, 1e-3, 80, 3);
}

/// Newton's method with halved steps while |velocity| does not fall, given up after `allowed` products with J; true if
/// it converged.
bool newton(const Dynamics& dynamics, VectorXd& u, const FixedPointOptions& options, Index allowed) {
  VectorXd velocity = dynamics.velocity(u);
  const Index last = dynamics.products() + allowed;
  for (int step = 0; step < options.newton_steps && dynamics.products() < last; ++step) {
    options.stop.check();
    if (!velocity.allFinite() || u.cwiseAbs().maxCoeff() > 1e8) return false;
    if (velocity.cwiseAbs().maxCoeff() <= options.tolerance * scale_of(u)) return true;
    const VectorXd move = newton_move(dynamics, u, velocity, options);
    if (!move.allFinite()) return false;
    double factor = 1.0;
    bool better = false;
    for (; factor > 1e-3; factor *= 0.5) {
      const VectorXd trial = u + factor * move;
      const VectorXd there = dynamics.velocity(trial);
      if (there.squaredNorm() < (1.0 - 1e-4 * factor) * velocity.squaredNorm()) {
        u = trial;
        velocity = there;
        better = true;
        break;
      }
    }
    if (!better) return velocity.cwiseAbs().maxCoeff() <= 100 * options.tolerance * scale_of(u);
  }
  return velocity.cwiseAbs().maxCoeff() <= options.tolerance * scale_of(u);
}

/// The state that the dynamics reaches from u in a while: near an attractor if there is a stable fixed point.
VectorXd relaxed(const Dynamics& dynamics, VectorXd u, const FixedPointOptions& options) {
  const double step = dynamics.continuous() ? 0.2 : 1.0;
  const int steps = dynamics.continuous() ? 300 : static_cast<int>(60.0 / (1.0 - dynamics.leak()));
  for (int k = 0; k < steps; ++k) {
    if (k % 16 == 0) options.stop.check();
    const VectorXd velocity = dynamics.velocity(u);
    if (!velocity.allFinite() || u.cwiseAbs().maxCoeff() > 1e8) break;
    u += step * velocity;
  }
  return u;
}

int random_starts(const Dynamics& dynamics, const FixedPointOptions& options) {
  if (options.random_starts >= 0) return options.random_starts;
  if (dynamics.size() > kManyNeurons) {
    return static_cast<int>(std::clamp(4e6 / static_cast<double>(coupling::nonzeros(dynamics.coupling())), 1.0, 4.0));
  }
  return static_cast<int>(std::clamp(1e9 / std::pow(static_cast<double>(dynamics.size()), 3.0), 4.0, 48.0));
}

/// Products with J that one start may take: as many as 1e10 multiplications allow (about twenty seconds). A repelling
/// point of a large chaotic network takes more than anybody would wait for.
Index allowed_products(const Dynamics& dynamics) {
  const double work =
      static_cast<double>(coupling::nonzeros(dynamics.coupling())) + 40.0 * static_cast<double>(dynamics.size());
  return static_cast<Index>(std::max(200.0, 1e10 / work));
}

std::vector<VectorXd> starts_of(const Dynamics& dynamics, const FixedPointOptions& options,
                                const std::vector<std::vector<double>>& extra) {
  const Index size = dynamics.size();
  std::vector<VectorXd> starts{VectorXd::Zero(size)};
  for (const std::vector<double>& state : extra) {
    if (static_cast<Index>(state.size()) != size) {
      throw InputError(fmt::format("a start of {} values for {} neurons", state.size(), size));
    }
    starts.emplace_back(Eigen::Map<const VectorXd>(state.data(), size));
  }
  double squares = 0.0;
  coupling::for_each_entry(dynamics.coupling(), [&](Index, Index, double value) { squares += value * value; });
  const double drive = std::sqrt(squares / static_cast<double>(size)) / (1.0 - dynamics.leak());
  const int count = random_starts(dynamics, options);
  for (int k = 0; k < count; ++k) {
    math::RandomStream stream(1, 0, math::Purpose::kFixedPoints, static_cast<std::uint64_t>(k));
    VectorXd state(size);
    stream.fill_normal({state.data(), static_cast<std::size_t>(size)});
    // A common part as well: networks with a mean coupling settle up or down.
    const double common = stream.normal();
    const double amplitude = std::max(drive, 0.1) * (k % 3 == 0 ? 0.3 : k % 3 == 1 ? 1.0 : 3.0);
    state = amplitude * (state.array() + common).matrix();
    starts.push_back(state);
    starts.push_back(relaxed(dynamics, state, options));
  }
  return starts;
}

void describe(const Dynamics& dynamics, bool whole, FixedPoint& point) {
  const Index size = dynamics.size();
  const VectorXd u = Eigen::Map<const VectorXd>(point.state.data(), size);
  point.mean = u.mean();
  point.variance = (u.array() - point.mean).square().mean();
  point.mean_output = dynamics.output(u).mean();
  point.residual = dynamics.velocity(u).cwiseAbs().maxCoeff() / scale_of(u);
  if (whole) {
    coupling::DenseMatrix jacobian = dynamics.dense_feedback(u);
    jacobian.diagonal().array() += dynamics.leak();
    point.spectrum = compute::eigenvalues(jacobian);
    point.leading_eigenvalue = point.spectrum.front();
    if (dynamics.continuous()) {
      point.leading_eigenvalue = *std::max_element(point.spectrum.begin(), point.spectrum.end(),
                                                   [](auto a, auto b) { return a.real() < b.real(); });
    }
  } else {
    const VectorXd slope = dynamics.slope(u);
    const Product jacobian = [&](const VectorXd& x) {
      return VectorXd(dynamics.leak() * x + dynamics.coupled(slope.cwiseProduct(x)));
    };
    const LeadingEigenvalue leading =
        leading_eigenvalue(jacobian, size, dynamics.continuous() ? Which::kLargestRealPart : Which::kLargestModulus,
                           affordable({1e-8, 120, 30}, size, coupling::nonzeros(dynamics.coupling())));
    point.leading_eigenvalue = leading.value;
    point.exponent_error = dynamics.continuous() ? leading.residual : leading.residual / std::abs(leading.value);
  }
  point.lyapunov_exponent =
      dynamics.continuous() ? point.leading_eigenvalue.real() - 1.0 : std::log(std::abs(point.leading_eigenvalue));
  point.stable = point.lyapunov_exponent < 0.0;
}

}  // namespace

FixedPointSearch fixed_points(const QuenchedProblem& problem, const FixedPointOptions& options,
                              const std::vector<std::vector<double>>& extra) {
  const Dynamics dynamics(problem);
  const bool mirrored =
      transfer::is_odd(problem.transfer) &&
      std::all_of(problem.threshold.begin(), problem.threshold.end(), [](double x) { return x == 0.0; });
  FixedPointSearch search;
  std::vector<VectorXd> found;
  const auto add = [&](const VectorXd& u) {
    const double within = options.merge_within * scale_of(u);
    const auto near = [&](const VectorXd& other) { return (other - u).cwiseAbs().maxCoeff() <= within; };
    if (std::none_of(found.begin(), found.end(), near)) found.push_back(u);
  };
  const Index allowed = allowed_products(dynamics);
  for (VectorXd u : starts_of(dynamics, options, extra)) {
    ++search.starts;
    if (!newton(dynamics, u, options, allowed)) continue;
    ++search.converged;
    add(u);
    if (mirrored) add(-u);
  }

  // All eigenvalues of as many points as take about a minute (10 N^3 operations each).
  double budget = 3e10;
  const double cost = std::pow(static_cast<double>(dynamics.size()), 3.0);
  for (const VectorXd& u : found) {
    options.stop.check();
    FixedPoint point;
    point.state.assign(u.data(), u.data() + u.size());
    const bool whole = dynamics.size() <= options.spectrum_up_to && budget >= cost;
    describe(dynamics, whole, point);
    if (whole) budget -= cost;
    if (!whole) ++search.leading_only;
    search.points.push_back(std::move(point));
  }
  std::stable_sort(search.points.begin(), search.points.end(), [](const FixedPoint& a, const FixedPoint& b) {
    return std::pair(a.mean, a.variance) < std::pair(b.mean, b.variance);
  });
  search.statement =
      fmt::format("{} fixed point{} found by Newton's method from {} starts ({} converged); there may be more",
                  search.points.size(), search.points.size() == 1 ? "" : "s", search.starts, search.converged);
  return search;
}

}  // namespace limes::rate::given_matrix

#include "limes/spiking/theory/generating_equation.hpp"

#include <Eigen/LU>
#include <cmath>

#include "limes/math/chebyshev.hpp"

namespace limes::spiking {
namespace {

constexpr int kDegree = 12;
using Values = Eigen::Matrix<double, kDegree + 1, 1>;  ///< at the Chebyshev-Lobatto nodes, from the top of a panel down
using Line = std::vector<Values>;                      ///< one per panel, from the highest down

struct Collocation {
  std::vector<double> nodes = math::chebyshev_nodes(kDegree);
  Eigen::Matrix<double, kDegree + 1, kDegree + 1> derivative;

  Collocation() {
    for (int j = 0; j <= kDegree; ++j) {
      std::vector<double> unit(kDegree + 1, 0.0);
      unit[static_cast<std::size_t>(j)] = 1;
      const math::ChebyshevSeries basis(-1, 1, math::chebyshev_coefficients(unit));
      const math::ChebyshevSeries slope = basis.derivative();
      for (int i = 0; i <= kDegree; ++i) derivative(i, j) = slope(nodes[static_cast<std::size_t>(i)]);
    }
  }
};

const Collocation& collocation() {
  static const Collocation rule;
  return rule;
}

/// y' = speed y + source on a panel of half-length `half`, from its top downwards.
Values descended(double half, double top, const Values& speed, const Values& source) {
  const Collocation& rule = collocation();
  Eigen::Matrix<double, kDegree, kDegree> matrix = rule.derivative.bottomRightCorner<kDegree, kDegree>() / half;
  Eigen::Matrix<double, kDegree, 1> right =
      source.tail<kDegree>() - rule.derivative.col(0).tail<kDegree>() / half * top;
  for (int i = 0; i < kDegree; ++i) {
    matrix(i, i) -= speed[i + 1];
    // Rows are divided by the stiffness, for the pivots' sake.
    const double size = 1 / (std::abs(speed[i + 1]) + 1);
    matrix.row(i) *= size;
    right[i] *= size;
  }
  Values values;
  values[0] = top;
  values.tail<kDegree>() = matrix.partialPivLu().solve(right);
  return values;
}

/// Panels from U + 1 down to 1/2 and the collocation solver on them.
class Descent {
 public:
  Descent(const GeneratingProblem& problem, const GeneratingResolution& options)
      : problem_(problem), per_unit_(static_cast<std::size_t>(options.panels_per_unit)) {
    top_ = std::ceil(std::max(10.0, options.top_exponent / problem.largest));
    // The slow branch needs V > (u/tau) S'.
    while (!(slow_rate(top_) > 0.5 * problem.cumulant(top_))) top_ += 1;
    panels_ = per_unit_ * static_cast<std::size_t>(top_) + per_unit_ / 2;  // (U + 1 - 1/2) units
  }

  [[nodiscard]] std::size_t panels() const { return panels_; }
  [[nodiscard]] std::size_t per_unit() const { return per_unit_; }
  [[nodiscard]] double half() const { return 0.5 / static_cast<double>(per_unit_); }
  [[nodiscard]] double u(std::size_t panel, int node) const {
    const double high = top_ + 1 - 2 * half() * static_cast<double>(panel);
    return high - half() * (1 - collocation().nodes[static_cast<std::size_t>(node)]);
  }
  /// The panel whose highest node is at an integer or half-integer u.
  [[nodiscard]] std::size_t panel_below(double high) const {
    return static_cast<std::size_t>(std::lround((top_ + 1 - high) * static_cast<double>(per_unit_)));
  }

  /// ln q of the slow branch of the homogeneous equation, where q' is negligible: -sum_k c_k (note 2.3).
  [[nodiscard]] double slow_branch(double u) const {
    double sum = 0;
    for (int k = 0; k < 200000; ++k) {
      const double at = u + k;
      const double growth = at * problem_.largest;
      double ratio = -at / problem_.time_constant * problem_.scale_slope(at) / problem_.largest_rate * std::exp(-growth);
      for (const ExternalInput& input : problem_.inputs)
        ratio += input.rate / problem_.largest_rate *
                 ((input.weight == problem_.largest ? 0.0 : std::exp(at * input.weight - growth)) - std::exp(-growth));
      sum -= std::log1p(ratio);
      if (std::abs(ratio) < 1e-18) break;
    }
    return sum;
  }

  /// q' = (tau V/u - S') q + (tau/u) (forcing - nu e^{wu} q(u + 1)); `line` holds the first unit and receives the rest.
  void integrate(Line& line, const Line* forcing) const {
    for (std::size_t panel = per_unit_; panel < panels_; ++panel) {
      Values speed, source;
      for (int i = 0; i <= kDegree; ++i) {
        const double at = u(panel, i);
        const double factor = problem_.time_constant / at;
        const double delayed = problem_.largest_rate * std::exp(problem_.largest * at) * line[panel - per_unit_][i];
        speed[i] = factor * problem_.cumulant(at) - problem_.scale_slope(at);
        source[i] = factor * ((forcing != nullptr ? (*forcing)[panel][i] : 0.0) - delayed);
      }
      line.push_back(descended(half(), line[panel - 1][kDegree], speed, source));
    }
  }

  /// l(u) = e^S q at the lowest node of a panel.
  [[nodiscard]] double value(const Line& line, double at) const {
    return std::exp(problem_.scale(at)) * line[panel_below(at) - 1][kDegree];
  }
  /// l'(u) there, from the panel's polynomial.
  [[nodiscard]] double slope(const Line& line, double at) const {
    const Values& values = line[panel_below(at) - 1];
    const double change = collocation().derivative.row(kDegree) * values;
    return std::exp(problem_.scale(at)) * (change / half() + problem_.scale_slope(at) * values[kDegree]);
  }

 private:
  [[nodiscard]] double slow_rate(double u) const {
    return problem_.cumulant(u) - u / problem_.time_constant * problem_.scale_slope(u);
  }

  const GeneratingProblem& problem_;
  std::size_t per_unit_;
  double top_ = 10;
  std::size_t panels_ = 0;
};

/// On [0, 1/2], unscaled: y' = tau V/u y + tau (f - Lam y(u + 1))/u, whose last term has the limit tau (f' - Lam y'(1))
/// at 0, since f(0) = Lam y(1). `forcing` has f there. Returns y from 1/2 down.
Line near_zero(const GeneratingProblem& problem, const Descent& descent, const Line& line, const Line& forcing,
               double forcing_slope) {
  const double tau = problem.time_constant;
  double top = descent.value(line, 0.5);
  Line result;
  for (std::size_t p = 0; p < forcing.size(); ++p) {
    const std::size_t panel = descent.panels() + p;
    Values speed, source;
    for (int i = 0; i <= kDegree; ++i) {
      if (p + 1 == forcing.size() && i == kDegree) {
        speed[i] = tau * problem.cumulant(0, 1);
        source[i] = tau * (forcing_slope - problem.base_rate * descent.slope(line, 1));
        continue;
      }
      const double at = descent.u(panel, i);
      const double delayed = problem.base_rate * std::exp(problem.scale(at + 1)) * line[panel - descent.per_unit()][i];
      speed[i] = tau * problem.cumulant(at) / at;
      source[i] = tau * (forcing[p][i] - delayed) / at;
    }
    result.push_back(descended(descent.half(), top, speed, source));
    top = result.back()[kDegree];
  }
  return result;
}

}  // namespace

GeneratingMoments relaxing_moments(const GeneratingProblem& problem, const GeneratingResolution& options) {
  const Descent descent(problem, options);
  const std::size_t unit = descent.per_unit();
  Line homogeneous(unit), particular(unit, Values::Zero()), reset_forcing(descent.panels());
  const double reference = descent.slow_branch(descent.u(unit, 0));
  for (std::size_t panel = 0; panel < descent.panels(); ++panel)
    for (int i = 0; i <= kDegree; ++i) {
      const double at = descent.u(panel, i);
      if (panel < unit) homogeneous[panel][i] = std::exp(descent.slow_branch(at) - reference);
      reset_forcing[panel][i] = std::exp(at * problem.reset - problem.scale(at));
    }
  descent.integrate(homogeneous, nullptr);
  descent.integrate(particular, &reset_forcing);
  // Lam l(1) = 1.
  const double base = descent.value(homogeneous, 1), own = descent.value(particular, 1);
  GeneratingMoments moments;
  moments.amplification = 1 + std::abs(own) * problem.base_rate;
  const auto combined = [&](const Line& line, double share) {
    Line sum = line;
    for (std::size_t panel = 0; panel < sum.size(); ++panel) sum[panel] += share * homogeneous[panel];
    return sum;
  };
  const Line solution = combined(particular, (1 / problem.base_rate - own) / base);

  Line reset_near_zero(unit / 2);
  for (std::size_t p = 0; p < unit / 2; ++p)
    for (int i = 0; i <= kDegree; ++i)
      reset_near_zero[p][i] = std::exp(descent.u(descent.panels() + p, i) * problem.reset);
  const Line low = near_zero(problem, descent, solution, reset_near_zero, problem.reset);
  const Values slopes = collocation().derivative * low.back() / descent.half();
  moments.interval = low.back()[kDegree];
  moments.slope = slopes[kDegree];
  moments.curvature = collocation().derivative.row(kDegree) * slopes;
  moments.curvature /= descent.half();

  // M: forcing l, and Lam M(1) = l(0).
  Line second(unit, Values::Zero());
  descent.integrate(second, &solution);
  second = combined(second, (moments.interval / problem.base_rate - descent.value(second, 1)) / base);
  moments.square_interval = near_zero(problem, descent, second, low, moments.slope).back()[kDegree];
  return moments;
}

}  // namespace limes::spiking

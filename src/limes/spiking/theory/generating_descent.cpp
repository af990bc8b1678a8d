#include "limes/spiking/theory/generating_descent.hpp"

#include <Eigen/LU>
#include <algorithm>

#include "limes/base/errors.hpp"
#include "limes/math/chebyshev.hpp"

namespace limes::spiking {
namespace {

constexpr int kDegree = kGeneratingDegree;
constexpr int kLongestSum = 200000;

struct Collocation {
  std::vector<double> nodes = math::chebyshev_nodes(kDegree);
  PanelMatrix derivative;

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

}  // namespace

const PanelMatrix& panel_derivative() { return collocation().derivative; }

PanelValues descend_panel(double half, double top, const PanelValues& speed, const PanelValues& source) {
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
  PanelValues values;
  values[0] = top;
  values.tail<kDegree>() = matrix.partialPivLu().solve(right);
  return values;
}

GeneratingDescent::GeneratingDescent(const GeneratingProblem& problem, const GeneratingResolution& options)
    : problem_(problem), per_unit_(static_cast<std::size_t>(options.panels_per_unit)) {
  top_ = std::ceil(std::max(10.0, options.top_exponent / problem.largest));
  // The slow branch needs V well above (u/tau) S'.
  const auto braked = [&] {
    return 0.5 * problem.cumulant(top_) <= top_ / problem.time_constant * problem.scale_slope(top_);
  };
  while (braked()) {
    top_ += 1;
    if (problem.largest * top_ > 600)
      throw ConvergenceError(
          "the generating function has no slow branch within the range of numbers; use "
          "theory.solver = \"backward\"",
          1.0);
  }
  panels_ = per_unit_ * static_cast<std::size_t>(top_) + per_unit_ / 2;  // (U + 1 - 1/2) units
}

double GeneratingDescent::u(std::size_t panel, int node) const {
  const double high = top_ + 1 - 2 * half() * static_cast<double>(panel);
  return high - half() * (1 - collocation().nodes[static_cast<std::size_t>(node)]);
}

double GeneratingDescent::slow_branch(double u) const {
  double sum = 0;
  for (int k = 0; k < kLongestSum; ++k) {
    const double ratio = excess(u + k);
    sum -= std::log1p(ratio);
    if (std::abs(ratio) < 1e-18) break;
  }
  return sum;
}

double GeneratingDescent::slow_branch_sensitivity(double u, std::size_t input) const {
  const double weight = problem_.inputs[input].weight, rate = problem_.largest_rate;
  const bool leading = weight == problem_.largest;
  double sum = leading ? u / rate : 0;
  for (int k = 0; k < kLongestSum; ++k) {
    const double at = u + k, decay = std::exp(-at * problem_.largest);
    const double ratio = excess(at);
    // Of the leading rate also nu in the denominator and ln nu in S' depend.
    const double change = leading ? -(decay + at / problem_.time_constant * decay / rate + ratio) / rate
                                  : (std::exp(at * (weight - problem_.largest)) - decay) / rate;
    sum -= change / (1 + ratio);
    if (std::abs(change) * rate < 1e-18) break;
  }
  return sum;
}

void GeneratingDescent::integrate(std::vector<PanelValues>& line, const std::vector<PanelValues>* forcing) const {
  for (std::size_t panel = per_unit_; panel < panels_; ++panel) {
    PanelValues speed, source;
    for (int i = 0; i <= kDegree; ++i) {
      const double at = u(panel, i);
      const double factor = problem_.time_constant / at;
      const double delayed = problem_.largest_rate * std::exp(problem_.largest * at) * line[panel - per_unit_][i];
      speed[i] = factor * problem_.cumulant(at) - problem_.scale_slope(at);
      source[i] = factor * ((forcing != nullptr ? (*forcing)[panel][i] : 0.0) - delayed);
    }
    line.push_back(descend_panel(half(), line[panel - 1][kDegree], speed, source));
  }
}

double GeneratingDescent::value(const std::vector<PanelValues>& line, double at) const {
  return std::exp(problem_.scale(at)) * line[panel_above(at)][kDegree];
}

double GeneratingDescent::slope(const std::vector<PanelValues>& line, double at) const {
  const PanelValues& values = line[panel_above(at)];
  const double change = panel_derivative().row(kDegree) * values;
  return std::exp(problem_.scale(at)) * (change / half() + problem_.scale_slope(at) * values[kDegree]);
}

double GeneratingDescent::excess(double u) const {
  const double growth = u * problem_.largest;
  double ratio = -u / problem_.time_constant * problem_.scale_slope(u) / problem_.largest_rate * std::exp(-growth);
  for (const ExternalInput& input : problem_.inputs)
    ratio += input.rate / problem_.largest_rate *
             ((input.weight == problem_.largest ? 0.0 : std::exp(u * input.weight - growth)) - std::exp(-growth));
  return ratio;
}

std::size_t GeneratingDescent::panel_above(double low) const {
  return static_cast<std::size_t>(std::lround((top_ + 1 - low) * static_cast<double>(per_unit_))) - 1;
}

}  // namespace limes::spiking

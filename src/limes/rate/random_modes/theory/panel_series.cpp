#include "limes/rate/random_modes/theory/panel_series.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "limes/math/quadrature.hpp"

namespace limes::rate::random_modes {

namespace {

using Complex = std::complex<double>;
constexpr Eigen::Index kDegree = PanelGrid::kDegree;
constexpr Eigen::Index kNodes = kDegree + 1;
constexpr double kGrowth = 1.6;
// Up to this |kappa| 24 Gauss nodes integrate exp(-kappa x) times a polynomial of degree 12 to rounding; above it the
// recurrence of the moments loses less than four digits of terms that are small by then.
constexpr double kDirect = 6.0;
constexpr double kNegligible = 45.0;  // exponents of what is below rounding

/// The nodes on [-1, 1], ascending.
std::array<double, kNodes> places() {
  std::array<double, kNodes> result{};
  for (Eigen::Index k = 0; k < kNodes; ++k) {
    result[static_cast<std::size_t>(k)] =
        -std::cos(std::numbers::pi * static_cast<double>(k) / static_cast<double>(kDegree));
  }
  return result;
}

/// P_0(x) .. P_n(x).
Eigen::RowVectorXd legendre(double x) {
  Eigen::RowVectorXd values(kNodes);
  values(0) = 1.0;
  values(1) = x;
  for (Eigen::Index n = 1; n < kDegree; ++n) {
    const auto order = static_cast<double>(n);
    values(n + 1) = ((2.0 * order + 1.0) * x * values(n) - order * values(n - 1)) / (order + 1.0);
  }
  return values;
}

/// Values at the nodes -> coefficients of Legendre polynomials.
const Eigen::MatrixXd& to_legendre() {
  static const Eigen::MatrixXd matrix = [] {
    Eigen::MatrixXd values(kNodes, kNodes);
    const auto x = places();
    for (Eigen::Index k = 0; k < kNodes; ++k) values.row(k) = legendre(x[static_cast<std::size_t>(k)]);
    return Eigen::MatrixXd(values.inverse());
  }();
  return matrix;
}

struct DirectRule {
  math::QuadratureRule rule = math::gauss_legendre(24);
  Eigen::MatrixXd polynomials{24, kNodes};  // weight times P_n at the nodes
  DirectRule() {
    for (Eigen::Index k = 0; k < 24; ++k) {
      const auto at = static_cast<std::size_t>(k);
      polynomials.row(k) = rule.weights[at] * legendre(rule.nodes[at]);
    }
  }
};

const DirectRule& direct_rule() {
  static const DirectRule rule;
  return rule;
}

/// int_-1^1 P_n(x) exp(-kappa (x + 1)) dx for n = 0 .. kDegree. By parts, with (2n+1) P_n = P'_{n+1} - P'_{n-1}:
/// m_{n+1} = m_{n-1} + (2n+1)/kappa m_n, upwards for large kappa only.
Eigen::RowVectorXcd moments(Complex kappa) {
  if (std::abs(kappa) < kDirect) {
    const DirectRule& direct = direct_rule();
    Eigen::RowVectorXcd kernel(24);
    for (Eigen::Index k = 0; k < 24; ++k) {
      kernel(k) = std::exp(-kappa * (direct.rule.nodes[static_cast<std::size_t>(k)] + 1.0));
    }
    return kernel * direct.polynomials;
  }
  Eigen::RowVectorXcd result(kNodes);
  const Complex end = 2.0 * kappa.real() < kNegligible ? std::exp(-2.0 * kappa) : Complex(0.0);
  result(0) = (1.0 - end) / kappa;
  result(1) = (result(0) - 1.0 - end) / kappa;
  for (Eigen::Index n = 1; n < kDegree; ++n) {
    result(n + 1) = result(n - 1) + (2.0 * static_cast<double>(n) + 1.0) / kappa * result(n);
  }
  return result;
}

}  // namespace

PanelGrid::PanelGrid(double first, double longest, double last) {
  ends_.push_back(0.0);
  double next = std::min(first, longest);
  while (ends_.back() + 1.3 * next < last) {
    ends_.push_back(ends_.back() + next);
    next = std::min(kGrowth * next, longest);
  }
  ends_.push_back(last);
  const auto x = places();
  nodes_.resize(panels() * kDegree + 1);
  for (Eigen::Index panel = 0; panel < panels(); ++panel) {
    for (Eigen::Index k = 0; k < kNodes; ++k) {
      nodes_(panel * kDegree + k) = start(panel) + width(panel) / 2.0 * (1.0 + x[static_cast<std::size_t>(k)]);
    }
  }
}

Eigen::Index PanelGrid::panel_of(double tau) const {
  const auto after = std::upper_bound(ends_.begin(), ends_.end(), tau);
  return std::clamp<Eigen::Index>(after - ends_.begin() - 1, 0, panels() - 1);
}

const Eigen::MatrixXd& node_derivative() {
  static const Eigen::MatrixXd matrix = [] {
    Eigen::MatrixXd derivative = Eigen::MatrixXd::Zero(kNodes, kNodes);
    for (Eigen::Index i = 0; i < kNodes; ++i) {
      for (Eigen::Index j = 0; j < kNodes; ++j) {
        if (i == j) continue;
        const double ends = (i == 0 || i == kDegree ? 2.0 : 1.0) / (j == 0 || j == kDegree ? 2.0 : 1.0);
        const double gap = 2.0 * std::sin(std::numbers::pi * static_cast<double>(i + j) / (2.0 * kDegree)) *
                           std::sin(std::numbers::pi * static_cast<double>(i - j) / (2.0 * kDegree));
        derivative(i, j) = ends * ((i + j) % 2 == 0 ? 1.0 : -1.0) / gap;
      }
      derivative(i, i) = -derivative.row(i).sum();
    }
    return derivative;
  }();
  return matrix;
}

PanelSeries::PanelSeries(const PanelGrid& grid, const Eigen::MatrixXd& values, double decay)
    : grid_(grid),
      decay_(decay),
      coefficients_(grid.panels() * kNodes, values.cols()),
      end_values_(values.bottomRows(1)) {
  for (Eigen::Index panel = 0; panel < grid.panels(); ++panel) {
    coefficients_.middleRows(panel * kNodes, kNodes) = to_legendre() * values.middleRows(panel * kDegree, kNodes);
  }
}

Eigen::RowVectorXd PanelSeries::at(double tau) const {
  if (tau >= grid_.last()) return end_values_ * std::exp(-decay_ * (tau - grid_.last()));
  const Eigen::Index panel = grid_.panel_of(tau);
  const double x = 2.0 * (tau - grid_.start(panel)) / grid_.width(panel) - 1.0;
  return legendre(std::clamp(x, -1.0, 1.0)) * coefficients_.middleRows(panel * kNodes, kNodes);
}

Eigen::RowVectorXcd PanelSeries::laplace(Complex p) const {
  Eigen::RowVectorXcd sum = Eigen::RowVectorXcd::Zero(functions());
  for (Eigen::Index panel = 0; panel < grid_.panels(); ++panel) {
    const double start = grid_.start(panel), half = grid_.width(panel) / 2.0;
    if (p.real() * start > kNegligible) return sum;
    const Eigen::RowVectorXcd kernel = std::exp(-p * start) * half * moments(p * half);
    sum += kernel * coefficients_.middleRows(panel * kNodes, kNodes);
  }
  sum += std::exp(-p * grid_.last()) / (p + decay_) * end_values_;
  return sum;
}

Eigen::RowVectorXcd PanelSeries::laplace_from(double start, Complex p) const {
  if (start >= grid_.last()) return at(start).cast<Complex>() / (p + decay_);
  Eigen::RowVectorXcd sum = Eigen::RowVectorXcd::Zero(functions());
  const Eigen::Index first = grid_.panel_of(start);
  const math::QuadratureRule& rule = direct_rule().rule;
  // The rest of the first panel in pieces on which the kernel is smooth.
  const double rest = grid_.start(first + 1) - start;
  const auto pieces = std::max<Eigen::Index>(1, static_cast<Eigen::Index>(std::ceil(std::abs(p) * rest / kDirect)));
  const double half = rest / static_cast<double>(pieces) / 2.0;
  for (Eigen::Index piece = 0; piece < pieces; ++piece) {
    const double from = 2.0 * half * static_cast<double>(piece);
    if (p.real() * from > kNegligible) return sum;
    for (std::size_t k = 0; k < rule.nodes.size(); ++k) {
      const double lag = from + half * (1.0 + rule.nodes[k]);
      sum += half * rule.weights[k] * std::exp(-p * lag) * at(start + lag).cast<Complex>();
    }
  }
  for (Eigen::Index panel = first + 1; panel < grid_.panels(); ++panel) {
    const double lag = grid_.start(panel) - start, width = grid_.width(panel) / 2.0;
    if (p.real() * lag > kNegligible) return sum;
    const Eigen::RowVectorXcd kernel = std::exp(-p * lag) * width * moments(p * width);
    sum += kernel * coefficients_.middleRows(panel * kNodes, kNodes);
  }
  sum += std::exp(-p * (grid_.last() - start)) / (p + decay_) * end_values_;
  return sum;
}

}  // namespace limes::rate::random_modes

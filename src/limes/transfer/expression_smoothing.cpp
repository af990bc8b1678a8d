#include "limes/transfer/expression_smoothing.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "limes/math/gaussian.hpp"
#include "limes/math/quadrature.hpp"
#include "limes/transfer/expression_shape.hpp"

namespace limes::transfer::families {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLongest = 6;     // deviations of a panel: 24 nodes leave 1e-15 of a density
constexpr double kHalfWindow = 9;  // exp(-9^2/2) = 3e-18
constexpr std::size_t kFew = 12;   // nodes of a cell on which the density hardly varies
constexpr std::size_t kSmoothNodes = 20;

/// Nodes and weights of E F(h), h ~ N(0, 1), exact for polynomials of degree 2 n - 1 (Golub and Welsch 1969).
math::QuadratureRule gauss_hermite(std::size_t n) {
  const auto size = static_cast<Eigen::Index>(n);
  Eigen::VectorXd off(size - 1);
  for (Eigen::Index k = 1; k < size; ++k) off[k - 1] = std::sqrt(static_cast<double>(k));
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
  solver.computeFromTridiagonal(Eigen::VectorXd::Zero(size), off);
  math::QuadratureRule rule;
  for (Eigen::Index i = 0; i < size; ++i) {
    const double first = solver.eigenvectors()(0, i);
    rule.nodes.push_back(solver.eigenvalues()[i]);
    rule.weights.push_back(first * first);
  }
  return rule;
}

struct Few {
  std::vector<double> nodes, weights;
  std::array<std::array<double, kCellNodes>, kFew> transfer;  ///< from the nodes of a cell
};
const Few& few() {
  static const Few rule = [] {
    const math::QuadratureRule legendre = math::gauss_legendre(kFew);
    Few result{legendre.nodes, legendre.weights, {}};
    std::array<double, kCellNodes> unit{};
    for (std::size_t k = 0; k < kCellNodes; ++k) {
      unit.fill(0);
      unit[k] = 1;
      for (std::size_t j = 0; j < kFew; ++j) result.transfer[j][k] = shape::interpolate(unit, result.nodes[j]);
    }
    return result;
  }();
  return rule;
}

}  // namespace

SmoothedExpression::SmoothedExpression(const Expression& expression, double own) : expression_(expression), own_(own) {
  if (own == 0) return;
  for (auto* part : {&x_, &value_, &slope_}) part->resize(std::max(kSmoothNodes, kCellNodes));
  tabulate();
}

SmoothedExpression::Average SmoothedExpression::operator()(double centre) {
  if (own_ == 0) {
    const Jet jet = expression_.jet(centre);
    return {jet.value, jet.slope};
  }
  const double lower = centre - kHalfWindow * own_;
  const double upper = centre + kHalfWindow * own_;
  const std::span<const Cell> cells = expression_.cells();
  const auto first = std::min<std::size_t>(
      cells.size() - 1, static_cast<std::size_t>(std::upper_bound(cells.begin(), cells.end(), lower,
                                                                  [](double x, const Cell& c) { return x < c.upper; }) -
                                                 cells.begin()));
  const std::span<const Kink> kinks = expression_.kinks();
  const auto kink =
      std::upper_bound(kinks.begin(), kinks.end(), lower, [](double x, const Kink& k) { return x < k.place; });
  double narrowest = kink == kinks.end() || kink->place >= upper ? kInfinity : 0.0;
  for (std::size_t i = first; narrowest > 3 * own_ && i < cells.size() && cells[i].lower < upper; ++i)
    narrowest = std::min(narrowest, cells[i].upper - cells[i].lower);
  Average sum;
  if (narrowest > 3 * own_) {
    // Singularities of f lie 4/3 widths from the axis of a cell or more, y deviations: n nodes of Gauss-Hermite leave
    // about exp(-y sqrt(4 n)): 1e-16 for y = 4, and less for y = 13.
    static const math::QuadratureRule few_nodes = gauss_hermite(kSmoothNodes / 2);
    static const math::QuadratureRule many_nodes = gauss_hermite(kSmoothNodes);
    const math::QuadratureRule& rule = narrowest > 10 * own_ ? few_nodes : many_nodes;
    const std::size_t count = rule.nodes.size();
    for (std::size_t i = 0; i < count; ++i) x_[i] = centre + own_ * rule.nodes[i];
    evaluate(count);
    for (std::size_t i = 0; i < count; ++i) {
      sum.value += rule.weights[i] * value_[i];
      sum.slope += rule.weights[i] * slope_[i];
    }
    return sum;
  }
  for (std::size_t i = first; i < cells.size() && cells[i].lower < upper;) {
    std::size_t end = i;
    while (end < cells.size() && cells[end].lower < upper && starts_[end + 1] > starts_[end]) ++end;
    if (end > i) {
      add_table(starts_[i], starts_[end], centre, sum);
      i = end;
    } else {
      add_cut(i == 0 ? lower : std::max(lower, cells[i].lower),
              i + 1 == cells.size() ? upper : std::min(upper, cells[i].upper), centre, sum);
      ++i;
    }
  }
  return sum;
}

void SmoothedExpression::tabulate() {
  const std::span<const Cell> cells = expression_.cells();
  starts_.assign(cells.size() + 1, 0);
  std::vector<double> places, values, slopes;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const double width = cells[i].upper - cells[i].lower;
    const bool inner = i > 0 && i + 1 < cells.size();
    if (inner && width <= own_) {
      const Expression::CellNodes nodes = expression_.nodes(i);
      for (std::size_t j = 0; j < kFew; ++j) {
        const double t = few().nodes[j];
        const double weight = 0.5 * width * few().weights[j];
        places.push_back(0.5 * (cells[i].lower + cells[i].upper) + 0.5 * width * t);
        double value = 0, slope = 0;
        for (std::size_t k = 0; k < kCellNodes; ++k) {
          value += few().transfer[j][k] * nodes.values[k];
          slope += few().transfer[j][k] * nodes.slopes[k];
        }
        values.push_back(weight * value);
        slopes.push_back(weight * slope);
      }
    } else if (inner && width <= kLongest * own_) {
      const Expression::CellNodes nodes = expression_.nodes(i);
      for (std::size_t j = 0; j < kCellNodes; ++j) {
        places.push_back(nodes.places[j]);
        values.push_back(nodes.weights[j] * nodes.values[j]);
        slopes.push_back(nodes.weights[j] * nodes.slopes[j]);
      }
    }
    starts_[i + 1] = places.size();
  }
  const auto array = [](const std::vector<double>& x) {
    return Eigen::ArrayXd(Eigen::Map<const Eigen::ArrayXd>(x.data(), std::ssize(x)));
  };
  const double density = 1 / (own_ * std::sqrt(2 * std::numbers::pi));
  places_ = array(places);
  table_values_ = density * array(values);
  table_slopes_ = density * array(slopes);
  densities_.resize(places_.size());
}

void SmoothedExpression::add_table(std::size_t begin, std::size_t end, double centre, Average& sum) {
  const auto first = static_cast<Eigen::Index>(begin);
  const auto count = static_cast<Eigen::Index>(end - begin);
  auto density = densities_.segment(first, count);
  density = (-0.5 / (own_ * own_) * (places_.segment(first, count) - centre).square()).exp();
  sum.value += (density * table_values_.segment(first, count)).sum();
  sum.slope += (density * table_slopes_.segment(first, count)).sum();
}

void SmoothedExpression::evaluate(std::size_t count) {
  expression_.evaluate(std::span(x_).first(count), std::span(value_).first(count), std::span(slope_).first(count));
}

void SmoothedExpression::add_cut(double lower, double upper, double centre, Average& sum) {
  const double pieces = std::max(1.0, std::ceil((upper - lower) / (kLongest * own_)));
  const double half = 0.5 * (upper - lower) / pieces;
  for (double piece = 0; piece < pieces; ++piece) {
    for (std::size_t j = 0; j < kCellNodes; ++j) x_[j] = lower + half * (2 * piece + 1 + shape::cell_rule().nodes[j]);
    evaluate(kCellNodes);
    for (std::size_t j = 0; j < kCellNodes; ++j) {
      const double weight = half / own_ * shape::cell_rule().weights[j] * math::normal_density((x_[j] - centre) / own_);
      sum.value += weight * value_[j];
      sum.slope += weight * slope_[j];
    }
  }
}

}  // namespace limes::transfer::families

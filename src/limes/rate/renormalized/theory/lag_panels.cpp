#include "limes/rate/renormalized/theory/lag_panels.hpp"

#include <Eigen/SparseLU>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace limes::rate::renormalized {
namespace {

constexpr int kNodes = LagPanels::kDegree + 1;
// Neighbouring panels differ in length by this factor at most: e^-t on [t, 2 t] is a matter of few coefficients.
constexpr double kGrowth = 1.8;

/// -cos(pi j/degree): ascending.
double node(int j) { return std::sin(std::numbers::pi * (2.0 * j - LagPanels::kDegree) / (2.0 * LagPanels::kDegree)); }

/// Weights of the barycentric formula of these nodes.
double barycentric_weight(int j) {
  const double half = j == 0 || j == LagPanels::kDegree ? 0.5 : 1.0;
  return j % 2 == 0 ? half : -half;
}

Eigen::MatrixXd differentiation() {
  Eigen::MatrixXd result = Eigen::MatrixXd::Zero(kNodes, kNodes);
  for (int i = 0; i < kNodes; ++i) {
    for (int j = 0; j < kNodes; ++j) {
      if (i == j) continue;
      // x_i - x_j without cancellation.
      const double step = std::numbers::pi / (2.0 * LagPanels::kDegree);
      const double apart = 2.0 * std::sin(step * (i + j)) * std::sin(step * (i - j));
      result(i, j) = barycentric_weight(j) / barycentric_weight(i) / apart;
    }
  }
  for (int i = 0; i < kNodes; ++i) result(i, i) = -result.row(i).sum();  // constants have no slope
  return result;
}

/// From values to Chebyshev coefficients.
Eigen::MatrixXd analysis() {
  Eigen::MatrixXd result(kNodes, kNodes);
  constexpr double kEdges = LagPanels::kDegree;
  for (int k = 0; k < kNodes; ++k) {
    for (int j = 0; j < kNodes; ++j) {
      const double angle = std::numbers::pi * k * (LagPanels::kDegree - j) / kEdges;
      const double ends =
          (j == 0 || j == LagPanels::kDegree ? 0.5 : 1.0) * (k == 0 || k == LagPanels::kDegree ? 0.5 : 1.0);
      result(k, j) = 2.0 / kEdges * ends * std::cos(angle);
    }
  }
  return result;
}

}  // namespace

LagPanels::LagPanels(std::vector<double> edges)
    : edges_(std::move(edges)), first_(differentiation()), second_(first_ * first_), coefficients_(analysis()) {
  if (edges_.size() < 2 || edges_.front() != 0.0 || !std::is_sorted(edges_.begin(), edges_.end())) {
    throw std::invalid_argument("LagPanels: edges ascend from 0");
  }
  lags_.resize(static_cast<Eigen::Index>(panels()) * kDegree + 1);
  for (std::size_t k = 0; k < panels(); ++k) {
    for (int j = 0; j < kNodes; ++j) {
      lags_(static_cast<Eigen::Index>(k) * kDegree + j) = edges_[k] + half_length(k) * (1.0 + node(j));
    }
  }
}

LagPanels LagPanels::graded(double first, double window) {
  std::vector<double> edges{0.0};
  double length = first;
  while (edges.back() + 1.5 * length < window) {
    edges.push_back(edges.back() + length);
    length *= kGrowth;
  }
  edges.push_back(window);
  return LagPanels(std::move(edges));
}

Eigen::VectorXd LagPanels::interpolated(const Eigen::VectorXd& values, const Eigen::VectorXd& at) const {
  Eigen::VectorXd result(at.size());
  for (Eigen::Index i = 0; i < at.size(); ++i) {
    const double tau = std::clamp(at(i), 0.0, window());
    const auto above = std::upper_bound(edges_.begin() + 1, edges_.end() - 1, tau);
    const auto panel = static_cast<std::size_t>(above - edges_.begin()) - 1;
    const double x = (tau - edges_[panel]) / half_length(panel) - 1.0;
    double sum = 0.0, weights = 0.0;
    bool exact = false;
    for (int j = 0; j < kNodes && !exact; ++j) {
      const double value = values(static_cast<Eigen::Index>(panel) * kDegree + j);
      const double apart = x - node(j);
      if (std::abs(apart) < 1e-15) {
        result(i) = value;
        exact = true;
      } else {
        sum += barycentric_weight(j) / apart * value;
        weights += barycentric_weight(j) / apart;
      }
    }
    if (!exact) result(i) = sum / weights;
  }
  return result;
}

std::vector<double> LagPanels::tails(const Eigen::VectorXd& values) const {
  std::vector<double> result;
  for (std::size_t k = 0; k < panels(); ++k) {
    const auto own = values.segment(static_cast<Eigen::Index>(k) * kDegree, kNodes);
    result.push_back((coefficients_.bottomRows(2) * own).cwiseAbs().maxCoeff());
  }
  return result;
}

Eigen::VectorXd LagPanels::filtered(const Eigen::VectorXd& source, double rate) const {
  std::vector<Eigen::Triplet<double>> entries;
  Eigen::VectorXd right = Eigen::VectorXd::Zero(nodes());
  for (std::size_t k = 0; k < panels(); ++k) {
    const Eigen::Index base = static_cast<Eigen::Index>(k) * kDegree;
    const double half = half_length(k);
    for (int j = 0; j < kNodes; ++j) {
      for (int i = 1; i < kDegree; ++i) {
        entries.emplace_back(base + i, base + j, -second_(i, j) + (i == j ? half * half * rate * rate : 0.0));
      }
      entries.emplace_back(base, base + j, first_(0, j) / half);
      entries.emplace_back(base + kDegree, base + j, -first_(kDegree, j) / half);
    }
    for (int i = 1; i < kDegree; ++i) right(base + i) = half * half * source(base + i);
  }
  entries.emplace_back(nodes() - 1, nodes() - 1, -rate);
  Eigen::SparseMatrix<double> matrix(nodes(), nodes());
  matrix.setFromTriplets(entries.begin(), entries.end());
  Eigen::SparseLU<Eigen::SparseMatrix<double>> factors(matrix);
  return factors.solve(right);
}

}  // namespace limes::rate::renormalized

#include "limes/spiking/theory/panels.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "limes/math/chebyshev.hpp"

namespace limes::spiking {

Panels::Panels(std::vector<double> breaks, std::size_t degree) : breaks_(std::move(breaks)), degree_(degree) {
  if (breaks_.size() < 2 || degree_ < 1) throw std::invalid_argument("panels: two breaks and a degree of one at least");
  unit_nodes_ = math::chebyshev_nodes(degree_);
  std::reverse(unit_nodes_.begin(), unit_nodes_.end());
  unit_nodes_.front() = -1.0;
  unit_nodes_.back() = 1.0;
  weights_.assign(degree_ + 1, 1.0);
  for (std::size_t k = 0; k <= degree_; ++k) {
    weights_[k] = (k % 2 == 0 ? 1.0 : -1.0) * (k == 0 || k == degree_ ? 0.5 : 1.0);
  }
  // Off-diagonal (w_j / w_i) / (x_i - x_j); the diagonal makes every row sum to zero (Berrut & Trefethen, SIAM Rev. 46
  // (2004) 501, eq. 9.4).
  const auto n = static_cast<Eigen::Index>(degree_ + 1);
  derivative_ = Eigen::MatrixXd::Zero(n, n);
  for (std::size_t i = 0; i <= degree_; ++i) {
    double sum = 0.0;
    for (std::size_t j = 0; j <= degree_; ++j) {
      if (i == j) continue;
      const double value = weights_[j] / weights_[i] / (unit_nodes_[i] - unit_nodes_[j]);
      derivative_(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) = value;
      sum += value;
    }
    derivative_(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(i)) = -sum;
  }
  nodes_.push_back(breaks_.front());
  for (std::size_t p = 0; p + 1 < breaks_.size(); ++p) {
    const double middle = 0.5 * (breaks_[p] + breaks_[p + 1]), half = 0.5 * (breaks_[p + 1] - breaks_[p]);
    if (!(half > 0)) throw std::invalid_argument("panels: breaks must ascend");
    for (std::size_t k = 1; k < degree_; ++k) nodes_.push_back(middle + half * unit_nodes_[k]);
    nodes_.push_back(breaks_[p + 1]);
  }
}

std::size_t Panels::interpolate(double x, Eigen::Ref<Eigen::RowVectorXd> row) const {
  const auto above = std::upper_bound(breaks_.begin() + 1, breaks_.end() - 1, x);
  const auto panel = static_cast<std::size_t>(above - breaks_.begin()) - 1;
  const double half = 0.5 * (breaks_[panel + 1] - breaks_[panel]);
  const double t = (x - 0.5 * (breaks_[panel] + breaks_[panel + 1])) / half;
  row.setZero();
  double sum = 0.0;
  for (std::size_t k = 0; k <= degree_; ++k) {
    const double distance = t - unit_nodes_[k];
    if (distance == 0.0) {
      row.setZero();
      row(static_cast<Eigen::Index>(k)) = 1.0;
      return panel * degree_;
    }
    const double value = weights_[k] / distance;
    row(static_cast<Eigen::Index>(k)) = value;
    sum += value;
  }
  row /= sum;
  return panel * degree_;
}

std::size_t Panels::differentiate(std::size_t node, bool from_left, Eigen::Ref<Eigen::RowVectorXd> row) const {
  std::size_t panel = std::min(node / degree_, panel_count() - 1);
  if (from_left && node % degree_ == 0 && panel == node / degree_ && panel > 0) --panel;
  const double half = 0.5 * (breaks_[panel + 1] - breaks_[panel]);
  row = derivative_.row(static_cast<Eigen::Index>(node - panel * degree_)) / half;
  return panel * degree_;
}

}  // namespace limes::spiking

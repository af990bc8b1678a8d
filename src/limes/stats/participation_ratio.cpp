#include "limes/stats/participation_ratio.hpp"

#include <stdexcept>

namespace limes::stats {
namespace {

double ratio(double numerator, double denominator) {
  if (!(denominator != 0.0)) throw std::invalid_argument("participation_ratio: the covariance is zero");
  return numerator / denominator;
}

}  // namespace

double participation_ratio(std::span<const double> eigenvalues) {
  double sum = 0.0;
  double squares = 0.0;
  for (const double value : eigenvalues) {
    sum += value;
    squares += value * value;
  }
  return ratio(sum * sum, squares);
}

double participation_ratio(const Eigen::MatrixXd& covariance) { return participation_ratio(covariance, covariance); }

double participation_ratio(const Eigen::MatrixXd& first_half, const Eigen::MatrixXd& second_half) {
  if (first_half.rows() != first_half.cols() || first_half.rows() != second_half.rows() ||
      second_half.rows() != second_half.cols()) {
    throw std::invalid_argument("participation_ratio: square matrices of one size are needed");
  }
  return ratio(first_half.trace() * second_half.trace(), first_half.cwiseProduct(second_half.transpose()).sum());
}

}  // namespace limes::stats

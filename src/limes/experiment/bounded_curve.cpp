#include "limes/experiment/bounded_curve.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "limes/experiment/comparison_values.hpp"
#include "limes/stats/student_t.hpp"

namespace limes::experiment {
namespace {

using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::MatrixXd;

double variance_of_excess(const MatrixXd& centred, const Eigen::VectorXd& mean, const ArrayXd& standard_errors) {
  const Index n = centred.rows();
  if (n == 1) {
    const double along = (mean.array().abs() * standard_errors).sum();
    const double squares = standard_errors.square().sum();
    return 4.0 * along * along + 2.0 * squares * squares;
  }
  // C = A^T A/(n (n - 1)) with A = centred; its Frobenius norm is that of the small A A^T.
  const double scale = static_cast<double>(n) * static_cast<double>(n - 1);
  const double along = (centred * mean).squaredNorm() / scale;
  const double norm = (centred * centred.transpose()).norm() / scale;
  return 4.0 * along + 2.0 * norm * norm;
}

}  // namespace

BoundedCurveTest test_bounded_curve(const BoundedCurve& curve, std::size_t realisations) {
  const std::size_t points = curve.bounds.size();
  if (points == 0 || realisations == 0 || curve.residuals.size() != points * realisations ||
      curve.standard_errors.size() != points) {
    throw std::invalid_argument("test_bounded_curve: lengths do not fit");
  }
  const auto n = static_cast<Index>(realisations);
  const auto count = static_cast<Index>(points);
  const Eigen::Map<const MatrixXd> residuals(curve.residuals.data(), n, count);
  const Eigen::Map<const ArrayXd> bounds(curve.bounds.data(), count);
  const Eigen::Map<const ArrayXd> standard_errors(curve.standard_errors.data(), count);
  const Eigen::VectorXd mean = residuals.colwise().mean().transpose();
  const MatrixXd centred = residuals.rowwise() - mean.transpose();

  const double difference = mean.squaredNorm() - standard_errors.square().sum();
  const double bound = bounds.square().sum();
  const double excess = difference - bound;
  // Numbers equal up to rounding are equal.
  const double error =
      std::sqrt(variance_of_excess(centred, mean, standard_errors)) + 1e-12 * (mean.squaredNorm() + bound);
  BoundedCurveTest test;
  test.difference = std::sqrt(std::max(0.0, difference) / static_cast<double>(points));
  test.bound = std::sqrt(bound / static_cast<double>(points));
  const double degrees = realisations > 1 ? static_cast<double>(realisations - 1) : kTimeBatchDegrees;
  if (excess > 0.0 && error > 0.0) test.p_value = stats::student_t_upper_p(excess / error, degrees);
  return test;
}

}  // namespace limes::experiment

#include "limes/stats/curve_test.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "limes/stats/student_t.hpp"
#include "limes/stats/summary.hpp"

namespace limes::stats {

int mode_count(std::size_t realisations) {
  return realisations < 4 ? 0 : static_cast<int>(std::min<std::size_t>(5, (realisations - 1) / 3));
}

CurveModes curve_modes(std::span<const double> positions, std::span<const double> spread,
                       std::span<const double> emphasis, int count) {
  const std::size_t points = positions.size();
  if (points == 0 || spread.size() != points || (!emphasis.empty() && emphasis.size() != points) || count < 1) {
    throw std::invalid_argument("curve_modes: positions, spread and emphasis must have one value per point");
  }
  const double floor = 0.1 * *std::max_element(spread.begin(), spread.end());
  if (!(floor > 0.0)) throw std::invalid_argument("curve_modes: the curves do not vary");
  std::vector<double> measure(points, 1.0);
  for (std::size_t t = 0; t < points && points > 1; ++t) {
    const double left = t > 0 ? positions[t] - positions[t - 1] : 0.0;
    const double right = t + 1 < points ? positions[t + 1] - positions[t] : 0.0;
    if (left < 0.0) throw std::invalid_argument("curve_modes: positions must ascend");
    measure[t] = 0.5 * (left + right) * (emphasis.empty() ? 1.0 : emphasis[t]);
  }
  double total = 0.0;
  for (const double m : measure) total += m;
  if (!(total > 0.0)) throw std::invalid_argument("curve_modes: the emphasis is zero everywhere");
  CurveModes modes;
  modes.projection.resize(static_cast<Eigen::Index>(points), count);
  double before = 0.0;
  for (std::size_t t = 0; t < points; ++t) {
    const double s = 2.0 * (before + 0.5 * measure[t]) / total - 1.0;
    before += measure[t];
    const double weight = measure[t] / (total * std::max(spread[t], floor));
    double previous = 0.0;
    double legendre = 1.0;
    for (int k = 0; k < count; ++k) {
      modes.projection(static_cast<Eigen::Index>(t), k) = weight * legendre;
      const double next = ((2.0 * k + 1.0) * s * legendre - k * previous) / (k + 1.0);
      previous = legendre;
      legendre = next;
    }
  }
  return modes;
}

CurveTest hotelling(const Eigen::MatrixXd& amplitudes) {
  CurveTest test;
  const auto n = static_cast<double>(amplitudes.rows());
  const auto p = static_cast<double>(amplitudes.cols());
  test.numerator_degrees = p;
  test.denominator_degrees = n - p;
  if (p < 1.0 || n - p < 1.0) {
    test.reason = "too few realisations for a covariance";
    return test;
  }
  // In units of each mode's own spread, so that a rank decision is about correlation, not about units.
  Eigen::MatrixXd covariance = sample_covariance(amplitudes);
  const Eigen::VectorXd scale = covariance.diagonal().cwiseSqrt();
  if (!(scale.minCoeff() > 0.0) || !scale.allFinite()) {
    test.reason = "the realisations do not vary";
    return test;
  }
  if (scale.minCoeff() < 1e-10 * scale.maxCoeff()) {  // a mode that holds rounding only
    test.reason = "the covariance between realisations is singular";
    return test;
  }
  covariance = scale.cwiseInverse().asDiagonal() * covariance * scale.cwiseInverse().asDiagonal();
  const Eigen::VectorXd mean = amplitudes.colwise().mean().transpose().cwiseQuotient(scale);
  const Eigen::LDLT<Eigen::MatrixXd> decomposition(covariance);
  if (decomposition.info() != Eigen::Success || decomposition.vectorD().minCoeff() < 1e-12) {
    test.reason = "the covariance between realisations is singular";
    return test;
  }
  test.statistic = n * mean.dot(decomposition.solve(mean));
  test.f = test.statistic * (n - p) / (p * (n - 1.0));
  test.p_value = fisher_f_upper_p(test.f, p, n - p);
  return test;
}

CurveTest curve_test(const Eigen::MatrixXd& residuals, std::span<const double> positions,
                     std::span<const double> emphasis) {
  CurveTest test;
  const auto points = static_cast<std::size_t>(residuals.cols());
  const int modes = std::min(mode_count(static_cast<std::size_t>(residuals.rows())), static_cast<int>(points));
  if (modes < 1) {
    test.reason = "fewer than 4 realisations";
    return test;
  }
  std::vector<double> spread(points);
  for (std::size_t t = 0; t < points; ++t) {
    const Eigen::VectorXd column = residuals.col(static_cast<Eigen::Index>(t));
    spread[t] = std::sqrt(variance({column.data(), static_cast<std::size_t>(column.size())}));
  }
  if (!(*std::max_element(spread.begin(), spread.end()) > 0.0)) {
    test.reason = "the realisations do not vary";
    return test;
  }
  return hotelling(residuals * curve_modes(positions, spread, emphasis, modes).projection);
}

}  // namespace limes::stats

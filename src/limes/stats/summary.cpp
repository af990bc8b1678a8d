#include "limes/stats/summary.hpp"

#include <cmath>
#include <stdexcept>

namespace limes::stats {

double mean(std::span<const double> sample) {
  if (sample.empty()) throw std::invalid_argument("mean: the sample is empty");
  const auto n = static_cast<double>(sample.size());
  double sum = 0.0;
  for (const double x : sample) sum += x;
  const double first = sum / n;
  double correction = 0.0;  // the second pass removes the rounding of the first
  for (const double x : sample) correction += x - first;
  return first + correction / n;
}

double variance(std::span<const double> sample) {
  if (sample.size() < 2) throw std::invalid_argument("variance: at least two values are needed");
  const double centre = mean(sample);
  double squares = 0.0;
  for (const double x : sample) squares += (x - centre) * (x - centre);
  return squares / static_cast<double>(sample.size() - 1);
}

double standard_error(std::span<const double> sample) {
  return std::sqrt(variance(sample) / static_cast<double>(sample.size()));
}

Summary summarise(std::span<const double> sample) {
  Summary summary;
  summary.count = sample.size();
  summary.mean = mean(sample);
  if (sample.size() >= 2) {
    summary.standard_deviation = std::sqrt(variance(sample));
    summary.standard_error = summary.standard_deviation / std::sqrt(static_cast<double>(sample.size()));
  }
  return summary;
}

WeightedMean weighted_mean(std::span<const double> values, std::span<const double> errors) {
  if (values.empty() || values.size() != errors.size()) {
    throw std::invalid_argument("weighted_mean: one error per value is needed");
  }
  double weights = 0.0;
  double sum = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(errors[i] > 0.0) || !std::isfinite(errors[i])) {
      throw std::invalid_argument("weighted_mean: errors must be positive and finite");
    }
    const double weight = 1.0 / (errors[i] * errors[i]);
    weights += weight;
    sum += weight * values[i];
  }
  WeightedMean result{sum / weights, 1.0 / std::sqrt(weights), 0.0};
  for (std::size_t i = 0; i < values.size(); ++i) {
    result.chi_square += std::pow((values[i] - result.mean) / errors[i], 2);
  }
  return result;
}

Eigen::MatrixXd sample_covariance(const Eigen::MatrixXd& rows) {
  if (rows.rows() < 2) throw std::invalid_argument("sample_covariance: at least two realisations are needed");
  const Eigen::MatrixXd centred = rows.rowwise() - rows.colwise().mean();
  return centred.transpose() * centred / static_cast<double>(rows.rows() - 1);
}

}  // namespace limes::stats

#pragma once
// Means of independent realisations, and what is known about their error.

#include <Eigen/Core>
#include <cstddef>
#include <span>

namespace limes::stats {

/// Arithmetic mean (compensated summation). Throws std::invalid_argument on an empty sample.
[[nodiscard]] double mean(std::span<const double> sample);

/// Unbiased variance, 1/(n-1) sum (x - mean)^2. Throws std::invalid_argument unless n >= 2.
[[nodiscard]] double variance(std::span<const double> sample);

/// sqrt(variance / n): the standard error of the mean of independent values. Throws unless n >= 2.
[[nodiscard]] double standard_error(std::span<const double> sample);

struct Summary {
  std::size_t count = 0;
  double mean = 0.0;
  double standard_deviation = 0.0;  ///< 0 where count < 2
  double standard_error = 0.0;      ///< 0 where count < 2: it is unknown then, not zero - look at `count`
};

/// All of the above in one pass over a non-empty sample.
[[nodiscard]] Summary summarise(std::span<const double> sample);

struct WeightedMean {
  double mean = 0.0;
  double error = 0.0;       ///< 1/sqrt(sum 1/error_i^2)
  double chi_square = 0.0;  ///< of the values about the mean; n - 1 degrees of freedom if the errors are right
};

/// Mean with weights 1/error^2 of values with known, independent errors. Throws std::invalid_argument unless sizes
/// agree and every error is positive and finite.
[[nodiscard]] WeightedMean weighted_mean(std::span<const double> values, std::span<const double> errors);

/// Unbiased covariance (p x p) of the columns of `rows`, one realisation per row (n x p, n >= 2).
[[nodiscard]] Eigen::MatrixXd sample_covariance(const Eigen::MatrixXd& rows);

}  // namespace limes::stats

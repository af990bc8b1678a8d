#pragma once
#include <cstddef>
#include <span>

namespace limes::stats {

/// Mean and central moments of a stream of values, updated without loss of digits and mergeable (P. Pebay, Sandia
/// report SAND2008-6212). Merging in a fixed order gives fixed bits.
class MomentAccumulator {
 public:
  void push(double x);
  void push(std::span<const double> values);
  void merge(const MomentAccumulator& other);

  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] double mean() const { return mean_; }
  [[nodiscard]] double variance() const;             ///< unbiased (n - 1); 0 for n < 2
  [[nodiscard]] double population_variance() const;  ///< over n; 0 for n = 0
  [[nodiscard]] double skewness() const;             ///< m3 / m2^(3/2); 0 where the variance is 0
  /// Excess kurtosis m4 / m2^2 - 3; 0 where the variance is 0. Bias for Gaussian values: -6/(n+1).
  [[nodiscard]] double kurtosis() const;
  /// G2 = (n-1)/((n-2)(n-3)) ((n+1) g2 + 6): unbiased for Gaussian values; 0 for n < 4.
  [[nodiscard]] double unbiased_kurtosis() const;

 private:
  std::size_t count_ = 0;
  double mean_ = 0.0;
  double m2_ = 0.0;  // sums of powers of the deviation from the mean
  double m3_ = 0.0;
  double m4_ = 0.0;
};

/// Standard deviation of g2 of n independent Gaussian values, sqrt(24 n (n-2)(n-3) / ((n+1)^2 (n+3) (n+5))).
[[nodiscard]] double gaussian_kurtosis_error(std::size_t n);

}  // namespace limes::stats

#pragma once
// Covariances of a record with itself at a lag, whole or streamed in blocks.

#include <cstddef>
#include <span>
#include <vector>

#include "limes/math/fft.hpp"

namespace limes::stats {

/// C(k) = 1/(n-k) sum_t (x_t - m)(x_{t+k} - m), k = 0 .. max_lag < n, with m the record's mean. The mean's own error
/// biases C by about -Var(mean); use `autocovariance_about` where the mean is known or measured independently.
[[nodiscard]] std::vector<double> autocovariance(std::span<const double> record, std::size_t max_lag);

/// The same about a given centre: no bias from the estimated mean.
[[nodiscard]] std::vector<double> autocovariance_about(std::span<const double> record, double centre,
                                                       std::size_t max_lag);

/// Lagged products of a record that is too long to keep: push it in blocks of any length, ask at any time. Work per
/// sample is O(log max_lag) where blocks are at least about max_lag long. Remembers the last max_lag samples only.
class StreamingAutocovariance {
 public:
  explicit StreamingAutocovariance(std::size_t max_lag);

  void push(std::span<const double> block);
  /// Forgets the past without forgetting the sums: the next block does not follow the last one (another realisation).
  void break_record() { tail_.clear(); }

  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] double mean() const;
  /// Mean lagged products 1/n_k sum x_t x_{t+k} (nothing subtracted); lags without a single pair are left out at the
  /// end.
  [[nodiscard]] std::vector<double> products() const;
  /// products - mean^2.
  [[nodiscard]] std::vector<double> autocovariance() const;

 private:
  std::size_t max_lag_;
  std::size_t count_ = 0;
  double sum_ = 0.0;
  std::vector<double> sums_;
  std::vector<double> pairs_;
  std::vector<double> tail_;
  math::FourierTransform transform_;
};

/// The variance over neurons of their time averages without the bias of finite time: the covariance over neurons of
/// averages over two independent halves of the record, 1/n sum_i a_i b_i - mean(a) mean(b). The square of one average
/// would add the variance of that average. Throws std::invalid_argument on unequal or empty halves.
[[nodiscard]] double frozen_variance(std::span<const double> first_half_means,
                                     std::span<const double> second_half_means);

}  // namespace limes::stats

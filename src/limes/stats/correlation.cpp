#include "limes/stats/correlation.hpp"

#include <algorithm>
#include <stdexcept>

#include "limes/stats/summary.hpp"

namespace limes::stats {

std::vector<double> autocovariance_about(std::span<const double> record, double centre, std::size_t max_lag) {
  std::vector<double> centred(record.begin(), record.end());
  for (double& x : centred) x -= centre;
  return math::linear_autocorrelation(centred, max_lag);
}

std::vector<double> autocovariance(std::span<const double> record, std::size_t max_lag) {
  return autocovariance_about(record, mean(record), max_lag);
}

StreamingAutocovariance::StreamingAutocovariance(std::size_t max_lag)
    : max_lag_(max_lag), sums_(max_lag + 1, 0.0), pairs_(max_lag + 1, 0.0) {}

void StreamingAutocovariance::push(std::span<const double> block) {
  if (block.empty()) return;
  // x_t x_{t-k} with t in the block and t - k in the block or in the remembered tail.
  const std::size_t past = tail_.size();
  std::vector<double> extended = tail_;
  extended.insert(extended.end(), block.begin(), block.end());
  const std::size_t lags = std::min(max_lag_, extended.size() - 1);
  constexpr std::size_t kDirectWork = 20000;
  if (block.size() * (lags + 1) <= kDirectWork) {
    for (std::size_t k = 0; k <= lags; ++k) {
      double sum = 0.0;
      for (std::size_t t = std::max(past, k); t < extended.size(); ++t) sum += extended[t] * extended[t - k];
      sums_[k] += sum;
    }
  } else {
    std::vector<double> present(extended.size(), 0.0);
    std::copy(block.begin(), block.end(), present.begin() + static_cast<std::ptrdiff_t>(past));
    const std::vector<double> products = transform_.linear_crosscorrelation(extended, present, lags);
    for (std::size_t k = 0; k <= lags; ++k) sums_[k] += products[k] * static_cast<double>(extended.size() - k);
  }
  for (std::size_t k = 0; k <= lags; ++k) {
    pairs_[k] += static_cast<double>(extended.size() - std::max(past, k));
  }
  for (const double x : block) sum_ += x;
  count_ += block.size();
  const std::size_t keep = std::min(max_lag_, extended.size());
  tail_.assign(extended.end() - static_cast<std::ptrdiff_t>(keep), extended.end());
}

double StreamingAutocovariance::mean() const {
  if (count_ == 0) throw std::invalid_argument("StreamingAutocovariance: nothing was pushed yet");
  return sum_ / static_cast<double>(count_);
}

std::vector<double> StreamingAutocovariance::products() const {
  std::vector<double> result;
  for (std::size_t k = 0; k <= max_lag_ && pairs_[k] > 0.0; ++k) result.push_back(sums_[k] / pairs_[k]);
  return result;
}

std::vector<double> StreamingAutocovariance::autocovariance() const {
  const double square = mean() * mean();
  std::vector<double> result = products();
  for (double& c : result) c -= square;
  return result;
}

double frozen_variance(std::span<const double> first_half_means, std::span<const double> second_half_means) {
  const std::size_t n = first_half_means.size();
  if (n == 0 || second_half_means.size() != n) {
    throw std::invalid_argument("frozen_variance: two halves of equal, positive size are needed");
  }
  const double a = mean(first_half_means);
  const double b = mean(second_half_means);
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) sum += (first_half_means[i] - a) * (second_half_means[i] - b);
  return sum / static_cast<double>(n);
}

}  // namespace limes::stats

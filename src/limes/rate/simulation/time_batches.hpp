#pragma once
// Time averages with errors from batches of time.

#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

namespace limes::rate {

/// Number of time batches of a run of `samples` samples (at least 20 where there are that many samples).
[[nodiscard]] constexpr std::int64_t batch_count(std::int64_t samples) { return samples < 32 ? samples : 32; }

/// The time batch of sample `index` of 0, ..., samples - 1.
[[nodiscard]] constexpr std::int64_t batch_of(std::int64_t index, std::int64_t samples) {
  return index * batch_count(samples) / samples;
}

/// The standard error of the mean of successive batch means. Where neighbouring batches are correlated (rho_1 > 0),
/// they are too short to be independent and the variance is raised by 1 + 2 rho_1, the first term of the exact factor.
/// None for fewer than 8 batches, where rho_1 is unknown.
[[nodiscard]] inline std::optional<double> batch_standard_error(const std::vector<double>& means) {
  const std::size_t n = means.size();
  if (n < 8) return std::nullopt;
  double average = 0.0;
  for (const double mean : means) average += mean / static_cast<double>(n);
  double power = 0.0;
  double neighbours = 0.0;
  for (std::size_t b = 0; b < n; ++b) {
    power += (means[b] - average) * (means[b] - average);
    if (b > 0) neighbours += (means[b] - average) * (means[b - 1] - average);
  }
  if (!(power > 0.0)) return 0.0;
  const double correlation = neighbours > 0.0 ? neighbours / power : 0.0;
  const double variance = power / static_cast<double>(n - 1) * (1.0 + 2.0 * correlation);
  return std::sqrt(variance / static_cast<double>(n));
}

/// The time average of one number per sample.
class TimeBatches {
 public:
  explicit TimeBatches(std::int64_t samples = 0)
      : samples_(samples), sums_(static_cast<std::size_t>(batch_count(samples)), 0.0), counts_(sums_.size(), 0.0) {}

  /// Sample `index` of 0, ..., samples - 1; samples may be left out.
  void add(std::int64_t index, double value) {
    const auto batch = static_cast<std::size_t>(batch_of(index, samples_));
    sums_[batch] += value;
    counts_[batch] += 1.0;
  }
  /// None if no sample was added.
  [[nodiscard]] std::optional<double> mean() const {
    double sum = 0.0;
    double count = 0.0;
    for (std::size_t b = 0; b < sums_.size(); ++b) {
      sum += sums_[b];
      count += counts_[b];
    }
    if (count == 0.0) return std::nullopt;
    return sum / count;
  }
  [[nodiscard]] std::optional<double> standard_error() const {
    std::vector<double> means;
    for (std::size_t b = 0; b < sums_.size(); ++b) {
      if (counts_[b] > 0.0) means.push_back(sums_[b] / counts_[b]);
    }
    return batch_standard_error(means);
  }

  template <typename Archive>
  void archive(Archive& a) {
    a(samples_, sums_, counts_);
  }

 private:
  std::int64_t samples_;
  std::vector<double> sums_;
  std::vector<double> counts_;
};

}  // namespace limes::rate

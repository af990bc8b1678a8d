#include "limes/stats/batch_means.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "limes/math/fft.hpp"
#include "limes/stats/summary.hpp"

namespace limes::stats {
namespace {

constexpr std::size_t kFewestBatches = 20;

void check(std::span<const double> record) {
  if (record.size() < 2 * kFewestBatches) throw std::invalid_argument("batch_means: at least 40 samples are needed");
  for (const double x : record) {
    if (!std::isfinite(x)) throw std::invalid_argument("batch_means: the record holds a value that is not finite");
  }
}

double integrated_correlation_time(std::span<const double> record, double centre) {
  std::vector<double> centred(record.begin(), record.end());
  for (double& x : centred) x -= centre;
  const std::vector<double> c = math::linear_autocorrelation(centred, record.size() / 4);
  if (!(c[0] > 0.0)) return 0.5;
  double time = 0.5;
  for (std::size_t k = 1; k < c.size(); ++k) {
    time += c[k] / c[0];
    if (static_cast<double>(k) >= 5.0 * time) break;
  }
  return std::max(time, 0.5);
}

double overlapping_error(std::span<const double> record, double centre, std::size_t length) {
  // Var(mean) = n b / ((n-b)(n-b+1)) sum_j (batch mean_j - mean)^2 / n over the n-b+1 overlapping batches.
  const std::size_t n = record.size();
  const auto b = static_cast<double>(length);
  double sum = 0.0;
  for (std::size_t t = 0; t < length; ++t) sum += record[t] - centre;
  double squares = 0.0;
  for (std::size_t start = 0;; ++start) {
    squares += (sum / b) * (sum / b);
    if (start + length >= n) break;
    sum += record[start + length] - record[start];
  }
  const auto all = static_cast<double>(n);
  return std::sqrt(b * squares / ((all - b) * (all - b + 1.0)));
}

BatchMeans with_length(std::span<const double> record, std::size_t length, double centre, double time) {
  BatchMeans result;
  result.mean = centre;
  result.correlation_time = time;
  result.batch_length = length;
  result.batches = record.size() / length;
  result.standard_error = overlapping_error(record, centre, length);
  result.degrees_of_freedom = 1.5 * static_cast<double>(result.batches - 1);
  result.reliable =
      result.batches >= kFewestBatches && static_cast<double>(length) >= 10.0 * time && result.standard_error > 0.0;
  return result;
}

}  // namespace

BatchMeans batch_means(std::span<const double> record) {
  check(record);
  const double centre = mean(record);
  const double time = integrated_correlation_time(record, centre);
  const auto wanted = static_cast<std::size_t>(std::ceil(20.0 * time));
  return with_length(record, std::clamp<std::size_t>(wanted, 1, record.size() / kFewestBatches), centre, time);
}

BatchMeans batch_means(std::span<const double> record, std::size_t batch_length) {
  check(record);
  if (batch_length < 1 || batch_length > record.size() / 2) {
    throw std::invalid_argument("batch_means: the batch length must lie between 1 and half the record");
  }
  const double centre = mean(record);
  return with_length(record, batch_length, centre, integrated_correlation_time(record, centre));
}

}  // namespace limes::stats

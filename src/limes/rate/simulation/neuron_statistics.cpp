#include "limes/rate/simulation/neuron_statistics.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "limes/rate/simulation/time_batches.hpp"

namespace limes::rate {

namespace {

double sum(const std::vector<double>& values) {
  double total = 0.0;
  for (const double value : values) total += value;
  return total;
}

/// (h-1)/h sum of squared deviations: the jackknife variance of one of the two groups.
double jackknife_variance(const std::vector<double>& leave_one_out) {
  const auto n = static_cast<double>(leave_one_out.size());
  const double average = sum(leave_one_out) / n;
  double power = 0.0;
  for (const double value : leave_one_out) power += (value - average) * (value - average);
  return power * (n - 1.0) / n;
}

}  // namespace

NeuronStatistics::NeuronStatistics(std::size_t neurons, std::int64_t samples)
    : neurons_(neurons),
      samples_(samples),
      counts_(static_cast<std::size_t>(batch_count(samples)), 0.0),
      sums_(counts_.size() * neurons, 0.0),
      squares_(counts_.size() * neurons, 0.0) {}

void NeuronStatistics::add(std::int64_t index, std::span<const double> state) {
  const auto batch = static_cast<std::size_t>(index * static_cast<std::int64_t>(counts_.size()) / samples_);
  counts_[batch] += 1.0;
  double* sums = sums_.data() + batch * neurons_;
  double* squares = squares_.data() + batch * neurons_;
  for (std::size_t i = 0; i < neurons_; ++i) {
    sums[i] += state[i];
    squares[i] += state[i] * state[i];
  }
}

Estimate NeuronStatistics::frozen_variance() const {
  std::vector<std::size_t> all(neurons_);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return frozen_variance(all);
}

Estimate NeuronStatistics::frozen_variance(std::span<const std::size_t> neurons) const {
  const std::size_t batches = counts_.size();
  const std::size_t half = std::max<std::size_t>(1, batches * 7 / 16);
  // cross(b, c) = (1/N) sum_i m_ib m_ic - mean product, for b in the first part and c in the last.
  Eigen::MatrixXd averages(neurons.size(), batches);
  for (std::size_t b = 0; b < batches; ++b) {
    for (std::size_t k = 0; k < neurons.size(); ++k) averages(k, b) = sums_[b * neurons_ + neurons[k]] / counts_[b];
  }
  averages.rowwise() -= averages.colwise().mean().eval();
  const Eigen::MatrixXd cross =
      averages.leftCols(half).transpose() * averages.rightCols(half) / static_cast<double>(neurons.size());
  Estimate estimate{cross.mean(), std::nullopt};
  if (half < 8) return estimate;
  const Eigen::VectorXd first = cross.rowwise().mean();
  const Eigen::VectorXd last = cross.colwise().mean();
  const auto n = static_cast<double>(half);
  std::vector<double> without_first(half);
  std::vector<double> without_last(half);
  for (std::size_t b = 0; b < half; ++b) {
    without_first[b] = (n * estimate.value - first(b)) / (n - 1.0);
    without_last[b] = (n * estimate.value - last(b)) / (n - 1.0);
  }
  estimate.standard_error = std::sqrt(jackknife_variance(without_first) + jackknife_variance(without_last));
  return estimate;
}

void NeuronStatistics::means(std::vector<double>& values, std::vector<double>& errors) const {
  const double samples = sum(counts_);
  values.assign(neurons_, 0.0);
  errors.assign(neurons_, 0.0);
  std::vector<double> batch_means(counts_.size());
  for (std::size_t i = 0; i < neurons_; ++i) {
    for (std::size_t b = 0; b < counts_.size(); ++b) {
      values[i] += sums_[b * neurons_ + i] / samples;
      batch_means[b] = sums_[b * neurons_ + i] / counts_[b];
    }
    errors[i] = batch_standard_error(batch_means).value_or(std::numeric_limits<double>::quiet_NaN());
  }
}

void NeuronStatistics::variances(std::vector<double>& values, std::vector<double>& errors) const {
  const double samples = sum(counts_);
  std::vector<double> mean_errors;
  std::vector<double> averages;
  means(averages, mean_errors);
  values.assign(neurons_, 0.0);
  errors.assign(neurons_, 0.0);
  std::vector<double> batch_values(counts_.size());
  for (std::size_t i = 0; i < neurons_; ++i) {
    for (std::size_t b = 0; b < counts_.size(); ++b) {
      // The mean of (u - average)^2 in the batch.
      const double centred = squares_[b * neurons_ + i] - 2.0 * averages[i] * sums_[b * neurons_ + i] +
                             averages[i] * averages[i] * counts_[b];
      values[i] += centred / samples;
      batch_values[b] = centred / counts_[b];
    }
    values[i] = std::max(0.0, values[i]);  // rounding, where a neuron rests
    errors[i] = batch_standard_error(batch_values).value_or(std::numeric_limits<double>::quiet_NaN());
  }
}

}  // namespace limes::rate

#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace limes::rate {

struct Estimate {
  double value = 0.0;
  std::optional<double> standard_error;  ///< from time batches
};

/// Time averages of u_i and u_i^2 of every neuron, batch by batch.
class NeuronStatistics {
 public:
  NeuronStatistics(std::size_t neurons, std::int64_t samples);
  NeuronStatistics() = default;

  /// Sample `index` of 0, ..., samples - 1; all must be given, each once.
  void add(std::int64_t index, std::span<const double> state);

  /// The variance over neurons of their time averages, q = (1/N) sum_i a_i b_i - a b with a_i, b_i the averages over
  /// the first and the last 7/16 of the run: fluctuations of the two are independent where correlations are shorter
  /// than the eighth between them, so that q has no bias from a finite run (a square would). Error: jackknife over
  /// batches.
  [[nodiscard]] Estimate frozen_variance() const;
  /// The same over some of the neurons.
  [[nodiscard]] Estimate frozen_variance(std::span<const std::size_t> neurons) const;

  /// Of each neuron: time average and its error.
  void means(std::vector<double>& values, std::vector<double>& errors) const;
  /// Of each neuron: variance in time, and its error.
  void variances(std::vector<double>& values, std::vector<double>& errors) const;

  template <typename Archive>
  void archive(Archive& a) {
    a(neurons_, samples_, counts_, sums_, squares_);
  }

 private:
  std::size_t neurons_ = 0;
  std::int64_t samples_ = 0;
  std::vector<double> counts_;   // samples per batch
  std::vector<double> sums_;     // of u_i: batch * neurons + i
  std::vector<double> squares_;  // of u_i^2
};

}  // namespace limes::rate

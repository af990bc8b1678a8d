#pragma once
#include <complex>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "limes/compute/threads.hpp"

namespace limes::rate {

/// The autocovariance over neurons, D(k) = < (1/n) sum_i u_i(t) u_i(t+k) - m(t) m(t+k) >_t, m(t) = (1/n) sum_i u_i(t),
/// streamed: samples are kept in blocks of B >= lags + 1 and correlated by FFT with the block that follows, so that
/// every pair (t, t+k) of the run is counted once and memory does not grow with the run. Where that memory would exceed
/// `memory` bytes, evenly spaced neurons stand for all.
class Autocovariance {
 public:
  /// `lags`: the largest lag, in samples; `samples`: how many will be added (> lags).
  Autocovariance(std::size_t neurons, std::int64_t samples, std::int64_t lags, std::size_t memory);
  Autocovariance() = default;

  /// The next sample: the states of all neurons. `threads` share the transforms; they do not change the result.
  void add(std::span<const double> state, compute::Threads& threads);

  struct Result {
    std::vector<double> values;           ///< D(0), ..., D(lags)
    std::vector<double> standard_errors;  ///< from batches of blocks; empty for fewer than 8 blocks
  };
  /// After the last sample.
  [[nodiscard]] Result finish(compute::Threads& threads);

  /// The neurons that are looked at.
  [[nodiscard]] const std::vector<std::size_t>& neurons() const { return neurons_; }

  template <typename Archive>
  void archive(Archive& a) {
    a(neurons_, samples_, lags_, block_, blocks_, filled_, done_, buffer_, previous_, previous_mean_, spectra_, pairs_);
  }

 private:
  using Complex = std::complex<double>;
  /// Transforms the buffer, correlates the previous block with itself and with this one, and makes this the previous.
  void close_block(compute::Threads& threads);

  std::vector<std::size_t> neurons_;
  std::int64_t samples_ = 0;
  std::int64_t lags_ = 0;
  std::int64_t block_ = 1;                     // B: length of a block
  std::int64_t blocks_ = 0;                    // how many there will be
  std::int64_t filled_ = 0;                    // samples in the buffer
  std::int64_t done_ = 0;                      // blocks transformed
  std::vector<double> buffer_;                 // neuron * B + t
  std::vector<Complex> previous_;              // transforms of the previous block: neuron * (B + 1) + frequency
  std::vector<Complex> previous_mean_;         // of the mean over neurons
  std::vector<std::vector<Complex>> spectra_;  // summed cross spectra of a batch of blocks
  std::vector<std::vector<double>> pairs_;     // how many pairs (t, t+k) each batch holds
};

}  // namespace limes::rate

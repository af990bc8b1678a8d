#include "limes/rate/simulation/autocovariance.hpp"

#include <algorithm>

#include "limes/math/fft.hpp"
#include "limes/rate/simulation/time_batches.hpp"

namespace limes::rate {

namespace {

constexpr std::size_t kNeuronsPerChunk = 32;
constexpr std::int64_t kSmallestBlock = 64;
constexpr std::int64_t kMostBatches = 32;

std::int64_t power_of_two_from(std::int64_t least) {
  std::int64_t power = kSmallestBlock;
  while (power < least) power *= 2;
  return power;
}

}  // namespace

Autocovariance::Autocovariance(std::size_t neurons, std::int64_t samples, std::int64_t lags, std::size_t memory)
    : samples_(samples), lags_(lags), block_(power_of_two_from(lags + 1)) {
  blocks_ = (samples + block_ - 1) / block_;
  // Per neuron: B doubles of buffer and B + 1 complex numbers of transform.
  const std::size_t per_neuron = static_cast<std::size_t>(block_) * 24 + 16;
  const std::size_t kept = std::clamp<std::size_t>(memory / per_neuron, 1, neurons);
  for (std::size_t k = 0; k < kept; ++k) neurons_.push_back(k * neurons / kept);
  buffer_.assign(kept * static_cast<std::size_t>(block_), 0.0);
  previous_.assign(kept * static_cast<std::size_t>(block_ + 1), Complex{});
  previous_mean_.assign(static_cast<std::size_t>(block_ + 1), Complex{});
  const auto batches = static_cast<std::size_t>(std::min(blocks_, kMostBatches));
  spectra_.assign(batches, std::vector<Complex>(static_cast<std::size_t>(block_ + 1)));
  pairs_.assign(batches, std::vector<double>(static_cast<std::size_t>(lags + 1), 0.0));
}

void Autocovariance::add(std::span<const double> state, compute::Threads& threads) {
  for (std::size_t k = 0; k < neurons_.size(); ++k) {
    buffer_[k * static_cast<std::size_t>(block_) + static_cast<std::size_t>(filled_)] = state[neurons_[k]];
  }
  if (++filled_ == block_) close_block(threads);
}

void Autocovariance::close_block(compute::Threads& threads) {
  const auto length = static_cast<std::size_t>(block_);
  const std::size_t frequencies = length + 1;
  const std::size_t count = neurons_.size();
  const std::size_t chunks = (count + kNeuronsPerChunk - 1) / kNeuronsPerChunk;
  // Correlating block b (padded to 2B) with itself and block b+1 behind it: conj(X_b) (X_b + (-1)^f X_{b+1}).
  const auto pair_up = [&](const Complex& before, const Complex& now, std::size_t f) {
    return std::conj(before) * (before + (f % 2 == 0 ? now : -now));
  };
  std::vector<std::vector<Complex>> products(chunks, std::vector<Complex>(frequencies));
  std::vector<std::vector<Complex>> sums(chunks, std::vector<Complex>(frequencies));
  compute::parallel_for(threads, 0, count, kNeuronsPerChunk, [&](std::size_t first, std::size_t last) {
    const std::size_t chunk = first / kNeuronsPerChunk;
    math::FourierTransform fourier;
    std::vector<double> padded(2 * length, 0.0);
    for (std::size_t k = first; k < last; ++k) {
      std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(k * length), length, padded.begin());
      const auto spectrum = fourier.forward_real(padded);
      Complex* before = previous_.data() + k * frequencies;
      for (std::size_t f = 0; f < frequencies; ++f) {
        products[chunk][f] += pair_up(before[f], spectrum[f], f);
        sums[chunk][f] += spectrum[f];
        before[f] = spectrum[f];
      }
    }
  });
  const double share = 1.0 / static_cast<double>(count);
  std::vector<Complex> mean(frequencies);
  for (const auto& sum : sums) {
    for (std::size_t f = 0; f < frequencies; ++f) mean[f] += share * sum[f];
  }
  if (done_ > 0) {
    const std::int64_t block = done_ - 1;
    const auto batch = static_cast<std::size_t>(block * static_cast<std::int64_t>(spectra_.size()) / blocks_);
    for (const auto& product : products) {
      for (std::size_t f = 0; f < frequencies; ++f) spectra_[batch][f] += share * product[f];
    }
    for (std::size_t f = 0; f < frequencies; ++f) spectra_[batch][f] -= pair_up(previous_mean_[f], mean[f], f);
    for (std::int64_t lag = 0; lag <= lags_; ++lag) {
      const std::int64_t last = std::min((block + 1) * block_, samples_ - lag);  // one past the last t of a pair
      pairs_[batch][static_cast<std::size_t>(lag)] +=
          static_cast<double>(std::max<std::int64_t>(0, last - block * block_));
    }
  }
  previous_mean_ = std::move(mean);
  std::fill(buffer_.begin(), buffer_.end(), 0.0);
  filled_ = 0;
  ++done_;
}

Autocovariance::Result Autocovariance::finish(compute::Threads& threads) {
  if (filled_ > 0) close_block(threads);  // the rest of the block is zeros
  close_block(threads);                   // an empty block: pairs the last one with itself
  const auto points = static_cast<std::size_t>(lags_ + 1);
  math::FourierTransform fourier;
  std::vector<std::vector<double>> sums;
  for (const auto& spectrum : spectra_) {
    sums.push_back(fourier.inverse_real(spectrum, 2 * static_cast<std::size_t>(block_)));
  }
  Result result;
  result.values.resize(points);
  std::vector<double> batch_values;
  for (std::size_t k = 0; k < points; ++k) {
    double total = 0.0;
    double pairs = 0.0;
    batch_values.clear();
    for (std::size_t b = 0; b < sums.size(); ++b) {
      total += sums[b][k];
      pairs += pairs_[b][k];
      // A batch at the end of the run that lost most of its pairs at this lag says little.
      if (pairs_[b][k] > 0.5 * pairs_[b][0]) batch_values.push_back(sums[b][k] / pairs_[b][k]);
    }
    result.values[k] = total / pairs;
    if (const auto error = batch_standard_error(batch_values)) result.standard_errors.push_back(*error);
  }
  if (result.standard_errors.size() != points) result.standard_errors.clear();
  return result;
}

}  // namespace limes::rate

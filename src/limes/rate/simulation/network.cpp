#include "limes/rate/simulation/network.hpp"

#include <algorithm>
#include <cmath>

#include "limes/coupling/gaussian.hpp"

namespace limes::rate {

namespace {

// Rows drawn by one task. Column powers are summed within a chunk and then over chunks: a fixed order.
constexpr std::size_t kRowsPerChunk = 256;

template <typename Real>
compute::DenseOperator<Real> gaussian_couplings(const RateDescription& description, std::uint32_t realisation,
                                                compute::Threads& threads, const StopToken& stop) {
  const auto& coupling = description.coupling;
  const auto size = static_cast<Eigen::Index>(description.size);
  if (coupling.generator == Generator::kPortable) {
    return compute::DenseOperator<Real>(
        coupling::portable_matrix(coupling.seed, size, coupling.mean, coupling.deviation));
  }
  compute::DenseOperator<Real> couplings(description.size);
  const std::uint64_t seed = stream_seed(coupling.seed, description.size);
  compute::parallel_for(threads, 0, description.size, kRowsPerChunk, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last && !stop.stop_requested(); ++i) {
      coupling::fill_gaussian_row(seed, realisation, static_cast<Eigen::Index>(i), size, coupling.mean,
                                  coupling.deviation, couplings.row(i));
    }
  });
  return couplings;
}

template <typename Real>
std::variant<compute::DenseOperator<Real>, compute::SparseOperator<Real>> make_couplings(
    const RateDescription& description, std::uint32_t realisation, compute::Threads& threads, const StopToken& stop) {
  if (!description.coupling.matrix) return gaussian_couplings<Real>(description, realisation, threads, stop);
  if (const auto* sparse = std::get_if<coupling::SparseMatrix>(description.coupling.matrix.get())) {
    return compute::SparseOperator<Real>(*sparse);
  }
  return compute::DenseOperator<Real>(std::get<coupling::DenseMatrix>(*description.coupling.matrix));
}

std::vector<double> given_column_power(const coupling::Matrix& matrix, double entry_mean) {
  const auto size = static_cast<double>(coupling::size(matrix));
  // An entry that is zero contributes entry_mean^2.
  std::vector<double> power(static_cast<std::size_t>(size), size * entry_mean * entry_mean);
  coupling::for_each_entry(matrix, [&](Eigen::Index, Eigen::Index j, double value) {
    power[static_cast<std::size_t>(j)] += (value - entry_mean) * (value - entry_mean) - entry_mean * entry_mean;
  });
  return power;
}

template <typename Real>
std::vector<double> dense_column_power(const compute::DenseOperator<Real>& couplings, double entry_mean,
                                       compute::Threads& threads) {
  const std::size_t size = couplings.size();
  const std::size_t chunks = (size + kRowsPerChunk - 1) / kRowsPerChunk;
  std::vector<std::vector<double>> partial(chunks, std::vector<double>(size, 0.0));
  compute::parallel_for(threads, 0, size, kRowsPerChunk, [&](std::size_t first, std::size_t last) {
    auto& sums = partial[first / kRowsPerChunk];
    for (std::size_t i = first; i < last; ++i) {
      const auto row = couplings.row(i);
      for (std::size_t j = 0; j < size; ++j) {
        const double deviation = static_cast<double>(row[j]) - entry_mean;
        sums[j] += deviation * deviation;
      }
    }
  });
  std::vector<double> power(size, 0.0);
  for (const auto& sums : partial) {
    for (std::size_t j = 0; j < size; ++j) power[j] += sums[j];
  }
  return power;
}

}  // namespace

template <typename Real>
Network<Real>::Network(const RateDescription& description, std::uint32_t realisation, compute::Threads& threads,
                       const StopToken& stop)
    : couplings_(make_couplings<Real>(description, realisation, threads, stop)) {
  const auto thresholds = draw_thresholds(description, realisation);
  thresholds_.resize(thresholds.size());
  std::transform(thresholds.begin(), thresholds.end(), thresholds_.begin(),
                 [](double value) { return static_cast<Real>(value); });
  const double entry_mean = description.coupling.mean / static_cast<double>(description.size);
  if (const auto* dense = std::get_if<compute::DenseOperator<Real>>(&couplings_)) {
    column_power_ = dense_column_power(*dense, entry_mean, threads);
  } else {
    column_power_ = given_column_power(*description.coupling.matrix, entry_mean);
  }
}

template <typename Real>
coupling::DenseMatrix Network<Real>::dense(compute::Threads& threads) const {
  const std::size_t n = size();
  coupling::DenseMatrix matrix(n, n);
  if (const auto* stored = std::get_if<compute::DenseOperator<Real>>(&couplings_)) {
    for (std::size_t i = 0; i < n; ++i) {
      const auto row = stored->row(i);
      for (std::size_t j = 0; j < n; ++j) matrix(i, j) = static_cast<double>(row[j]);
    }
    return matrix;
  }
  std::vector<Real> unit(n, Real{0});
  std::vector<Real> column(n);
  for (std::size_t j = 0; j < n; ++j) {
    unit[j] = Real{1};
    apply(threads, unit.data(), column.data(), 1);
    unit[j] = Real{0};
    for (std::size_t i = 0; i < n; ++i) matrix(i, j) = static_cast<double>(column[i]);
  }
  return matrix;
}

template class Network<double>;
template class Network<float>;

}  // namespace limes::rate

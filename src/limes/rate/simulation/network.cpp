#include "limes/rate/simulation/network.hpp"

#include <algorithm>
#include <cmath>

#include "limes/coupling/correlated.hpp"
#include "limes/coupling/diluted.hpp"
#include "limes/coupling/gaussian.hpp"

namespace limes::rate {

namespace {

// Rows drawn by one task. Column powers are summed within a chunk and then over chunks: a fixed order.
constexpr std::size_t kRowsPerChunk = 256;

/// The population of each neuron.
std::vector<std::size_t> populations_of(const RateDescription& description) {
  std::vector<std::size_t> population;
  for (std::size_t a = 0; a < description.populations.size(); ++a) {
    population.insert(population.end(), description.populations[a].size, a);
  }
  return population;
}

std::vector<std::size_t> sizes_of(const RateDescription& description) {
  std::vector<std::size_t> sizes;
  for (const Population& population : description.populations) sizes.push_back(population.size);
  return sizes;
}

/// E J_ij for a target in a and a source in b.
double entry_mean(const RateDescription& description, std::size_t a, std::size_t b) {
  return description.coupling.mean(static_cast<Eigen::Index>(a), static_cast<Eigen::Index>(b)) /
         static_cast<double>(description.populations[b].size);
}

template <typename Real>
compute::DenseOperator<Real> gaussian_couplings(const RateDescription& description, std::uint32_t realisation,
                                                compute::Threads& threads, const StopToken& stop) {
  const auto& coupling = description.coupling;
  const std::vector<std::size_t> sizes = sizes_of(description);
  if (coupling.generator == Generator::kPortable) {
    return compute::DenseOperator<Real>(
        coupling::portable_matrix(coupling.seed, sizes, coupling.mean, coupling.deviation));
  }
  const std::vector<std::size_t> population = populations_of(description);
  std::vector<std::vector<coupling::ColumnLaw>> laws(sizes.size());
  for (std::size_t a = 0; a < sizes.size(); ++a) {
    for (std::size_t b = 0; b < sizes.size(); ++b) {
      const double deviation = coupling.deviation(static_cast<Eigen::Index>(a), static_cast<Eigen::Index>(b));
      laws[a].push_back(
          {sizes[b], entry_mean(description, a, b), deviation / std::sqrt(static_cast<double>(sizes[b]))});
    }
  }
  compute::DenseOperator<Real> couplings(population.size());
  const std::uint64_t seed = stream_seed(coupling.seed, population.size());
  compute::parallel_for(threads, 0, population.size(), kRowsPerChunk, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last && !stop.stop_requested(); ++i) {
      coupling::fill_gaussian_row(seed, realisation, i, laws[population[i]], couplings.row(i));
    }
  });
  return couplings;
}

// A matrix with more entries than this share of N^2 is stepped faster as a dense one.
constexpr double kDenseShare = 0.3;

template <typename Real>
std::variant<compute::DenseOperator<Real>, compute::SparseOperator<Real>> make_couplings(
    const RateDescription& description, std::uint32_t realisation, compute::Threads& threads, const StopToken& stop) {
  using Kind = CouplingDescription::Kind;
  const auto& coupling = description.coupling;
  const auto size = static_cast<Eigen::Index>(description.size());
  const std::uint64_t seed = stream_seed(coupling.seed, description.size());
  switch (coupling.kind) {
    case Kind::kGaussian:
      if (coupling.symmetry == 0.0) return gaussian_couplings<Real>(description, realisation, threads, stop);
      return compute::DenseOperator<Real>(coupling::partially_symmetric_matrix(
          seed, realisation, size, coupling.mean(0, 0), coupling.deviation(0, 0), coupling.symmetry));
    case Kind::kCorrelated:
      return compute::DenseOperator<Real>(coupling::correlated_matrix(seed, realisation, size, coupling.mean(0, 0),
                                                                      coupling.deviation(0, 0), coupling.row_covariance,
                                                                      coupling.column_covariance));
    case Kind::kBernoulli:
    case Kind::kFixedInDegree: {
      const auto dilution =
          coupling.kind == Kind::kBernoulli ? coupling::Dilution::kBernoulli : coupling::Dilution::kFixedInDegree;
      const coupling::SparseMatrix matrix = coupling::diluted_matrix(
          seed, realisation, sizes_of(description), {dilution, coupling.mean, coupling.deviation, coupling.degree});
      const double entries = static_cast<double>(matrix.nonZeros());
      if (entries > kDenseShare * static_cast<double>(size) * static_cast<double>(size)) {
        return compute::DenseOperator<Real>(coupling::to_dense(matrix));
      }
      return compute::SparseOperator<Real>(matrix);
    }
    case Kind::kGiven:
      break;
  }
  if (const auto* sparse = std::get_if<coupling::SparseMatrix>(coupling.matrix.get())) {
    return compute::SparseOperator<Real>(*sparse);
  }
  return compute::DenseOperator<Real>(std::get<coupling::DenseMatrix>(*coupling.matrix));
}

/// Column powers of stored entries: an entry that is zero contributes the square of its mean.
template <typename Real>
std::vector<double> sparse_column_power(const RateDescription& description,
                                        const compute::SparseOperator<Real>& stored) {
  const std::vector<std::size_t> population = populations_of(description);
  const std::size_t count = description.populations.size(), size = population.size();
  std::vector<double> power(count * size);
  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t j = 0; j < size; ++j) {
      const double mean = entry_mean(description, a, population[j]);
      power[a * size + j] = static_cast<double>(description.populations[a].size) * mean * mean;
    }
  }
  stored.for_each_entry([&](std::size_t i, std::size_t j, double value) {
    const double mean = entry_mean(description, population[i], population[j]);
    power[population[i] * size + j] += (value - mean) * (value - mean) - mean * mean;
  });
  return power;
}

template <typename Real>
std::vector<double> dense_column_power(const RateDescription& description,
                                       const compute::DenseOperator<Real>& couplings, compute::Threads& threads) {
  const std::size_t size = couplings.size();
  const std::vector<std::size_t> borders = description.borders();
  std::vector<double> power(description.populations.size() * size, 0.0);
  for (std::size_t a = 0; a + 1 < borders.size(); ++a) {
    std::vector<double> means;
    for (std::size_t b = 0; b + 1 < borders.size(); ++b) {
      means.insert(means.end(), description.populations[b].size, entry_mean(description, a, b));
    }
    const std::size_t rows = borders[a + 1] - borders[a];
    std::vector<std::vector<double>> partial((rows + kRowsPerChunk - 1) / kRowsPerChunk,
                                             std::vector<double>(size, 0.0));
    compute::parallel_for(threads, 0, rows, kRowsPerChunk, [&](std::size_t first, std::size_t last) {
      auto& sums = partial[first / kRowsPerChunk];
      for (std::size_t i = first; i < last; ++i) {
        const auto row = couplings.row(borders[a] + i);
        for (std::size_t j = 0; j < size; ++j) {
          const double deviation = static_cast<double>(row[j]) - means[j];
          sums[j] += deviation * deviation;
        }
      }
    });
    for (const auto& sums : partial) {
      for (std::size_t j = 0; j < size; ++j) power[a * size + j] += sums[j];
    }
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
  if (const auto* dense = std::get_if<compute::DenseOperator<Real>>(&couplings_)) {
    column_power_ = dense_column_power(description, *dense, threads);
  } else {
    column_power_ = sparse_column_power(description, std::get<compute::SparseOperator<Real>>(couplings_));
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

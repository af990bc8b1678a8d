#include "limes/coupling/correlated.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "limes/base/errors.hpp"
#include "limes/coupling/gaussian.hpp"
#include "limes/math/fft.hpp"

namespace limes::coupling {

namespace {

// Rounding of a transform of numbers of order one.
constexpr double kSpectralRounding = 1e-12;

std::vector<double> root_of(std::span<const double> covariance, std::size_t size) {
  std::vector<double> root = ring_spectrum(covariance, size);
  for (double& value : root) value = std::sqrt(std::max(0.0, value));
  return root;
}

/// x <- S x with S the circulant matrix of spectrum `root`.
void filter(math::FourierTransform& transform, const std::vector<double>& root, std::vector<double>& x) {
  auto spectrum = transform.forward_real(x);
  for (std::size_t k = 0; k < spectrum.size(); ++k) spectrum[k] *= root[k];
  x = transform.inverse_real(spectrum, x.size());
}

}  // namespace

std::vector<double> ring_spectrum(std::span<const double> covariance, std::size_t size) {
  if (covariance.empty() || 2 * covariance.size() > size + 1) {
    throw std::invalid_argument("ring_spectrum: the covariance reaches around the ring");
  }
  std::vector<double> ring(size, 0.0);
  for (std::size_t k = 0; k < covariance.size(); ++k) {
    ring[k] = covariance[k];
    if (k > 0) ring[size - k] = covariance[k];
  }
  const auto half = math::real_fft(ring);
  std::vector<double> spectrum(size);
  for (std::size_t n = 0; n < size; ++n) spectrum[n] = half[std::min(n, size - n)].real();
  return spectrum;
}

void require_covariance(std::span<const double> row_covariance, std::span<const double> column_covariance,
                        std::size_t size) {
  const auto rows = ring_spectrum(row_covariance, size);
  const auto columns = ring_spectrum(column_covariance, size);
  const auto [row_low, row_high] = std::minmax_element(rows.begin(), rows.end());
  const auto [column_low, column_high] = std::minmax_element(columns.begin(), columns.end());
  const double smallest = std::min({*row_low * *column_low, *row_low * *column_high, *row_high * *column_low});
  if (smallest >= -kSpectralRounding * static_cast<double>(size)) return;
  throw InputError(
      fmt::format("the covariance of the couplings is not positive semidefinite: smallest spectral value {:.6g}",
                  smallest),
      "give smaller correlations: with one neighbour |A(1)| <= 1/2");
}

DenseMatrix correlated_matrix(std::uint64_t seed, std::uint32_t realisation, Eigen::Index size, double mean,
                              double deviation, std::span<const double> row_covariance,
                              std::span<const double> column_covariance) {
  const auto count = static_cast<std::size_t>(size);
  require_covariance(row_covariance, column_covariance, count);
  DenseMatrix matrix = gaussian_matrix(seed, realisation, size, 0.0, deviation);
  math::FourierTransform transform;
  std::vector<double> line(count);
  if (column_covariance.size() > 1) {
    const auto root = root_of(column_covariance, count);
    for (Eigen::Index i = 0; i < size; ++i) {
      std::copy_n(matrix.data() + i * size, count, line.begin());
      filter(transform, root, line);
      std::copy(line.begin(), line.end(), matrix.data() + i * size);
    }
  }
  if (row_covariance.size() > 1) {
    matrix.transposeInPlace();
    const auto root = root_of(row_covariance, count);
    for (Eigen::Index j = 0; j < size; ++j) {
      std::copy_n(matrix.data() + j * size, count, line.begin());
      filter(transform, root, line);
      std::copy(line.begin(), line.end(), matrix.data() + j * size);
    }
    matrix.transposeInPlace();
  }
  matrix.array() += mean / static_cast<double>(size);
  return matrix;
}

}  // namespace limes::coupling

#include "limes/coupling/gaussian.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "limes/base/errors.hpp"
#include "limes/math/random_portable.hpp"

namespace limes::coupling {

namespace {

void check(Eigen::Index size, double mean, double deviation) {
  if (size < 1) throw InputError(fmt::format("a network needs at least one unit, not {}", size));
  if (!std::isfinite(mean)) throw InputError("the mean coupling is not finite");
  if (!std::isfinite(deviation) || deviation < 0.0) {
    throw InputError("the deviation of the couplings is negative or not finite");
  }
}

template <typename Real>
void fill_row(std::uint64_t seed, std::uint32_t realisation, std::size_t row, std::span<const ColumnLaw> laws,
              std::span<Real> values, math::Purpose purpose) {
  std::size_t columns = 0;
  for (const ColumnLaw& law : laws) columns += law.columns;
  if (columns != values.size()) throw std::invalid_argument("fill_gaussian_row: the span has another length");
  math::RandomStream stream(seed, realisation, purpose, row);
  std::array<double, 1024> normals;  // a piece that stays in the first-level cache; even, so that pairs are kept whole
  std::size_t block = 0;
  std::size_t end = laws.empty() ? 0 : laws.front().columns;  // of the block
  for (std::size_t done = 0; done < values.size(); done += normals.size()) {
    const std::size_t count = std::min(normals.size(), values.size() - done);
    stream.fill_normal(std::span(normals).first(count));
    for (std::size_t k = 0; k < count;) {
      while (done + k >= end) end += laws[++block].columns;
      const ColumnLaw& law = laws[block];
      const std::size_t last = std::min(count, end - done);
      for (; k < last; ++k) values[done + k] = static_cast<Real>(law.offset + law.factor * normals[k]);
    }
  }
}

template <typename Real>
void fill_row_of_one_law(std::uint64_t seed, std::uint32_t realisation, Eigen::Index row, Eigen::Index size,
                         double mean, double deviation, std::span<Real> values, math::Purpose purpose) {
  check(size, mean, deviation);
  if (row < 0 || row >= size || values.size() != static_cast<std::size_t>(size)) {
    throw std::invalid_argument("fill_gaussian_row: the row lies outside the matrix or the span has another length");
  }
  const double units = static_cast<double>(size);
  const ColumnLaw law{values.size(), mean / units, deviation / std::sqrt(units)};
  fill_row(seed, realisation, static_cast<std::size_t>(row), std::span(&law, 1), values, purpose);
}

}  // namespace

void fill_gaussian_row(std::uint64_t seed, std::uint32_t realisation, std::size_t row, std::span<const ColumnLaw> laws,
                       std::span<double> values, math::Purpose purpose) {
  fill_row(seed, realisation, row, laws, values, purpose);
}

void fill_gaussian_row(std::uint64_t seed, std::uint32_t realisation, std::size_t row, std::span<const ColumnLaw> laws,
                       std::span<float> values, math::Purpose purpose) {
  fill_row(seed, realisation, row, laws, values, purpose);
}

void fill_gaussian_row(std::uint64_t seed, std::uint32_t realisation, Eigen::Index row, Eigen::Index size, double mean,
                       double deviation, std::span<double> values, math::Purpose purpose) {
  fill_row_of_one_law(seed, realisation, row, size, mean, deviation, values, purpose);
}

void fill_gaussian_row(std::uint64_t seed, std::uint32_t realisation, Eigen::Index row, Eigen::Index size, double mean,
                       double deviation, std::span<float> values, math::Purpose purpose) {
  fill_row_of_one_law(seed, realisation, row, size, mean, deviation, values, purpose);
}

DenseMatrix gaussian_matrix(std::uint64_t seed, std::uint32_t realisation, Eigen::Index size, double mean,
                            double deviation, math::Purpose purpose) {
  check(size, mean, deviation);
  DenseMatrix matrix(size, size);
  for (Eigen::Index row = 0; row < size; ++row) {
    const std::span<double> values(matrix.data() + row * size, static_cast<std::size_t>(size));
    fill_gaussian_row(seed, realisation, row, size, mean, deviation, values, purpose);
  }
  return matrix;
}

DenseMatrix portable_matrix(std::uint64_t seed, Eigen::Index size, double mean, double deviation) {
  check(size, mean, deviation);
  const std::size_t sizes[] = {static_cast<std::size_t>(size)};
  return portable_matrix(seed, sizes, Eigen::MatrixXd::Constant(1, 1, mean),
                         Eigen::MatrixXd::Constant(1, 1, deviation));
}

DenseMatrix portable_matrix(std::uint64_t seed, std::span<const std::size_t> sizes, const Eigen::MatrixXd& means,
                            const Eigen::MatrixXd& deviations) {
  std::vector<std::size_t> population;  // of each unit
  for (std::size_t a = 0; a < sizes.size(); ++a) population.insert(population.end(), sizes[a], a);
  const auto size = static_cast<Eigen::Index>(population.size());
  const std::vector<double> normals = math::portable_normal(seed, population.size() * population.size());
  DenseMatrix matrix(size, size);
  std::size_t next = 0;
  for (Eigen::Index i = 0; i < size; ++i) {
    const auto a = static_cast<Eigen::Index>(population[static_cast<std::size_t>(i)]);
    for (Eigen::Index j = 0; j < size; ++j) {
      const std::size_t source = population[static_cast<std::size_t>(j)];
      const auto b = static_cast<Eigen::Index>(source);
      const double units = static_cast<double>(sizes[source]);
      matrix(i, j) = means(a, b) / units + deviations(a, b) * normals[next++] / std::sqrt(units);
    }
  }
  return matrix;
}

DenseMatrix partially_symmetric_matrix(std::uint64_t seed, std::uint32_t realisation, Eigen::Index size, double mean,
                                       double deviation, double symmetry) {
  check(size, mean, deviation);
  if (!(std::abs(symmetry) <= 1.0)) throw InputError("the symmetry of the couplings lies outside [-1, 1]");
  const double units = static_cast<double>(size);
  const double symmetric = deviation * std::sqrt((1.0 + symmetry) / 2.0 / units);
  const double antisymmetric = deviation * std::sqrt((1.0 - symmetry) / 2.0 / units);
  DenseMatrix matrix(size, size);
  std::vector<double> normals;
  for (Eigen::Index i = 0; i < size; ++i) {  // row i holds the pairs (i, j > i) and the diagonal
    normals.resize(2 * static_cast<std::size_t>(size - i));
    math::RandomStream(seed, realisation, math::Purpose::kCoupling, static_cast<std::uint64_t>(i)).fill_normal(normals);
    matrix(i, i) = mean / units + deviation / std::sqrt(units) * normals[0];
    for (Eigen::Index j = i + 1; j < size; ++j) {
      const auto pair = 2 * static_cast<std::size_t>(j - i);
      const double even = symmetric * normals[pair];
      const double odd = antisymmetric * normals[pair + 1];
      matrix(i, j) = mean / units + even + odd;
      matrix(j, i) = mean / units + even - odd;
    }
  }
  return matrix;
}

}  // namespace limes::coupling

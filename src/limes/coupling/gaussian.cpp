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
void fill_row(std::uint64_t seed, std::uint32_t realisation, Eigen::Index row, Eigen::Index size, double mean,
              double deviation, std::span<Real> values, math::Purpose purpose) {
  check(size, mean, deviation);
  if (row < 0 || row >= size || values.size() != static_cast<std::size_t>(size)) {
    throw std::invalid_argument("fill_gaussian_row: the row lies outside the matrix or the span has another length");
  }
  const double units = static_cast<double>(size);
  const double offset = mean / units;
  const double factor = deviation / std::sqrt(units);
  math::RandomStream stream(seed, realisation, purpose, static_cast<std::uint64_t>(row));
  std::array<double, 1024> normals;  // a piece that stays in the first-level cache; even, so that pairs are kept whole
  for (std::size_t done = 0; done < values.size(); done += normals.size()) {
    const std::size_t count = std::min(normals.size(), values.size() - done);
    stream.fill_normal(std::span(normals).first(count));
    for (std::size_t k = 0; k < count; ++k) values[done + k] = static_cast<Real>(offset + factor * normals[k]);
  }
}

}  // namespace

void fill_gaussian_row(std::uint64_t seed, std::uint32_t realisation, Eigen::Index row, Eigen::Index size, double mean,
                       double deviation, std::span<double> values, math::Purpose purpose) {
  fill_row(seed, realisation, row, size, mean, deviation, values, purpose);
}

void fill_gaussian_row(std::uint64_t seed, std::uint32_t realisation, Eigen::Index row, Eigen::Index size, double mean,
                       double deviation, std::span<float> values, math::Purpose purpose) {
  fill_row(seed, realisation, row, size, mean, deviation, values, purpose);
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
  const std::vector<double> normals = math::portable_normal(seed, static_cast<std::size_t>(size * size));
  const double units = static_cast<double>(size);
  DenseMatrix matrix(size, size);
  std::transform(normals.begin(), normals.end(), matrix.data(),
                 [&](double normal) { return mean / units + deviation * normal / std::sqrt(units); });
  return matrix;
}

}  // namespace limes::coupling

#include "limes/compute/dense_operator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <new>

#include "limes/base/errors.hpp"
#include "limes/compute/dense_kernels.hpp"

namespace limes::compute {

namespace {

constexpr std::size_t round_up(std::size_t value, std::size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

// Rows are padded to whole cache lines, and by one line more where rows would lie a multiple of 4 KiB apart or nearly
// so: the caches would keep only a few of them at a time.
template <typename Real>
std::size_t stride_of(std::size_t size) {
  constexpr std::size_t line = kernels::kPanel<Real>;
  constexpr std::size_t alias = 4096 / sizeof(Real);
  if (size == 0) throw InputError("a coupling matrix needs at least one row; it has 0");
  if (size > std::numeric_limits<std::size_t>::max() / 64 / size) throw std::bad_alloc();
  const std::size_t stride = round_up(size, line);
  return stride >= alias && stride % alias == 0 ? stride + line : stride;
}

// The work of a chunk in bytes of the matrix (memory-bound) or multiply-adds (arithmetic-bound): some 20 microseconds,
// well above what handing out a chunk costs.
constexpr std::size_t kChunkBytes = std::size_t{256} << 10;
constexpr std::size_t kChunkProducts = std::size_t{1} << 19;
constexpr std::size_t kTransposedWidth = 4096;  // bytes of a row that one chunk of a transposed product sweeps

}  // namespace

template <typename Real>
DenseOperator<Real>::DenseOperator(std::size_t size, std::size_t sources)
    : size_(size), sources_(sources), stride_(stride_of<Real>(sources)), block_(size * stride_ * sizeof(Real)) {
  if (size == 0) throw InputError("a coupling matrix needs at least one row; it has 0");
}

template <typename Real>
DenseOperator<Real>::DenseOperator(
    const Eigen::Ref<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>& matrix)
    : DenseOperator(static_cast<std::size_t>(matrix.rows())) {
  if (matrix.rows() != matrix.cols())
    throw InputError(
        fmt::format("a coupling matrix must be square; it has {} rows and {} columns", matrix.rows(), matrix.cols()));
  for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
    const auto target = row(static_cast<std::size_t>(i));
    for (Eigen::Index j = 0; j < matrix.cols(); ++j)
      target[static_cast<std::size_t>(j)] = static_cast<Real>(matrix(i, j));
  }
}

template <typename Real>
void DenseOperator<Real>::apply(Threads& threads, const Real* x, Real* y, std::size_t columns) const {
  if (columns == 0) return;
  const Real* matrix = data();
  if (columns <= 3) {
    Scratch scratch(columns * stride_ * sizeof(Real));
    Real* vectors = scratch.as<Real>();
    for (std::size_t b = 0; b < columns; ++b) {
      Real* vector = vectors + b * stride_;
      for (std::size_t j = 0; j < sources_; ++j) vector[j] = x[j * columns + b];
      std::fill(vector + sources_, vector + stride_, Real{0});
    }
    const std::size_t rows = round_up(kChunkBytes / (stride_ * sizeof(Real)) + 1, 4);
    parallel_for(threads, 0, size_, rows, [&](std::size_t first, std::size_t last) {
      kernels::multiply_few(matrix, stride_, first, last, vectors, y, columns);
    });
    return;
  }
  constexpr std::size_t width = kernels::kPanel<Real>;
  Scratch scratch(round_up(columns, width) * sources_ * sizeof(Real));
  Real* panels = scratch.as<Real>();
  parallel_for(
      threads, 0, sources_, kChunkBytes / (columns * sizeof(Real)) + 1,
      [&](std::size_t first, std::size_t last) { kernels::pack_panels(x, sources_, columns, first, last, panels); });
  // A multiple of every tile height (12, 6 or 3 rows): at least the least work, at most 48 rows, else a 32nd of all.
  const std::size_t least = round_up(kChunkProducts / (sources_ * columns) + 1, 12);
  const std::size_t rows = std::max(least, std::min<std::size_t>(48, round_up(size_ / 32 + 1, 12)));
  parallel_for(threads, 0, size_, rows, [&](std::size_t first, std::size_t last) {
    kernels::multiply_panels(matrix, stride_, sources_, first, last, panels, y, columns);
  });
}

template <typename Real>
void DenseOperator<Real>::apply_transposed(Threads& threads, const Real* x, Real* y, std::size_t columns) const {
  if (columns == 0) return;
  const Real* matrix = data();
  constexpr std::size_t line = kernels::kPanel<Real>;
  const std::size_t grain = kTransposedWidth / sizeof(Real);
  parallel_for(threads, 0, round_up(sources_, line), grain, [&](std::size_t first, std::size_t last) {
    const std::size_t width = last - first;
    Scratch scratch(width * columns * sizeof(Real));
    Real* sums = scratch.as<Real>();
    std::fill(sums, sums + width * columns, Real{0});
    kernels::multiply_transposed(matrix, stride_, size_, first, last, x, columns, sums);
    for (std::size_t j = first; j < std::min(last, sources_); ++j)
      for (std::size_t b = 0; b < columns; ++b) y[j * columns + b] = sums[b * width + (j - first)];
  });
}

template class DenseOperator<double>;
template class DenseOperator<float>;

}  // namespace limes::compute

#include "limes/compute/sparse_operator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "limes/base/errors.hpp"
#include "limes/compute/sparse_kernels.hpp"

namespace limes::compute {

namespace {

// Entries of a chunk: some 20 microseconds of work, well above what handing out a chunk costs.
constexpr std::size_t kChunkEntries = std::size_t{1} << 14;

// Row bounds 0 = c[0] < c[1] < ... = N of chunks with about kChunkEntries entries (a row counts as one more).
std::vector<std::size_t> chunks_of(const std::vector<std::size_t>& offsets) {
  const std::size_t size = offsets.size() - 1;
  std::vector<std::size_t> chunks = {0};
  std::size_t start = 0;
  for (std::size_t i = 1; i <= size; ++i) {
    if (i < size && offsets[i] + i - start < kChunkEntries) continue;
    chunks.push_back(i);
    start = offsets[i] + i;
  }
  return chunks;
}

template <typename Real, typename Index>
CompressedRows<Real, Index> transposed_rows(const CompressedRows<Real, Index>& rows) {
  const std::size_t size = rows.offsets.size() - 1;
  CompressedRows<Real, Index> result;
  result.offsets.assign(size + 1, 0);
  result.columns.resize(rows.columns.size());
  result.values.resize(rows.values.size());
  for (const Index column : rows.columns) ++result.offsets[static_cast<std::size_t>(column) + 1];
  for (std::size_t j = 0; j < size; ++j) result.offsets[j + 1] += result.offsets[j];
  std::vector<std::size_t> next(result.offsets.begin(), result.offsets.end() - 1);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t e = rows.offsets[i]; e < rows.offsets[i + 1]; ++e) {
      const std::size_t place = next[rows.columns[e]]++;
      result.columns[place] = static_cast<Index>(i);
      result.values[place] = rows.values[e];
    }
  }
  return result;
}

}  // namespace

template <typename Real>
SparseOperator<Real>::SparseOperator(const Eigen::SparseMatrix<double, Eigen::RowMajor, int>& matrix) {
  build(matrix);
}

template <typename Real>
SparseOperator<Real>::SparseOperator(const Eigen::SparseMatrix<double, Eigen::RowMajor, std::int64_t>& matrix) {
  build(matrix);
}

template <typename Real>
template <typename Matrix>
void SparseOperator<Real>::build(const Matrix& matrix) {
  if (matrix.rows() != matrix.cols())
    throw InputError(
        fmt::format("a coupling matrix must be square; it has {} rows and {} columns", matrix.rows(), matrix.cols()));
  if (matrix.rows() == 0) throw InputError("a coupling matrix needs at least one row; it has 0");
  size_ = static_cast<std::size_t>(matrix.rows());
  const auto fill = [&](auto rows) {
    using Index = typename decltype(rows.columns)::value_type;
    rows.offsets.reserve(size_ + 1);
    rows.offsets.push_back(0);
    rows.columns.reserve(static_cast<std::size_t>(matrix.nonZeros()));
    rows.values.reserve(static_cast<std::size_t>(matrix.nonZeros()));
    for (typename Matrix::StorageIndex i = 0; i < matrix.rows(); ++i) {
      for (typename Matrix::InnerIterator entry(matrix, i); entry; ++entry) {
        rows.columns.push_back(static_cast<Index>(entry.col()));
        rows.values.push_back(static_cast<Real>(entry.value()));
      }
      rows.offsets.push_back(rows.values.size());
    }
    store_.chunks = chunks_of(rows.offsets);
    store_.rows = std::move(rows);
  };
  if (size_ <= std::numeric_limits<std::uint32_t>::max())
    fill(CompressedRows<Real, std::uint32_t>{});
  else
    fill(CompressedRows<Real, std::uint64_t>{});
}

template <typename Real>
std::size_t SparseOperator<Real>::nonzeros() const {
  return std::visit([](const auto& rows) { return rows.values.size(); }, store_.rows);
}

template <typename Real>
void SparseOperator<Real>::multiply(Threads& threads, const Store& store, const Real* x, Real* y, std::size_t columns) {
  if (columns == 0) return;
  std::visit(
      [&](const auto& rows) {
        parallel_for(threads, 0, store.chunks.size() - 1, 1, [&](std::size_t first, std::size_t last) {
          kernels::multiply_sparse(rows.offsets.data(), rows.columns.data(), rows.values.data(), store.chunks[first],
                                   store.chunks[last], x, y, columns);
        });
      },
      store.rows);
}

template <typename Real>
void SparseOperator<Real>::apply(Threads& threads, const Real* x, Real* y, std::size_t columns) const {
  multiply(threads, store_, x, y, columns);
}

template <typename Real>
void SparseOperator<Real>::apply_transposed(Threads& threads, const Real* x, Real* y, std::size_t columns) const {
  std::call_once(transposed_->made, [&] {
    std::visit([&](const auto& rows) { transposed_->store.rows = transposed_rows(rows); }, store_.rows);
    transposed_->store.chunks =
        std::visit([](const auto& rows) { return chunks_of(rows.offsets); }, transposed_->store.rows);
  });
  multiply(threads, transposed_->store, x, y, columns);
}

template class SparseOperator<double>;
template class SparseOperator<float>;

}  // namespace limes::compute

#pragma once

#include <Eigen/SparseCore>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

#include "limes/compute/threads.hpp"

namespace limes::compute {

/// Compressed rows with their own index type: entries of row i are offsets[i] .. offsets[i + 1].
template <typename Real, typename Index>
struct CompressedRows {
  std::vector<std::size_t> offsets;
  std::vector<Index> columns;
  std::vector<Real> values;
};

/// A sparse N x N coupling matrix J (row = target, column = source). Same shapes and promises as DenseOperator: batch
/// element (i, b) at i * columns + b, each output element summed in one fixed order, no allocation.
/// Column indices take 32 bits unless N is larger than that.
template <typename Real>
class SparseOperator {
 public:
  /// Copies the stored entries, rounding to Real. Throws InputError if the matrix is not square or empty.
  explicit SparseOperator(const Eigen::SparseMatrix<double, Eigen::RowMajor, int>& matrix);
  explicit SparseOperator(const Eigen::SparseMatrix<double, Eigen::RowMajor, std::int64_t>& matrix);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t nonzeros() const;

  /// Calls visit(row, column, value) for every stored entry, row by row.
  template <typename Visit>
  void for_each_entry(Visit&& visit) const {
    std::visit(
        [&](const auto& rows) {
          for (std::size_t i = 0; i < size_; ++i) {
            for (std::size_t k = rows.offsets[i]; k < rows.offsets[i + 1]; ++k) {
              visit(i, static_cast<std::size_t>(rows.columns[k]), static_cast<double>(rows.values[k]));
            }
          }
        },
        store_.rows);
  }

  /// Y = J X; X and Y are N x columns and must not overlap.
  void apply(Threads& threads, const Real* x, Real* y, std::size_t columns = 1) const;

  /// Y = J^T X. The first call stores the transposed matrix as well.
  void apply_transposed(Threads& threads, const Real* x, Real* y, std::size_t columns = 1) const;

 private:
  using Rows = std::variant<CompressedRows<Real, std::uint32_t>, CompressedRows<Real, std::uint64_t>>;
  /// A matrix and the row bounds of its chunks: about equal numbers of entries each, whatever the number of threads.
  struct Store {
    Rows rows;
    std::vector<std::size_t> chunks;
  };
  struct Transposed {
    std::once_flag made;
    Store store;
  };

  template <typename Matrix>
  void build(const Matrix& matrix);
  static void multiply(Threads& threads, const Store& store, const Real* x, Real* y, std::size_t columns);

  std::size_t size_ = 0;
  Store store_;
  std::shared_ptr<Transposed> transposed_ = std::make_shared<Transposed>();
};

extern template class SparseOperator<double>;
extern template class SparseOperator<float>;

}  // namespace limes::compute

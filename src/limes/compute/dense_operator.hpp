#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>

#include "limes/compute/memory.hpp"
#include "limes/compute/threads.hpp"

namespace limes::compute {

/// A dense N x N coupling matrix J (row = target, column = source), kept once and applied to one vector or to a batch;
/// or a rectangular one, N targets and `sources` sources.
///
/// A batch X has the column index fastest: element (i, b) of an N x `columns` batch stands at i * columns + b (b =
/// trial or tangent vector). Applying allocates nothing after the first call of a thread. Each output element is summed
/// in one fixed order, so that its bits depend neither on the number of threads nor on what else is in the batch; only
/// between batches of at most three columns (sums along lanes) and larger ones (sums along j) the rounding differs.
template <typename Real>
class DenseOperator {
 public:
  /// N = `size`, all entries zero. Throws InputError for size 0, std::bad_alloc where memory is short.
  explicit DenseOperator(std::size_t size) : DenseOperator(size, size) {}

  /// `size` targets (rows), `sources` sources (columns), all entries zero; errors likewise.
  DenseOperator(std::size_t size, std::size_t sources);

  /// Copies a square matrix, rounding to Real. Throws InputError if it is not square or empty.
  explicit DenseOperator(
      const Eigen::Ref<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>& matrix);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t sources() const { return sources_; }
  /// Elements from one row to the next; what lies beyond the last source is zero and stays so.
  [[nodiscard]] std::size_t stride() const { return stride_; }

  /// Row i (one element per source) to fill or read; different rows may be filled by different threads.
  [[nodiscard]] std::span<Real> row(std::size_t i) { return {data() + i * stride_, sources_}; }
  [[nodiscard]] std::span<const Real> row(std::size_t i) const { return {data() + i * stride_, sources_}; }
  [[nodiscard]] Real operator()(std::size_t i, std::size_t j) const { return data()[i * stride_ + j]; }

  /// Y = J X. X is sources x columns, Y is N x columns; they must not overlap. One to three columns run at the speed of
  /// memory, four and more at the speed of the arithmetic.
  void apply(Threads& threads, const Real* x, Real* y, std::size_t columns = 1) const;

  /// Y = J^T X, X is N x columns, Y is sources x columns.
  void apply_transposed(Threads& threads, const Real* x, Real* y, std::size_t columns = 1) const;

 private:
  [[nodiscard]] Real* data() { return reinterpret_cast<Real*>(block_.data()); }
  [[nodiscard]] const Real* data() const { return reinterpret_cast<const Real*>(block_.data()); }

  std::size_t size_;
  std::size_t sources_;
  std::size_t stride_;
  AlignedBlock block_;
};

extern template class DenseOperator<double>;
extern template class DenseOperator<float>;

}  // namespace limes::compute

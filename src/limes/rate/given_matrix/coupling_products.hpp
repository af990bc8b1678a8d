#pragma once
// Products with a coupling matrix, and with its entrywise square, which carries variances from neuron to neuron.

#include <optional>

#include <variant>

#include "limes/compute/dense_operator.hpp"
#include "limes/compute/sparse_operator.hpp"
#include "limes/compute/threads.hpp"
#include "limes/coupling/matrix.hpp"
#include "limes/rate/given_matrix/lag_grid.hpp"

namespace limes::rate::given_matrix {

/// J_ij^2 with a team of threads. A sparse matrix is copied; a dense one is squared anew in blocks of rows at each use,
/// so that it does not take its memory twice.
class CouplingSquares {
 public:
  /// `matrix` outlives this.
  explicit CouplingSquares(const coupling::Matrix& matrix, int threads = 1);

  /// sum_j J_ij^2 x_jl for N x L values x.
  [[nodiscard]] RowMajorMatrix times(const RowMajorMatrix& x) const;

  [[nodiscard]] compute::Threads& threads() const { return threads_; }

 private:
  const coupling::Matrix* matrix_;
  std::optional<compute::SparseOperator<double>> sparse_;
  mutable compute::Threads threads_;  // calls on it change nothing that anybody sees
};

/// J itself, for many columns at a time: a copy in the order that the kernels want.
class CouplingColumns {
 public:
  explicit CouplingColumns(const coupling::Matrix& matrix);

  /// sum_j J_ij x_jp for N x P values x.
  [[nodiscard]] RowMajorMatrix times(compute::Threads& threads, const RowMajorMatrix& x) const;

 private:
  std::variant<compute::DenseOperator<double>, compute::SparseOperator<double>> operator_;
};

}  // namespace limes::rate::given_matrix

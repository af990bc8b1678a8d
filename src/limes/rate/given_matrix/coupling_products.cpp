#include "limes/rate/given_matrix/coupling_products.hpp"

#include <algorithm>

namespace limes::rate::given_matrix {
namespace {

using Eigen::Index;

constexpr std::size_t kRowBlock = 32;  // rows of squares held at a time by each thread

}  // namespace

CouplingSquares::CouplingSquares(const coupling::Matrix& matrix, int threads)
    : matrix_(&matrix), threads_(static_cast<std::size_t>(std::max(1, threads))) {
  if (const auto* sparse = std::get_if<coupling::SparseMatrix>(&matrix)) {
    coupling::SparseMatrix squares = *sparse;
    for (auto& value : squares.coeffs()) value *= value;
    sparse_.emplace(squares);
  }
}

CouplingColumns::CouplingColumns(const coupling::Matrix& matrix)
    : operator_(std::visit(
          [](const auto& stored) -> decltype(operator_) {
            if constexpr (std::is_same_v<std::decay_t<decltype(stored)>, coupling::DenseMatrix>)
              return compute::DenseOperator<double>(stored);
            else
              return compute::SparseOperator<double>(stored);
          },
          matrix)) {}

RowMajorMatrix CouplingColumns::times(compute::Threads& threads, const RowMajorMatrix& x) const {
  RowMajorMatrix result(x.rows(), x.cols());
  std::visit(
      [&](const auto& stored) { stored.apply(threads, x.data(), result.data(), static_cast<std::size_t>(x.cols())); },
      operator_);
  return result;
}

RowMajorMatrix CouplingSquares::times(const RowMajorMatrix& x) const {
  RowMajorMatrix result(x.rows(), x.cols());
  if (sparse_) {
    sparse_->apply(threads_, x.data(), result.data(), static_cast<std::size_t>(x.cols()));
    return result;
  }
  const auto& dense = std::get<coupling::DenseMatrix>(*matrix_);
  compute::parallel_for(threads_, 0, static_cast<std::size_t>(dense.rows()), kRowBlock,
                        [&](std::size_t first, std::size_t last) {
                          const coupling::DenseMatrix squares =
                              dense.middleRows(static_cast<Index>(first), static_cast<Index>(last - first)).cwiseAbs2();
                          result.middleRows(static_cast<Index>(first), squares.rows()).noalias() = squares * x;
                        });
  return result;
}

}  // namespace limes::rate::given_matrix

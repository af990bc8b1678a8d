#pragma once

#include <cstddef>
#include <functional>

#include "limes/compute/threads.hpp"

namespace limes::compute {

/// A square matrix known by what it does to a vector: y = A x and, where needed, y = A^T x, vectors of length `size`.
struct LinearMap {
  std::size_t size = 0;
  std::function<void(const double* x, double* y)> apply;
  std::function<void(const double* x, double* y)> apply_transposed;
};

/// The map of a DenseOperator<double> or SparseOperator<double>; both arguments must outlive it.
template <typename Operator>
[[nodiscard]] LinearMap linear_map(const Operator& matrix, Threads& threads) {
  return {matrix.size(), [&](const double* x, double* y) { matrix.apply(threads, x, y, 1); },
          [&](const double* x, double* y) { matrix.apply_transposed(threads, x, y, 1); }};
}

}  // namespace limes::compute

#pragma once
// The inner loop of sparse_operator.cpp, for the widest instructions that the processor has (chosen at run time).

#include <cstddef>
#include <cstdint>

namespace limes::compute::kernels {

/// Rows first..last of Y = J X; entries of row i are offsets[i] .. offsets[i + 1]. X, Y: (i, b) at i * columns + b.
/// Order of an element's sum, entries counted from the start of its row: four or more columns, one chain of fused
/// multiply-adds; fewer, lane l of 4 sums entries l, l + 4, ... and the result is (s0 + s2) + (s1 + s3).
#define LIMES_SPARSE_KERNEL(Real, Index)                                                                        \
  void multiply_sparse(const std::size_t* offsets, const Index* indices, const Real* values, std::size_t first, \
                       std::size_t last, const Real* x, Real* y, std::size_t columns);
LIMES_SPARSE_KERNEL(double, std::uint32_t)
LIMES_SPARSE_KERNEL(double, std::uint64_t)
LIMES_SPARSE_KERNEL(float, std::uint32_t)
LIMES_SPARSE_KERNEL(float, std::uint64_t)
#undef LIMES_SPARSE_KERNEL

}  // namespace limes::compute::kernels

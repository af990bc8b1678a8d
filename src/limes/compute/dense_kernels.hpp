#pragma once
// The inner loops of dense_operator.cpp, for the widest instructions that the processor has (chosen at run time).
// Every output element is one chain of fused multiply-adds in an order that depends on the matrix size only, so its
// bits do not depend on the rows, columns or threads around it, nor on the instruction set if that has fused
// multiply-add. Layouts are those of DenseOperator.

#include <cstddef>

namespace limes::compute::kernels {

/// Columns per panel of a packed batch: one cache line.
template <typename Real>
inline constexpr std::size_t kPanel = 64 / sizeof(Real);

/// Rows first..last of Y = J X for up to three columns. `vectors`: the columns of X one after the other, each `stride`
/// long and zero beyond `size`. Y(i, b) stands at i * columns + b.
/// Order: lane l of kPanel lanes sums j = l, l + kPanel, ...; the lanes are then added pairwise (halving).
void multiply_few(const double* matrix, std::size_t stride, std::size_t first, std::size_t last, const double* vectors,
                  double* y, std::size_t columns);
void multiply_few(const float* matrix, std::size_t stride, std::size_t first, std::size_t last, const float* vectors,
                  float* y, std::size_t columns);

/// X (size x columns, column fastest) to panels: element (j, b) at (b / kPanel) * size * kPanel + j * kPanel + b %
/// kPanel, zero beyond the last column; rows first..last.
template <typename Real>
void pack_panels(const Real* x, std::size_t size, std::size_t columns, std::size_t first, std::size_t last,
                 Real* panels);

/// Rows first..last of Y = J X for any number of columns, X packed by `pack_panels`. Order: j = 0, 1, 2, ...
void multiply_panels(const double* matrix, std::size_t stride, std::size_t size, std::size_t first, std::size_t last,
                     const double* panels, double* y, std::size_t columns);
void multiply_panels(const float* matrix, std::size_t stride, std::size_t size, std::size_t first, std::size_t last,
                     const float* panels, float* y, std::size_t columns);

/// Adds to the sums of Y = J^T X, for output elements first..last (multiples of kPanel, last <= stride):
/// sums[b * (last - first) + (j - first)] += sum_i J(i, j) X(i, b). Order: i = 0, 1, 2, ...
void multiply_transposed(const double* matrix, std::size_t stride, std::size_t size, std::size_t first,
                         std::size_t last, const double* x, std::size_t columns, double* sums);
void multiply_transposed(const float* matrix, std::size_t stride, std::size_t size, std::size_t first, std::size_t last,
                         const float* x, std::size_t columns, float* sums);

}  // namespace limes::compute::kernels

#pragma once
// Orthonormal columns for the frames of Lyapunov spectra: F = Q R by Householder reflections, in blocks.

#include <cstddef>
#include <span>

#include "limes/compute/threads.hpp"

namespace limes::compute {

/// Replaces the columns of an N x k frame F (k <= N, element (i, j) at frame[i * stride + j]) by the orthonormal
/// columns of Q in F = Q R. `diagonal[j]` = |R_jj|, the length of what column j adds to the span of those before it;
/// `lengths[j]` = |column j| of F. R_jj is good to some 1e-15 lengths[j], whatever the condition of F: a smaller one is
/// rounding, and its column of Q an arbitrary orthonormal completion.
///
/// 4 N k^2 - (4/3) k^3 multiply-adds, on all threads of the team; the blocks depend on N and k only and each is worked
/// on by one thread of the BLAS, so that the bits do not depend on the number of threads. Memory: another frame.
/// The entries of F must be finite. Throws std::logic_error if k > N or a span has another length than k.
void orthonormalise(Threads& threads, double* frame, std::size_t rows, std::size_t columns, std::size_t stride,
                    std::span<double> diagonal, std::span<double> lengths);

}  // namespace limes::compute

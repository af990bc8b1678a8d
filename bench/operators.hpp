#pragma once

#include <cmath>
#include <cstdint>

#include "limes/compute/dense_operator.hpp"

namespace limes::bench {

/// An N x N matrix of numbers in [-1, 1)/sqrt(N), rows filled by all threads.
template <typename Real>
compute::DenseOperator<Real> random_operator(compute::Threads& threads, std::size_t size) {
  compute::DenseOperator<Real> matrix(size);
  const double scale = 1 / std::sqrt(static_cast<double>(size));
  compute::parallel_for(threads, 0, size, 16, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      std::uint64_t state = i + 1;
      for (Real& entry : matrix.row(i)) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        entry = static_cast<Real>((static_cast<double>(state >> 11) * 0x1p-52 - 1) * scale);
      }
    }
  });
  return matrix;
}

}  // namespace limes::bench

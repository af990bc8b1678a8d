#pragma once
// A linear filter over lags, applied to the covariances of many neurons.

#include "limes/compute/threads.hpp"
#include "limes/rate/given_matrix/lag_grid.hpp"

namespace limes::rate::given_matrix {

class LagFilter {
 public:
  /// `filter` is L x L, as LagGrid::filter gives it.
  explicit LagFilter(const RowMajorMatrix& filter);

  /// X F^T for N x L values: the filter at each row. No bit depends on the number of threads.
  [[nodiscard]] RowMajorMatrix times(compute::Threads& threads, const RowMajorMatrix& x) const;

 private:
  RowMajorMatrix transposed_;  // with columns of zeros up to a whole number of vectors
};

}  // namespace limes::rate::given_matrix

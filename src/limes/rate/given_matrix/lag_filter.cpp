#include "limes/rate/given_matrix/lag_filter.hpp"

#include "limes/compute/series_kernels.hpp"

namespace limes::rate::given_matrix {
namespace {

using Eigen::Index;

constexpr Index kVector = 8;
constexpr std::size_t kRows = 128;  // rows of a chunk

}  // namespace

LagFilter::LagFilter(const RowMajorMatrix& filter)
    : transposed_(RowMajorMatrix::Zero(filter.cols(), (filter.rows() + kVector - 1) / kVector * kVector)) {
  transposed_.leftCols(filter.rows()) = filter.transpose();
}

RowMajorMatrix LagFilter::times(compute::Threads& threads, const RowMajorMatrix& x) const {
  RowMajorMatrix result(x.rows(), x.cols());
  compute::parallel_for(threads, 0, static_cast<std::size_t>(x.rows()), kRows,
                        [&](std::size_t first, std::size_t last) {
                          RowMajorMatrix rows(static_cast<Index>(last - first), transposed_.cols());
                          compute::multiply_small(x.row(static_cast<Index>(first)).data(), last - first,
                                                  static_cast<std::size_t>(x.cols()), transposed_.data(),
                                                  static_cast<std::size_t>(transposed_.cols()), rows.data());
                          result.middleRows(static_cast<Index>(first), rows.rows()) = rows.leftCols(x.cols());
                        });
  return result;
}

}  // namespace limes::rate::given_matrix

#include "limes/compute/complex_inverse.hpp"

#include <lapacke.h>

#include <vector>

#include "limes/base/errors.hpp"
#include "limes/compute/blas_threads.hpp"

namespace limes::compute {

void invert(Eigen::MatrixXcd& matrix) {
  const SingleThreadedBlas single;
  const auto size = static_cast<lapack_int>(matrix.rows());
  auto* data = reinterpret_cast<lapack_complex_double*>(matrix.data());
  std::vector<lapack_int> pivots(static_cast<std::size_t>(size));
  lapack_int info = LAPACKE_zgetrf(LAPACK_COL_MAJOR, size, size, data, size, pivots.data());
  if (info == 0) info = LAPACKE_zgetri(LAPACK_COL_MAJOR, size, data, size, pivots.data());
  if (info != 0) throw ConvergenceError("a matrix is singular", 1.0);
}

}  // namespace limes::compute

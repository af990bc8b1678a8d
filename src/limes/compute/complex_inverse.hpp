#pragma once
#include <Eigen/Core>

namespace limes::compute {

/// Replaces a square complex matrix by its inverse (LAPACK zgetrf, zgetri; one thread of the BLAS). Throws
/// ConvergenceError where it is singular.
void invert(Eigen::MatrixXcd& matrix);

}  // namespace limes::compute

#include "limes/compute/spectrum.hpp"

#include <fmt/format.h>
#include <lapacke.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <tuple>
#include <utility>

#include "limes/base/errors.hpp"
#include "limes/compute/blas_threads.hpp"

namespace limes::compute {

namespace {

lapack_int checked_size(const Eigen::Ref<const RowMajorMatrix>& matrix) {
  if (matrix.rows() != matrix.cols())
    throw InputError(
        fmt::format("eigenvalues need a square matrix; it has {} rows and {} columns", matrix.rows(), matrix.cols()));
  if (matrix.rows() == 0) throw InputError("eigenvalues need at least one row; the matrix has 0");
  for (Eigen::Index i = 0; i < matrix.rows(); ++i)
    for (Eigen::Index j = 0; j < matrix.cols(); ++j)
      if (!std::isfinite(matrix(i, j)))
        throw InputError(fmt::format("eigenvalues need finite entries; entry ({}, {}) is {}", i, j, matrix(i, j)));
  return static_cast<lapack_int>(matrix.rows());
}

void expect_converged(lapack_int info, const char* routine) {
  if (info == LAPACK_WORK_MEMORY_ERROR || info == LAPACK_TRANSPOSE_MEMORY_ERROR) throw std::bad_alloc();
  if (info != 0)
    throw ConvergenceError(fmt::format("LAPACK {} did not converge (info = {})", routine, info),
                           std::numeric_limits<double>::quiet_NaN());
}

}  // namespace

std::vector<std::complex<double>> eigenvalues(const Eigen::Ref<const RowMajorMatrix>& matrix) {
  const lapack_int size = checked_size(matrix);
  // LAPACK reads columns: it is handed the transposed matrix, which has the same eigenvalues.
  Eigen::MatrixXd work = matrix.transpose();
  Eigen::VectorXd real(size), imaginary(size);
  {
    const SingleThreadedBlas single;
    expect_converged(LAPACKE_dgeev(LAPACK_COL_MAJOR, 'N', 'N', size, work.data(), size, real.data(), imaginary.data(),
                                   nullptr, 1, nullptr, 1),
                     "dgeev");
  }
  std::vector<std::complex<double>> result;
  result.reserve(static_cast<std::size_t>(size));
  for (Eigen::Index k = 0; k < size; ++k) result.emplace_back(real[k], imaginary[k]);
  // hypot of a conjugate pair is the same number twice, so that pairs stay together.
  std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) {
    return std::tuple(std::abs(a), a.real(), a.imag()) > std::tuple(std::abs(b), b.real(), b.imag());
  });
  return result;
}

SymmetricSpectrum symmetric_spectrum(const Eigen::Ref<const RowMajorMatrix>& matrix, bool with_vectors) {
  const lapack_int size = checked_size(matrix);
  SymmetricSpectrum result;
  result.values.resize(size);
  Eigen::MatrixXd work = matrix.triangularView<Eigen::Lower>();
  {
    const SingleThreadedBlas single;
    expect_converged(
        LAPACKE_dsyevd(LAPACK_COL_MAJOR, with_vectors ? 'V' : 'N', 'L', size, work.data(), size, result.values.data()),
        "dsyevd");
  }
  if (with_vectors) result.vectors = std::move(work);
  return result;
}

}  // namespace limes::compute

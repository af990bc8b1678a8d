#pragma once
// Eigenvalues and singular values of coupling matrices and Jacobians. LAPACK is called with one BLAS thread: the bits
// of a result never depend on the number of threads.

#include <Eigen/Core>
#include <complex>
#include <cstddef>
#include <vector>

#include "limes/compute/linear_map.hpp"

namespace limes::compute {

using RowMajorMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// All eigenvalues of a square matrix (LAPACK dgeev), by descending modulus; of a conjugate pair the one with positive
/// imaginary part comes first. Throws InputError if the matrix is not square, empty or has entries that are not finite,
/// ConvergenceError if the QR iteration fails.
[[nodiscard]] std::vector<std::complex<double>> eigenvalues(const Eigen::Ref<const RowMajorMatrix>& matrix);

struct SymmetricSpectrum {
  Eigen::VectorXd values;   ///< ascending
  Eigen::MatrixXd vectors;  ///< column k belongs to values[k]; empty if not asked for
};

/// Eigenvalues, and eigenvectors if asked for, of a symmetric matrix (LAPACK dsyevd; the lower triangle is read).
/// Errors as `eigenvalues`.
[[nodiscard]] SymmetricSpectrum symmetric_spectrum(const Eigen::Ref<const RowMajorMatrix>& matrix,
                                                   bool with_vectors = false);

struct SingularValue {
  double value = 0.0;
  double residual = 0.0;       ///< |A^T u - value v| of the unit vectors found: some singular value lies this near
  std::size_t iterations = 0;  ///< products with A and with A^T
  Eigen::VectorXd left;        ///< u
  Eigen::VectorXd right;       ///< v
};

struct LanczosOptions {
  double tolerance = 1e-8;  ///< on residual / value; the value itself is then good to about tolerance^2 / gap
  std::size_t max_iterations = 1000;
};

/// The largest singular value (the 2-norm) by Golub-Kahan-Lanczos bidiagonalisation with full reorthogonalisation
/// (Golub and Kahan 1965; Simon and Zha 2000) from a fixed start vector. It is the simulation's: the products may run
/// in many threads, and the vectors come with it, at the price of two columns per product that are kept. The theory has
/// its own, coupling::operator_norm: one thread, three vectors, a value that is good to 1e-10. Theory and simulation of
/// a matrix so find its norm by two methods. Throws ConvergenceError with the residual
/// reached.
[[nodiscard]] SingularValue leading_singular_value(const LinearMap& map, const LanczosOptions& options = {});

}  // namespace limes::compute

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
/// (Golub and Kahan 1965; Simon and Zha 2000) from a fixed start vector. Throws ConvergenceError with the residual
/// reached.
[[nodiscard]] SingularValue leading_singular_value(const LinearMap& map, const LanczosOptions& options = {});

enum class Leading { kLargestModulus, kLargestRealPart };

/// The `count` leading eigenvalues of a large matrix, known by its products only (implicitly restarted Arnoldi,
/// Spectra), in descending order of modulus or real part. Small matrices (N < 64 or
/// count > N / 4) are solved whole. `count` may split a conjugate pair. Throws ConvergenceError if the iteration does
/// not converge, InputError for count 0 or count > N.
[[nodiscard]] std::vector<std::complex<double>> leading_eigenvalues(const LinearMap& map, std::size_t count,
                                                                    Leading leading = Leading::kLargestModulus,
                                                                    double tolerance = 1e-10);

}  // namespace limes::compute

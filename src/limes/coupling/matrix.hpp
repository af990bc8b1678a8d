#pragma once
// A coupling matrix, dense or sparse. Row = target, column = source, always: J_ij is the weight from unit j onto unit
// i.

#include <Eigen/Dense>
#include <Eigen/SparseCore>
#include <type_traits>
#include <variant>

namespace limes::coupling {

using DenseMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
/// Compressed rows with 32-bit indices: at most 2^31 - 1 stored entries.
using SparseMatrix = Eigen::SparseMatrix<double, Eigen::RowMajor, int>;
using Matrix = std::variant<DenseMatrix, SparseMatrix>;

/// Number of units N of a square matrix.
[[nodiscard]] Eigen::Index size(const Matrix& matrix);

/// Number of entries that are not zero.
[[nodiscard]] Eigen::Index nonzeros(const Matrix& matrix);

[[nodiscard]] bool is_sparse(const Matrix& matrix);

/// Calls visit(row, column, value) for every entry that is not zero, row by row, columns ascending.
template <typename Visit>
void for_each_entry(const DenseMatrix& matrix, Visit&& visit) {
  for (Eigen::Index row = 0; row < matrix.rows(); ++row) {
    for (Eigen::Index column = 0; column < matrix.cols(); ++column) {
      if (const double value = matrix(row, column); value != 0.0) visit(row, column, value);
    }
  }
}
template <typename Visit>
void for_each_entry(const SparseMatrix& matrix, Visit&& visit) {
  for (Eigen::Index row = 0; row < matrix.rows(); ++row) {
    for (SparseMatrix::InnerIterator entry(matrix, row); entry; ++entry) {
      if (entry.value() != 0.0) visit(row, Eigen::Index{entry.col()}, entry.value());
    }
  }
}
template <typename Visit>
void for_each_entry(const Matrix& matrix, Visit&& visit) {
  std::visit([&](const auto& stored) { for_each_entry(stored, visit); }, matrix);
}

/// What an independent, identically distributed ensemble knows of a matrix (coupling.mean, coupling.deviation).
struct Statistics {
  Eigen::Index size = 0;
  Eigen::Index nonzeros = 0;
  double mean_coupling = 0.0;  ///< Jbar: the mean over all N^2 entries, zeros and diagonal included, is Jbar / N
  double deviation = 0.0;      ///< J: the variance over all N^2 entries is J^2 / N
};

/// Throws InputError for a matrix of no units.
[[nodiscard]] Statistics statistics(const Matrix& matrix);

[[nodiscard]] Matrix scaled(Matrix matrix, double factor);
[[nodiscard]] Matrix transposed(const Matrix& matrix);
[[nodiscard]] DenseMatrix to_dense(const Matrix& matrix);
/// Entries that are exactly zero are not stored. Throws InputError if more than 2^31 - 1 entries remain.
[[nodiscard]] SparseMatrix to_sparse(const Matrix& matrix);

/// matrix * vector, single-threaded; `vector` has N entries.
[[nodiscard]] Eigen::VectorXd product(const Matrix& matrix, const Eigen::VectorXd& vector);

/// Largest modulus of an eigenvalue. The matrix is first split into the strongly connected components of its graph (a
/// feed-forward, nilpotent matrix gives exactly 0); components of up to 600 units go through the dense QR algorithm,
/// good to some 1e-14 times the condition of the eigenvalue, larger ones through restarted Arnoldi to 1e-11 relative,
/// and through dense QR if that does not converge (up to 5000 units). Throws ConvergenceError if neither does, and
/// InputError, naming the entry, if one is not finite.
[[nodiscard]] double spectral_radius(const Matrix& matrix);

/// Largest singular value |J|_2 to 1e-10 relative, by Lanczos on J^T J. Throws ConvergenceError, and InputError, naming
/// the entry, if one is not finite.
[[nodiscard]] double operator_norm(const Matrix& matrix);

/// `coupling.scale`: what is brought to the target by one factor on the whole matrix.
enum class Scale {
  kNone,            ///< the matrix as it is
  kDeviation,       ///< the bulk: Var over all entries becomes target^2 / N, the mean is scaled along
  kSpectralRadius,  ///< the largest modulus of an eigenvalue becomes target
};

/// Multiplies the matrix as `scale` says and returns the factor. Throws InputError if the target is negative or not
/// finite, or if the matrix has nothing to scale: all entries equal (kDeviation), spectral radius 0 (kSpectralRadius).
double apply_scale(Matrix& matrix, Scale scale, double target);

}  // namespace limes::coupling

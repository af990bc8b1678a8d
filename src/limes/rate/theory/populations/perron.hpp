#pragma once
#include <Eigen/Core>

namespace limes::rate::theory {

/// The Perron root (largest eigenvalue, equal to the spectral radius) of a square matrix with non-negative entries.
[[nodiscard]] double perron_root(const Eigen::MatrixXd& matrix);

/// Is `matrix`, whose entries off the diagonal are <= 0, a nonsingular M-matrix (all eigenvalues with positive real
/// part)? Gaussian elimination without pivoting must meet positive pivots only (Berman & Plemmons 1994, theorem 6.2.3).
[[nodiscard]] bool is_m_matrix(Eigen::MatrixXd matrix);

}  // namespace limes::rate::theory

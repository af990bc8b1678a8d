#include "limes/rate/theory/populations/perron.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>

namespace limes::rate::theory {

double perron_root(const Eigen::MatrixXd& matrix) {
  if (matrix.rows() == 1) return matrix(0, 0);
  const Eigen::EigenSolver<Eigen::MatrixXd> solver(matrix, false);
  double largest = 0.0;
  for (const auto& eigenvalue : solver.eigenvalues()) largest = std::max(largest, eigenvalue.real());
  return largest;
}

bool is_m_matrix(Eigen::MatrixXd matrix) {
  const Eigen::Index n = matrix.rows();
  for (Eigen::Index k = 0; k < n; ++k) {
    if (!(matrix(k, k) > 0.0)) return false;
    for (Eigen::Index i = k + 1; i < n; ++i) {
      const double factor = matrix(i, k) / matrix(k, k);
      if (factor != 0.0) matrix.row(i).tail(n - k - 1) -= factor * matrix.row(k).tail(n - k - 1);
    }
  }
  return true;
}

}  // namespace limes::rate::theory

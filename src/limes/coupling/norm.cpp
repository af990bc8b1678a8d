#include <fmt/format.h>

#include <Spectra/SymEigsSolver.h>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>

#include "limes/base/errors.hpp"
#include "limes/coupling/matrix.hpp"
#include "limes/coupling/spectrum_limits.hpp"

namespace limes::coupling {

namespace {

/// y = J^T J x for Spectra.
class GramProduct {
 public:
  using Scalar = double;
  explicit GramProduct(const Matrix& matrix) : matrix_(matrix), image_(size(matrix)) {}
  [[nodiscard]] Eigen::Index rows() const { return size(matrix_); }
  [[nodiscard]] Eigen::Index cols() const { return size(matrix_); }
  void perform_op(const double* x, double* y) const {
    const Eigen::Map<const Eigen::VectorXd> vector(x, cols());
    Eigen::Map<Eigen::VectorXd> result(y, rows());
    std::visit(
        [&](const auto& stored) {
          image_.noalias() = stored * vector;
          result.noalias() = stored.transpose() * image_;
        },
        matrix_);
  }

 private:
  const Matrix& matrix_;
  mutable Eigen::VectorXd image_;
};

}  // namespace

double operator_norm(const Matrix& matrix) {
  const double largest = largest_entry(matrix);
  if (largest == 0.0) return 0.0;
  const Eigen::Index units = size(matrix);
  const Matrix unit_scale = scaled(matrix, 1.0 / largest);  // so that squares neither overflow nor vanish
  if (units > kDenseUnits) {
    GramProduct operation(unit_scale);
    Spectra::SymEigsSolver<GramProduct> solver(operation, 1, 60);
    solver.init();
    solver.compute(Spectra::SortRule::LargestAlge, kRestarts, kTolerance);
    if (solver.info() == Spectra::CompInfo::Successful) return largest * std::sqrt(solver.eigenvalues()[0]);
    if (units > kFallbackUnits) {
      throw ConvergenceError(
          fmt::format("the norm of a coupling matrix of {} units did not converge in {} restarts", units, kRestarts),
          std::numeric_limits<double>::quiet_NaN());
    }
  }
  const DenseMatrix dense = to_dense(unit_scale);
  const Eigen::MatrixXd gram = dense.transpose() * dense;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(gram, Eigen::EigenvaluesOnly);
  return largest * std::sqrt(std::max(0.0, solver.eigenvalues().maxCoeff()));
}

}  // namespace limes::coupling

// GCC 12 sees a use after free in the destructors of Eigen's vectors once Spectra is inlined; there is none (the
// address sanitizer agrees).
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12
#pragma GCC diagnostic ignored "-Wuse-after-free"
#endif

#include <fmt/format.h>

#include <Spectra/GenEigsSolver.h>
#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "limes/base/errors.hpp"
#include "limes/coupling/largest_entry.hpp"
#include "limes/coupling/matrix.hpp"
#include "limes/coupling/strong_components.hpp"

namespace limes::coupling {

namespace {

constexpr Eigen::Index kDenseUnits = 600;      // below, the dense QR algorithm takes less than a second
constexpr Eigen::Index kFallbackUnits = 5000;  // beyond, it would take more than an hour
constexpr Eigen::Index kRestarts = 100;
constexpr double kTolerance = 1e-11;

/// y = J x for Spectra.
class Product {
 public:
  using Scalar = double;
  explicit Product(const Matrix& matrix) : matrix_(matrix) {}
  [[nodiscard]] Eigen::Index rows() const { return size(matrix_); }
  [[nodiscard]] Eigen::Index cols() const { return size(matrix_); }
  void perform_op(const double* x, double* y) const {
    const Eigen::Map<const Eigen::VectorXd> vector(x, cols());
    Eigen::Map<Eigen::VectorXd> result(y, rows());
    std::visit([&](const auto& stored) { result.noalias() = stored * vector; }, matrix_);
  }

 private:
  const Matrix& matrix_;
};

double dense_radius(const Eigen::MatrixXd& matrix) {
  const Eigen::EigenSolver<Eigen::MatrixXd> solver(matrix, false);
  if (solver.info() != Eigen::Success) {
    throw ConvergenceError("the eigenvalues of the coupling matrix did not converge",
                           std::numeric_limits<double>::quiet_NaN());
  }
  return solver.eigenvalues().cwiseAbs().maxCoeff();
}

/// Spectral radius of a matrix whose graph is strongly connected.
double connected_radius(const Matrix& matrix) {
  const Eigen::Index units = size(matrix);
  if (units > kDenseUnits) {
    // Several eigenvalues are asked for, because the outermost ones of a random matrix lie close to each other and the
    // first that converges need not be the largest.
    constexpr Eigen::Index kEigenvalues = 6;
    constexpr Eigen::Index kSubspace = 120;
    Product operation(matrix);
    Spectra::GenEigsSolver<Product> solver(operation, kEigenvalues, kSubspace);
    solver.init();
    const Eigen::Index converged = solver.compute(Spectra::SortRule::LargestMagn, kRestarts, kTolerance);
    if (solver.info() == Spectra::CompInfo::Successful && converged >= kEigenvalues) {
      return solver.eigenvalues().cwiseAbs().maxCoeff();
    }
    if (units > kFallbackUnits) {
      throw ConvergenceError(
          fmt::format("the spectral radius of a coupling matrix of {} units did not converge: {} of {} "
                      "outermost eigenvalues after {} restarts",
                      units, converged, kEigenvalues, kRestarts),
          std::numeric_limits<double>::quiet_NaN());
    }
  }
  return dense_radius(to_dense(matrix));
}

Matrix block(const DenseMatrix& matrix, const std::vector<int>& members, std::vector<int>&) {
  return DenseMatrix(matrix(members, members));
}

/// `place` maps a unit to its position among the members; all entries are -1 before and after.
Matrix block(const SparseMatrix& matrix, const std::vector<int>& members, std::vector<int>& place) {
  const auto at = [](int unit) { return static_cast<std::size_t>(unit); };
  for (std::size_t k = 0; k < members.size(); ++k) place[at(members[k])] = static_cast<int>(k);
  const auto units = static_cast<Eigen::Index>(members.size());
  SparseMatrix result(units, units);
  for (Eigen::Index row = 0; row < units; ++row) {
    result.startVec(row);
    for (SparseMatrix::InnerIterator entry(matrix, members[static_cast<std::size_t>(row)]); entry; ++entry) {
      const int column = place[at(static_cast<int>(entry.col()))];
      if (column >= 0) result.insertBack(row, column) = entry.value();
    }
  }
  result.finalize();
  for (const int member : members) place[at(member)] = -1;
  return result;
}

double entry_at(const Matrix& matrix, int row, int column) {
  return std::visit([&](const auto& stored) { return stored.coeff(row, column); }, matrix);
}

}  // namespace

double spectral_radius(const Matrix& matrix) {
  if (largest_entry(matrix) == 0.0) return 0.0;
  const std::vector<std::vector<int>> components = strong_components(matrix);
  if (components.size() == 1 && size(matrix) > 1) return connected_radius(matrix);
  std::vector<int> place(static_cast<std::size_t>(size(matrix)), -1);
  double radius = 0.0;
  for (const std::vector<int>& members : components) {
    if (members.size() == 1) {
      radius = std::max(radius, std::abs(entry_at(matrix, members[0], members[0])));
    } else {
      const Matrix connected = std::visit([&](const auto& stored) { return block(stored, members, place); }, matrix);
      radius = std::max(radius, connected_radius(connected));
    }
  }
  return radius;
}

}  // namespace limes::coupling

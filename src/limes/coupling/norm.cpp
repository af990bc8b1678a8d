// The largest singular value, by Lanczos on J^T J: the largest eigenvalue of the tridiagonal matrix of the first steps
// approaches it from below. Extreme eigenvalues need no reorthogonalisation (C. C. Paige, Linear Algebra Appl. 34
// (1980) 235), so that three vectors are all that is kept. The simulation measures the norm by another method, with
// products in many threads (compute/singular_value.cpp).

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "limes/base/errors.hpp"
#include "limes/coupling/largest_entry.hpp"
#include "limes/coupling/matrix.hpp"
#include "limes/math/random.hpp"
#include "limes/math/tridiagonal.hpp"

namespace limes::coupling {

namespace {

constexpr int kLanczosSteps = 5000;
constexpr int kStepsBetweenTests = 10;
// |J^T J y - theta y| <= kResidual theta: some eigenvalue lies within kResidual theta of theta, and the singular value
// within half of that of its square root; the true error is smaller still, quadratic in the residual.
constexpr double kResidual = 1e-10;

/// A direction without structure that a matrix could be blind to, always the same for one size.
Eigen::VectorXd start_vector(Eigen::Index units) {
  Eigen::VectorXd vector(units);
  math::RandomStream stream(0, 0, math::Purpose::kTheory, static_cast<std::uint64_t>(units));
  stream.fill_normal(std::span(vector.data(), static_cast<std::size_t>(units)));
  return vector.normalized();
}

template <typename Stored>
double largest_gram_eigenvalue(const Stored& matrix) {
  Eigen::VectorXd current = start_vector(matrix.rows());
  Eigen::VectorXd previous = Eigen::VectorXd::Zero(matrix.rows());
  Eigen::VectorXd image(matrix.rows());
  Eigen::VectorXd next(matrix.rows());
  std::vector<double> diagonal;
  std::vector<double> off_diagonal;
  double residual = std::numeric_limits<double>::infinity();
  for (int step = 1; step <= kLanczosSteps; ++step) {
    image.noalias() = matrix * current;
    next.noalias() = matrix.transpose() * image;
    diagonal.push_back(next.dot(current));
    next -= diagonal.back() * current;
    if (!off_diagonal.empty()) next -= off_diagonal.back() * previous;
    const double beta = next.norm();
    const bool exhausted = beta <= 1e-14 * diagonal.front();  // the steps span an invariant space
    if (exhausted || step % kStepsBetweenTests == 0) {
      const double theta = math::tridiagonal_eigenvalue(diagonal, off_diagonal, diagonal.size() - 1);
      const std::vector<double> weights = math::tridiagonal_eigenvector(diagonal, off_diagonal, theta);
      residual = beta * std::abs(weights.back()) / theta;
      if (exhausted || residual <= kResidual) return theta;
    }
    off_diagonal.push_back(beta);
    previous.swap(current);
    current = next / beta;
  }
  throw ConvergenceError(
      fmt::format("the norm of a coupling matrix of {} units did not converge in {} steps: relative residual {:.1e}",
                  matrix.rows(), kLanczosSteps, residual),
      residual);
}

}  // namespace

double operator_norm(const Matrix& matrix) {
  const double largest = largest_entry(matrix);
  if (largest == 0.0) return 0.0;
  const Matrix unit_scale = scaled(matrix, 1.0 / largest);  // so that squares neither overflow nor vanish
  return largest *
         std::sqrt(std::visit([](const auto& stored) { return largest_gram_eigenvalue(stored); }, unit_scale));
}

}  // namespace limes::coupling

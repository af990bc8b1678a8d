// The leading singular value by Golub-Kahan-Lanczos bidiagonalisation: A V = U B, A^T U = V B^T + beta v e_k^T with B
// upper bidiagonal (alpha on the diagonal, beta above it), whose singular values approach those of A from the top. G.
// Golub and W. Kahan, SIAM J. Numer. Anal. 2 (1965) 205; H. Simon and H. Zha, SIAM J. Sci. Comput. 21 (2000) 2257.

#include <fmt/format.h>

#include <Eigen/SVD>
#include <cmath>
#include <cstdint>
#include <limits>

#include "limes/base/errors.hpp"
#include "limes/compute/spectrum.hpp"

namespace limes::compute {

namespace {

using Vector = Eigen::VectorXd;

// A vector without structure that a matrix could be blind to, always the same: a multiplicative sequence, centred.
Vector start_vector(Eigen::Index size) {
  Vector start(size);
  std::uint64_t state = 0x853C49E6748FEA9BULL;
  for (Eigen::Index i = 0; i < size; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    start[i] = static_cast<double>(state >> 11) * 0x1p-53 - 0.5;
  }
  return start.normalized();
}

// Takes the part along the first `count` columns of `basis` out of `vector`, twice ("twice is enough": Kahan, Parlett),
// and returns the length that is left.
double orthogonalise(Vector& vector, const Eigen::MatrixXd& basis, Eigen::Index count) {
  for (int pass = 0; pass < 2; ++pass) {
    const Vector along = basis.leftCols(count).transpose() * vector;
    vector.noalias() -= basis.leftCols(count) * along;
  }
  return vector.norm();
}

void append(Eigen::MatrixXd& basis, Eigen::Index count, const Vector& column) {
  if (count == basis.cols()) basis.conservativeResize(Eigen::NoChange, std::max<Eigen::Index>(32, 2 * count));
  basis.col(count) = column;
}

}  // namespace

SingularValue leading_singular_value(const LinearMap& map, const LanczosOptions& options) {
  if (map.size == 0) throw InputError("a singular value needs a matrix with at least one row");
  const auto size = static_cast<Eigen::Index>(map.size);
  const auto steps =
      std::min<Eigen::Index>(size, static_cast<Eigen::Index>(std::max<std::size_t>(1, options.max_iterations)));
  Eigen::MatrixXd left(size, 0), right(size, 0);
  std::vector<double> diagonal, above;  // alpha_1.., beta_1..
  Vector v = start_vector(size), u(size), product(size);
  SingularValue result;
  for (Eigen::Index k = 0; k < steps; ++k) {
    append(right, k, v);
    map.apply(v.data(), product.data());
    u = product;
    const double alpha = orthogonalise(u, left, k);
    if (!std::isfinite(alpha)) throw InputError("a singular value needs a matrix with finite entries");
    // A direction that vanishes ends the sequence: what is left of the matrix is orthogonal to all that was reached.
    u = alpha > 0 ? Vector(u / alpha) : Vector(Vector::Zero(size));
    append(left, k, u);
    diagonal.push_back(alpha);
    map.apply_transposed(u.data(), product.data());
    v = product;
    const double beta = orthogonalise(v, right, k + 1);

    const Eigen::Index reached = k + 1;
    Eigen::MatrixXd small = Eigen::MatrixXd::Zero(reached, reached);
    for (Eigen::Index i = 0; i < reached; ++i) {
      small(i, i) = diagonal[static_cast<std::size_t>(i)];
      if (i + 1 < reached) small(i, i + 1) = above[static_cast<std::size_t>(i)];
    }
    const bool last = reached == steps || beta == 0;
    // The small problem is solved at every step at first, then every eighth: it grows as the cube of the steps.
    if (last || reached <= 16 || reached % 8 == 0) {
      const Eigen::BDCSVD<Eigen::MatrixXd> svd(small, Eigen::ComputeFullU | Eigen::ComputeFullV);
      result.value = svd.singularValues()[0];
      result.residual = beta * std::abs(svd.matrixU()(k, 0));
      result.iterations = static_cast<std::size_t>(reached);
      if (result.residual <= options.tolerance * result.value || beta == 0 || reached == size) {
        result.left = left.leftCols(reached) * svd.matrixU().col(0);
        result.right = right.leftCols(reached) * svd.matrixV().col(0);
        return result;
      }
    }
    above.push_back(beta);
    v /= beta;
  }
  throw ConvergenceError(
      fmt::format("the leading singular value did not converge in {} steps of Lanczos: {} with residual {}",
                  result.iterations, result.value, result.residual),
      result.residual);
}

}  // namespace limes::compute

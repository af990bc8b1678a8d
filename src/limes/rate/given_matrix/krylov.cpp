#include "limes/rate/given_matrix/krylov.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace limes::rate::given_matrix {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// A fixed start vector without symmetry: fractional parts of multiples of the golden ratio.
VectorXd start_vector(Index size) {
  VectorXd vector(size);
  for (Index i = 0; i < size; ++i) {
    const double x = static_cast<double>(i + 1) * 0.6180339887498949;
    vector[i] = 0.25 + x - std::floor(x);
  }
  return vector.normalized();
}

/// Takes the components along the first `count` columns out of `vector`, twice (full reorthogonalisation), and returns
/// them.
VectorXd orthogonalise(const MatrixXd& basis, Index count, VectorXd& vector) {
  VectorXd components = basis.leftCols(count).transpose() * vector;
  vector.noalias() -= basis.leftCols(count) * components;
  const VectorXd again = basis.leftCols(count).transpose() * vector;
  vector.noalias() -= basis.leftCols(count) * again;
  return components + again;
}

bool before(std::complex<double> a, std::complex<double> b, Which which) {
  const double key_a = which == Which::kLargestModulus ? std::abs(a) : a.real();
  const double key_b = which == Which::kLargestModulus ? std::abs(b) : b.real();
  if (key_a != key_b) return key_a > key_b;
  return a.imag() > b.imag();
}

struct RitzPairs {
  Eigen::VectorXcd values;
  Eigen::MatrixXcd vectors;
  std::vector<Index> order;  ///< wanted first
};

RitzPairs ritz_pairs(const MatrixXd& projection, Which which) {
  const Eigen::EigenSolver<MatrixXd> solver(projection);
  RitzPairs pairs{solver.eigenvalues(), solver.eigenvectors(), {}};
  pairs.order.resize(static_cast<std::size_t>(projection.rows()));
  std::iota(pairs.order.begin(), pairs.order.end(), Index{0});
  std::stable_sort(pairs.order.begin(), pairs.order.end(),
                   [&](Index a, Index b) { return before(pairs.values[a], pairs.values[b], which); });
  return pairs;
}

/// An orthonormal basis of the real span of the `wanted` leading Ritz vectors; never splits a conjugate pair.
MatrixXd wanted_subspace(const RitzPairs& pairs, Index wanted) {
  std::vector<VectorXd> columns;
  for (const Index k : pairs.order) {
    if (static_cast<Index>(columns.size()) >= wanted) break;
    if (pairs.values[k].imag() < 0.0) continue;
    columns.emplace_back(pairs.vectors.col(k).real());
    if (pairs.values[k].imag() > 0.0) columns.emplace_back(pairs.vectors.col(k).imag());
  }
  MatrixXd span(pairs.vectors.rows(), static_cast<Index>(columns.size()));
  for (Index c = 0; c < span.cols(); ++c) span.col(c) = columns[static_cast<std::size_t>(c)];
  const Eigen::HouseholderQR<MatrixXd> factors(span);
  return factors.householderQ() * MatrixXd::Identity(span.rows(), span.cols());
}

}  // namespace

KrylovEffort affordable(KrylovEffort wanted, Index size, Index work, double budget) {
  const auto restarts_of = [&](Index dimension) {
    // A product, and its orthogonalisation (twice) against half of the basis on average; two thirds of the basis are
    // new after a restart.
    const double step = static_cast<double>(work) + 2.0 * static_cast<double>(dimension) * static_cast<double>(size);
    return static_cast<int>((budget / step - static_cast<double>(dimension)) /
                            (2.0 / 3.0 * static_cast<double>(dimension)));
  };
  const Index large = std::min<Index>(wanted.dimension, 120);
  const Index small = std::min<Index>(wanted.dimension, 60);
  wanted.dimension = restarts_of(large) >= 4 ? large : small;
  wanted.restarts = std::clamp(restarts_of(wanted.dimension), 1, std::max(1, wanted.restarts));
  return wanted;
}

LeadingEigenvalue leading_eigenvalue(const Product& product, Index size, Which which, const KrylovEffort& effort) {
  const auto [tolerance, dimension, restarts] = effort;
  const Index columns = std::min(size, std::max<Index>(dimension, 8));
  MatrixXd basis(size, columns + 1);
  MatrixXd projection = MatrixXd::Zero(columns + 1, columns);
  basis.col(0) = start_vector(size);
  Index kept = 0;
  LeadingEigenvalue result;
  for (int restart = 0;; ++restart) {
    for (Index j = kept; j < columns; ++j) {
      VectorXd next = product(basis.col(j));
      const double length = next.norm();
      projection.col(j).head(j + 1) = orthogonalise(basis, j + 1, next);
      double rest = next.norm();
      if (rest <= 1e-14 * length || length == 0.0) {
        // The space is invariant: go on with a fresh direction, uncoupled from it, so that nothing is missed.
        rest = 0.0;
        next = start_vector(size);
        for (Index i = 0; i < size; ++i) next[i] *= std::cos(1.0 + static_cast<double>(i * (j + 2)));
        orthogonalise(basis, j + 1, next);
        if (next.norm() > 0.0) next.normalize();
      } else {
        next /= rest;
      }
      projection(j + 1, j) = rest;
      basis.col(j + 1) = next;
    }
    const RitzPairs pairs = ritz_pairs(projection.topRows(columns), which);
    const Index first = pairs.order.front();
    result.value = pairs.values[first];
    const Eigen::VectorXcd small = pairs.vectors.col(first).normalized();
    result.vector = basis.leftCols(columns) * small;
    result.residual = std::abs((projection.row(columns).cast<std::complex<double>>() * small)(0));
    result.converged = result.residual <= tolerance * std::max(std::abs(result.value), 1e-300) || columns == size;
    if (result.converged || restart >= restarts) return result;

    const MatrixXd span = wanted_subspace(pairs, columns / 3);
    kept = span.cols();
    const MatrixXd inner = span.transpose() * projection.topRows(columns) * span;
    const Eigen::RowVectorXd coupling = projection.row(columns) * span;
    const MatrixXd rotated = basis.leftCols(columns) * span;
    const VectorXd last = basis.col(columns);
    basis.leftCols(kept) = rotated;
    basis.col(kept) = last;
    projection.setZero();
    projection.topLeftCorner(kept, kept) = inner;
    projection.row(kept).head(kept) = coupling;
  }
}

double perron_root(const Product& product, VectorXd& vector, double tolerance, int max_iterations) {
  double root = 0.0;
  vector /= vector.sum();
  int steady = 0;
  for (int iteration = 0; iteration < max_iterations; ++iteration) {
    VectorXd next = product(vector);
    const double growth = next.sum();
    if (!(growth > 0.0) || !std::isfinite(growth)) return growth > 0.0 ? growth : 0.0;
    next /= growth;
    // A quarter of the old vector is kept: a cyclic map (period two, say) does not alternate then.
    vector = 0.25 * vector + 0.75 * next;
    steady = std::abs(growth - root) <= tolerance * growth ? steady + 1 : 0;
    root = growth;
    if (steady >= 4) break;
  }
  return root;
}

VectorXd gmres(const Product& product, const VectorXd& right, double tolerance, Index dimension, int restarts) {
  const double target = tolerance * right.norm();
  VectorXd x = VectorXd::Zero(right.size());
  const Index columns = std::min(dimension, right.size());
  for (int restart = 0; restart <= restarts; ++restart) {
    VectorXd residual = restart == 0 ? right : VectorXd(right - product(x));
    const double norm = residual.norm();
    if (norm <= target || norm == 0.0) break;
    MatrixXd basis(right.size(), columns + 1);
    MatrixXd projection = MatrixXd::Zero(columns + 1, columns);
    basis.col(0) = residual / norm;
    Index used = 0;
    VectorXd best;
    while (used < columns) {
      VectorXd next = product(basis.col(used));
      projection.col(used).head(used + 1) = orthogonalise(basis, used + 1, next);
      const double rest = next.norm();
      projection(used + 1, used) = rest;
      ++used;
      VectorXd first = VectorXd::Zero(used + 1);
      first[0] = norm;
      const auto system = projection.topLeftCorner(used + 1, used);
      best = system.colPivHouseholderQr().solve(first);
      if (rest <= 1e-15 * norm || (first - system * best).norm() <= target) break;
      basis.col(used) = next / rest;
    }
    x.noalias() += basis.leftCols(used) * best;
  }
  return x;
}

}  // namespace limes::rate::given_matrix

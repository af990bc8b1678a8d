#include "limes/math/anderson.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <stdexcept>

namespace limes::math {
namespace {

using Vector = Eigen::VectorXd;

Eigen::Map<const Vector> as_vector(const std::vector<double>& x) {
  return {x.data(), static_cast<Eigen::Index>(x.size())};
}

// Unknowns beyond which the normal equations replace the decomposition of all differences, which would cost more than
// most maps do. They lose half the digits of gamma, which only slows the last steps down a little.
constexpr Eigen::Index kManyUnknowns = 20000;

Vector mixing_of_many(const std::deque<Vector>& residual_differences, const Vector& residual) {
  const auto count = static_cast<Eigen::Index>(residual_differences.size());
  Eigen::MatrixXd products(count, count);
  Vector right(count);
  for (Eigen::Index i = 0; i < count; ++i) {
    const Vector& difference = residual_differences[static_cast<std::size_t>(i)];
    right[i] = difference.dot(residual);
    for (Eigen::Index j = 0; j <= i; ++j) {
      products(i, j) = products(j, i) = difference.dot(residual_differences[static_cast<std::size_t>(j)]);
    }
  }
  const Vector scale = products.diagonal().cwiseSqrt().cwiseMax(std::numeric_limits<double>::min());
  products = scale.cwiseInverse().asDiagonal() * products * scale.cwiseInverse().asDiagonal();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(products);
  // Squares of singular values below 1e-12 of the largest are rounding.
  const Vector inverse = (eigen.eigenvalues().array() > 1e-12 * eigen.eigenvalues().maxCoeff())
                             .select(eigen.eigenvalues().cwiseInverse(), 0.0);
  const Vector projected = inverse.cwiseProduct(eigen.eigenvectors().transpose() * right.cwiseQuotient(scale));
  return (eigen.eigenvectors() * projected).cwiseQuotient(scale);
}

// gamma minimising |r - dR gamma|; a rank-revealing decomposition keeps it bounded when the differences become
// parallel near convergence.
Vector mixing(const std::deque<Vector>& residual_differences, const Vector& residual) {
  if (residual.size() > kManyUnknowns) return mixing_of_many(residual_differences, residual);
  Eigen::MatrixXd differences(residual.size(), static_cast<Eigen::Index>(residual_differences.size()));
  for (std::size_t j = 0; j < residual_differences.size(); ++j) {
    differences.col(static_cast<Eigen::Index>(j)) = residual_differences[j];
  }
  const Vector scale = differences.colwise().norm().cwiseMax(std::numeric_limits<double>::min());
  for (Eigen::Index j = 0; j < differences.cols(); ++j) differences.col(j) /= scale[j];
  Eigen::ColPivHouseholderQR<Eigen::MatrixXd> decomposition;
  decomposition.setThreshold(1e-10);
  decomposition.compute(differences);
  return decomposition.solve(residual).cwiseQuotient(scale);
}

}  // namespace

AndersonResult anderson(const std::function<std::vector<double>(const std::vector<double>&)>& map,
                        std::vector<double> start, const AndersonOptions& options) {
  if (options.depth < 0 || !(options.damping > 0.0 && options.damping <= 1.0) || options.max_iterations < 1) {
    throw std::invalid_argument("anderson: depth >= 0, 0 < damping <= 1 and max_iterations >= 1 are required");
  }
  AndersonResult result;
  result.x = start;
  result.residual = std::numeric_limits<double>::infinity();
  std::vector<double> x = std::move(start);
  std::deque<Vector> state_differences;
  std::deque<Vector> residual_differences;
  Vector last_state;
  Vector last_residual;
  Vector best_residual;
  double damping = options.damping;
  for (int iteration = 0; iteration < options.max_iterations; ++iteration) {
    const std::vector<double> image = map(x);
    if (image.size() != x.size()) throw std::invalid_argument("anderson: the map changes the dimension");
    const Vector residual = as_vector(image) - as_vector(x);
    const double size = x.empty() ? 0.0 : residual.cwiseAbs().maxCoeff();
    const bool finite = residual.allFinite();
    result.residual_history.push_back(finite ? size : std::numeric_limits<double>::infinity());
    if (options.proceed && !options.proceed(iteration, result.residual_history.back(), x)) break;
    if (!finite) {
      if (!std::isfinite(result.residual)) break;  // not even the start is in the domain
      damping *= 0.5;
      const Vector retreat = as_vector(result.x) + damping * best_residual;
      x.assign(retreat.data(), retreat.data() + retreat.size());
      state_differences.clear();
      residual_differences.clear();
      last_state.resize(0);
      continue;
    }
    const bool grown = size > options.restart_growth * result.residual;
    if (size < result.residual) {
      if (std::isfinite(result.residual)) damping = std::min(options.damping, 1.5 * damping);
      result.residual = size;
      result.x = x;
      best_residual = residual;
    }
    if (size <= options.tolerance) {
      result.converged = true;
      break;
    }
    const Vector state = as_vector(x);
    if (grown) {
      state_differences.clear();
      residual_differences.clear();
    } else if (last_state.size() == state.size() && options.depth > 0) {
      state_differences.emplace_back(state - last_state);
      residual_differences.emplace_back(residual - last_residual);
      if (static_cast<int>(state_differences.size()) > options.depth) {
        state_differences.pop_front();
        residual_differences.pop_front();
      }
    }
    last_state = state;
    last_residual = residual;
    Vector next = state + damping * residual;
    if (!residual_differences.empty()) {
      const Vector gamma = mixing(residual_differences, residual);
      for (std::size_t j = 0; j < residual_differences.size(); ++j) {
        next -= gamma[static_cast<Eigen::Index>(j)] * (state_differences[j] + damping * residual_differences[j]);
      }
    }
    x.assign(next.data(), next.data() + next.size());
  }
  return result;
}

}  // namespace limes::math

#include "limes/rate/given_matrix/exact.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "limes/compute/spectrum.hpp"
#include "limes/rate/given_matrix/quenched_equations.hpp"

namespace limes::rate::given_matrix {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr Index kDenseUpTo = 3000;
constexpr std::size_t kLeading = 20;

/// Products in one thread; both arguments of the result must outlive it.
compute::LinearMap linear_map(const coupling::Matrix& matrix, const coupling::Matrix& transposed) {
  const Index size = coupling::size(matrix);
  const auto product = [size](const coupling::Matrix& factor, const double* x, double* y) {
    Eigen::Map<VectorXd>(y, size) = coupled(factor, Eigen::Map<const VectorXd>(x, size));
  };
  return {static_cast<std::size_t>(size), [&matrix, product](const double* x, double* y) { product(matrix, x, y); },
          [&transposed, product](const double* x, double* y) { product(transposed, x, y); }};
}

/// The x > 0 with |gamma + x lambda| = 1, or x Re lambda = 1; infinity if there is none.
double crossing(std::complex<double> lambda, double leak, bool continuous) {
  if (continuous) return lambda.real() > 0.0 ? 1.0 / lambda.real() : std::numeric_limits<double>::infinity();
  const double square = std::norm(lambda);
  if (square == 0.0) return std::numeric_limits<double>::infinity();
  const double along = leak * lambda.real();
  return (std::sqrt(along * along + (1.0 - leak * leak) * square) - along) / square;
}

std::vector<std::complex<double>> candidates(const QuenchedProblem& problem) {
  const coupling::Matrix& matrix = *problem.coupling;
  if (coupling::size(matrix) <= kDenseUpTo) return eigenvalues(matrix);
  const coupling::Matrix transposed = coupling::transposed(matrix);
  const compute::LinearMap map = linear_map(matrix, transposed);
  std::vector<std::complex<double>> result;
  const auto append = [&](compute::Leading leading, std::size_t count) {
    const auto more = compute::leading_eigenvalues(map, count, leading);
    result.insert(result.end(), more.begin(), more.end());
  };
  if (problem.continuous || problem.leak > 0.0) {
    append(compute::Leading::kLargestRealPart, problem.continuous ? 2 : kLeading);
  }
  if (!problem.continuous) append(compute::Leading::kLargestModulus, problem.leak > 0.0 ? kLeading : 2);
  return result;
}

}  // namespace

Bound coupling_norm(const coupling::Matrix& matrix) {
  const coupling::Matrix transposed = coupling::transposed(matrix);
  const compute::SingularValue norm = compute::leading_singular_value(linear_map(matrix, transposed));
  return {norm.value, norm.residual};
}

std::optional<Bound> contraction_gain(const QuenchedProblem& problem, const Bound& norm) {
  if (!(norm.value > 0.0)) return std::nullopt;
  // The largest slope at gain 1 is c.
  const double c = transfer::largest_slope({problem.transfer.kind, 1.0});
  const double gain = (1.0 - (problem.continuous ? 0.0 : problem.leak)) / (c * norm.value);
  return Bound{gain, gain * norm.error / norm.value};
}

CriticalGain critical_gain(const QuenchedProblem& problem) {
  if (std::any_of(problem.threshold.begin(), problem.threshold.end(), [](double x) { return x != 0.0; })) {
    return {std::nullopt, "with thresholds u = 0 is no fixed point"};
  }
  const transfer::Transfer unit{problem.transfer.kind, 1.0};
  if (transfer::value(unit, 0.0) != 0.0) return {std::nullopt, "f(0) is not 0: u = 0 is no fixed point"};
  if (problem.transfer.kind == transfer::Kind::kRelu) return {std::nullopt, "f has a kink at u = 0"};
  const double slope = transfer::derivative(unit, 0.0);
  double smallest = std::numeric_limits<double>::infinity();
  for (const std::complex<double> lambda : candidates(problem)) {
    smallest = std::min(smallest, crossing(slope * lambda, problem.leak, problem.continuous));
  }
  if (!std::isfinite(smallest)) return {std::nullopt, "no eigenvalue of the matrix crosses at any gain"};
  return {smallest, ""};
}

std::vector<std::complex<double>> eigenvalues(const coupling::Matrix& matrix) {
  return compute::eigenvalues(coupling::to_dense(matrix));
}

}  // namespace limes::rate::given_matrix

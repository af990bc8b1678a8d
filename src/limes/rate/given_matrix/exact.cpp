#include "limes/rate/given_matrix/exact.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "limes/compute/spectrum.hpp"
#include "limes/rate/given_matrix/krylov.hpp"
#include "limes/rate/given_matrix/quenched_equations.hpp"

namespace limes::rate::given_matrix {
namespace {

using Eigen::Index;
using Eigen::VectorXd;
using Complex = std::complex<double>;

constexpr Index kDenseUpTo = 3000;
/// The x > 0 with |gamma + x lambda| = 1, or x Re lambda = 1; infinity if there is none.
double crossing(Complex lambda, double leak, bool continuous) {
  if (continuous) return lambda.real() > 0.0 ? 1.0 / lambda.real() : std::numeric_limits<double>::infinity();
  const double square = std::norm(lambda);
  if (square == 0.0) return std::numeric_limits<double>::infinity();
  const double along = leak * lambda.real();
  return (std::sqrt(along * along + (1.0 - leak * leak) * square) - along) / square;
}

/// The smallest crossing of the eigenvalues of slope J: all of them for few neurons.
///
/// For many, gamma = 0 and continuous time need the leading eigenvalue only. With a leak the one that crosses first
/// leads gamma + x slope J where it crosses: starting from any crossing x, the leading eigenvalue there crosses at the
/// same x or at a smaller one, so that x falls until it is the smallest.
Bound smallest_crossing(const QuenchedProblem& problem, double slope) {
  const coupling::Matrix& matrix = *problem.coupling;
  const double infinity = std::numeric_limits<double>::infinity();
  const Index size = coupling::size(matrix);
  if (size <= kDenseUpTo) {
    double smallest = infinity;
    for (const Complex lambda : eigenvalues(matrix)) {
      smallest = std::min(smallest, crossing(slope * lambda, problem.leak, problem.continuous));
    }
    // Eigenvalues of a matrix far from normal lose digits: 1e-9 covers condition numbers of 1e6.
    return {smallest, 1e-9 * smallest};
  }
  const KrylovEffort effort = affordable({1e-10, 120, 60}, size, coupling::nonzeros(matrix));
  const Which which = problem.continuous ? Which::kLargestRealPart : Which::kLargestModulus;
  LeadingEigenvalue leading =
      leading_eigenvalue([&](const VectorXd& x) { return coupled(matrix, x); }, size, which, effort);
  double smallest = crossing(slope * leading.value, problem.leak, problem.continuous);
  double relative = leading.residual / std::abs(leading.value);
  for (int step = 0; step < 8 && problem.leak > 0.0 && std::isfinite(smallest); ++step) {
    const double x = smallest * slope;
    const Product shifted = [&](const VectorXd& y) { return VectorXd(problem.leak * y + x * coupled(matrix, y)); };
    leading = leading_eigenvalue(shifted, size, Which::kLargestModulus, effort);
    const Complex lambda = (leading.value - problem.leak) / x;
    relative = leading.residual / std::abs(leading.value - problem.leak);
    const double next = crossing(slope * lambda, problem.leak, false);
    if (next >= smallest * (1.0 - 1e-9)) break;
    smallest = next;
  }
  return {smallest, (1e-9 + relative) * smallest};
}

}  // namespace

Bound coupling_norm(const coupling::Matrix& matrix) {
  const double norm = coupling::operator_norm(matrix);
  return {norm, 1e-10 * norm};
}

std::optional<Bound> contraction_gain(const QuenchedProblem& problem, const Bound& norm) {
  if (!(norm.value > 0.0)) return std::nullopt;
  // The largest slope at gain 1 is c.
  const double c = transfer::largest_slope(transfer::with_gain(problem.transfer, 1.0));
  const double gain = (1.0 - (problem.continuous ? 0.0 : problem.leak)) / (c * norm.value);
  return Bound{gain, gain * norm.error / norm.value};
}

CriticalGain critical_gain(const QuenchedProblem& problem) {
  if (std::any_of(problem.threshold.begin(), problem.threshold.end(), [](double x) { return x != 0.0; })) {
    return {std::nullopt, 0.0, "with thresholds u = 0 is no fixed point"};
  }
  const transfer::Transfer unit = transfer::with_gain(problem.transfer, 1.0);
  if (transfer::value(unit, 0.0) != 0.0) return {std::nullopt, 0.0, "f(0) is not 0: u = 0 is no fixed point"};
  if (transfer::has_kink_at(unit, 0.0)) return {std::nullopt, 0.0, "f has a kink at u = 0"};
  const double slope = transfer::derivative(unit, 0.0);
  const Bound smallest = smallest_crossing(problem, slope);
  if (!std::isfinite(smallest.value)) return {std::nullopt, 0.0, "no eigenvalue of the matrix crosses at any gain"};
  return {smallest.value, smallest.error, ""};
}

std::vector<std::complex<double>> eigenvalues(const coupling::Matrix& matrix) {
  return compute::eigenvalues(coupling::to_dense(matrix));
}

}  // namespace limes::rate::given_matrix

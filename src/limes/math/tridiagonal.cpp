#include "limes/math/tridiagonal.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace limes::math {
namespace {

struct Bounds {
  double low;
  double high;
};

// Gershgorin's discs.
Bounds eigenvalue_bounds(std::span<const double> diagonal, std::span<const double> off_diagonal) {
  Bounds bounds{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (std::size_t i = 0; i < diagonal.size(); ++i) {
    const double radius =
        (i > 0 ? std::abs(off_diagonal[i - 1]) : 0.0) + (i + 1 < diagonal.size() ? std::abs(off_diagonal[i]) : 0.0);
    bounds.low = std::min(bounds.low, diagonal[i] - radius);
    bounds.high = std::max(bounds.high, diagonal[i] + radius);
  }
  return bounds;
}

void check_sizes(std::span<const double> diagonal, std::span<const double> off_diagonal) {
  if (diagonal.empty() || off_diagonal.size() + 1 != diagonal.size()) {
    throw std::invalid_argument("tridiagonal matrix: n diagonal entries need n - 1 off-diagonal ones");
  }
  const auto finite = [](double value) { return std::isfinite(value); };
  if (!std::all_of(diagonal.begin(), diagonal.end(), finite) ||
      !std::all_of(off_diagonal.begin(), off_diagonal.end(), finite)) {
    throw std::invalid_argument("tridiagonal matrix: an entry is not finite");
  }
}

}  // namespace

std::size_t count_eigenvalues_below(std::span<const double> diagonal, std::span<const double> off_diagonal, double x) {
  std::size_t count = 0;
  double pivot = 1.0;
  for (std::size_t i = 0; i < diagonal.size(); ++i) {
    const double squared = i > 0 ? off_diagonal[i - 1] * off_diagonal[i - 1] : 0.0;
    // A pivot of zero is moved by less than the rounding of the entry, which keeps the count exact for a nearby matrix.
    if (pivot == 0.0) {
      pivot = std::numeric_limits<double>::epsilon() * (std::abs(i > 0 ? off_diagonal[i - 1] : 0.0) + 1e-300);
    }
    pivot = diagonal[i] - x - squared / pivot;
    count += pivot < 0.0 ? 1 : 0;
  }
  return count;
}

double tridiagonal_eigenvalue(std::span<const double> diagonal, std::span<const double> off_diagonal,
                              std::size_t index) {
  check_sizes(diagonal, off_diagonal);
  if (index >= diagonal.size()) throw std::invalid_argument("tridiagonal_eigenvalue: index beyond the last eigenvalue");
  auto [low, high] = eigenvalue_bounds(diagonal, off_diagonal);
  const double scale = std::max(std::abs(low), std::abs(high));
  const double accuracy = std::numeric_limits<double>::epsilon() * scale;
  low -= 2.0 * accuracy;
  high += 2.0 * accuracy;
  while (high - low > accuracy) {
    const double middle = low + 0.5 * (high - low);
    if (middle <= low || middle >= high) break;
    (count_eigenvalues_below(diagonal, off_diagonal, middle) > index ? high : low) = middle;
  }
  return low + 0.5 * (high - low);
}

std::vector<double> smallest_tridiagonal_eigenvalues(std::span<const double> diagonal,
                                                     std::span<const double> off_diagonal, std::size_t count) {
  std::vector<double> values;
  for (std::size_t index = 0; index < count; ++index) {
    values.push_back(tridiagonal_eigenvalue(diagonal, off_diagonal, index));
  }
  return values;
}

std::vector<double> tridiagonal_eigenvector(std::span<const double> diagonal, std::span<const double> off_diagonal,
                                            double eigenvalue) {
  check_sizes(diagonal, off_diagonal);
  const std::size_t n = diagonal.size();
  const auto [low, high] = eigenvalue_bounds(diagonal, off_diagonal);
  // Shifted off the eigenvalue by some roundings, so that the system is regular and its solution the eigenvector.
  const double shift =
      eigenvalue - 4.0 * std::numeric_limits<double>::epsilon() * std::max({std::abs(low), std::abs(high), 1e-300});
  std::vector<double> shifted(diagonal.begin(), diagonal.end());
  for (double& entry : shifted) entry -= shift;
  std::vector<double> vector(n);
  // A start without symmetry, so that it is orthogonal to no eigenvector of a symmetric problem.
  for (std::size_t i = 0; i < n; ++i) vector[i] = 1.0 + 0.5 * std::sin(1.0 + 2.3 * static_cast<double>(i));
  for (int iteration = 0; iteration < 4; ++iteration) {
    vector = solve_tridiagonal(off_diagonal, shifted, off_diagonal, vector);
    double largest = 0.0;
    for (const double entry : vector) largest = std::abs(entry) > std::abs(largest) ? entry : largest;
    double norm = 0.0;
    for (double& entry : vector) norm += (entry / largest) * (entry / largest);
    for (double& entry : vector) entry /= largest * std::sqrt(norm);
  }
  return vector;
}

std::vector<double> solve_tridiagonal(std::span<const double> lower, std::span<const double> diagonal,
                                      std::span<const double> upper, std::span<const double> right) {
  const std::size_t n = diagonal.size();
  if (n == 0 || lower.size() + 1 != n || upper.size() + 1 != n || right.size() != n) {
    throw std::invalid_argument("solve_tridiagonal: sizes do not fit");
  }
  std::vector<double> d(diagonal.begin(), diagonal.end());
  std::vector<double> u(upper.begin(), upper.end());
  std::vector<double> second(n, 0.0);  // second superdiagonal, filled by row exchanges
  std::vector<double> x(right.begin(), right.end());
  for (std::size_t i = 0; i + 1 < n; ++i) {
    double below = lower[i];
    if (std::abs(below) > std::abs(d[i])) {
      std::swap(d[i], below);
      std::swap(u[i], d[i + 1]);
      if (i + 2 < n) {
        second[i] = u[i + 1];
        u[i + 1] = 0.0;
      }
      std::swap(x[i], x[i + 1]);
    }
    if (d[i] == 0.0) throw std::domain_error("solve_tridiagonal: the matrix is singular");
    const double factor = below / d[i];
    d[i + 1] -= factor * u[i];
    if (i + 2 < n) u[i + 1] -= factor * second[i];
    x[i + 1] -= factor * x[i];
  }
  if (d[n - 1] == 0.0) throw std::domain_error("solve_tridiagonal: the matrix is singular");
  for (std::size_t i = n; i-- > 0;) {
    if (i + 1 < n) x[i] -= u[i] * x[i + 1];
    if (i + 2 < n) x[i] -= second[i] * x[i + 2];
    x[i] /= d[i];
  }
  return x;
}

}  // namespace limes::math

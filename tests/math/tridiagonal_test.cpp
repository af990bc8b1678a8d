#include "limes/math/tridiagonal.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>
#include <stdexcept>

namespace limes::math {
namespace {

TEST(TridiagonalEigenvalues, OfTheDiscreteLaplacian) {
  for (const std::size_t n : {1U, 2U, 5U, 100U, 1000U}) {
    const std::vector<double> diagonal(n, 2.0);
    const std::vector<double> off(n - 1, -1.0);
    const std::size_t count = std::min<std::size_t>(n, 4);
    const auto values = smallest_tridiagonal_eigenvalues(diagonal, off, count);
    for (std::size_t k = 0; k < count; ++k) {
      const double exact =
          2.0 - 2.0 * std::cos(std::numbers::pi * static_cast<double>(k + 1) / static_cast<double>(n + 1));
      // Largest eigenvalue 4: a few roundings of it, 4 * 2.2e-16 each.
      EXPECT_NEAR(values[k], exact, 4e-15) << n << " " << k;
    }
    const double largest = 2.0 + 2.0 * std::cos(std::numbers::pi / static_cast<double>(n + 1));
    EXPECT_NEAR(tridiagonal_eigenvalue(diagonal, off, n - 1), largest, 4e-15);
  }
}

TEST(TridiagonalEigenvalues, OfDecoupledBlocksAndRepeatedEntries) {
  const std::vector<double> diagonal{3.0, 1.0, 1.0, -2.0};
  const std::vector<double> off{0.0, 0.0, 0.0};
  const auto values = smallest_tridiagonal_eigenvalues(diagonal, off, 4);
  EXPECT_NEAR(values[0], -2.0, 2e-15);
  EXPECT_NEAR(values[1], 1.0, 2e-15);
  EXPECT_NEAR(values[2], 1.0, 2e-15);
  EXPECT_NEAR(values[3], 3.0, 2e-15);
  EXPECT_EQ(count_eigenvalues_below(diagonal, off, 0.0), 1U);
  EXPECT_EQ(count_eigenvalues_below(diagonal, off, 2.0), 3U);
}

TEST(TridiagonalEigenvalues, GroundStateOfThePoeschlTellerWell) {
  // -y'' - 2 sech^2(x) y = E y has its only bound state at E = -1, y = sech x; second differences miss by O(h^2).
  const double h = 0.01;
  const int half = 2000;
  std::vector<double> diagonal;
  for (int i = -half; i <= half; ++i) diagonal.push_back(2.0 / (h * h) - 2.0 / std::pow(std::cosh(h * i), 2));
  const std::vector<double> off(diagonal.size() - 1, -1.0 / (h * h));
  const double ground = tridiagonal_eigenvalue(diagonal, off);
  EXPECT_NEAR(ground, -1.0, h * h);
  const auto state = tridiagonal_eigenvector(diagonal, off, ground);
  const double peak = state[half];
  for (int i = -half; i <= half; i += 100) {
    EXPECT_NEAR(state[static_cast<std::size_t>(half + i)] / peak, 1.0 / std::cosh(h * i), 1e-4) << i;
  }
}

TEST(SolveTridiagonal, RecoversASolutionWithPivoting) {
  std::mt19937_64 engine(7);
  std::normal_distribution<double> normal;
  for (const std::size_t n : {1U, 2U, 3U, 50U}) {
    std::vector<double> lower(n - 1), diagonal(n), upper(n - 1), x(n), right(n);
    for (auto* v : {&lower, &diagonal, &upper, &x}) {
      for (double& entry : *v) entry = normal(engine);
    }
    diagonal[0] = n > 1 ? 0.0 : 1.5;  // without row exchanges this divides by zero
    for (std::size_t i = 0; i < n; ++i) {
      right[i] = diagonal[i] * x[i] + (i > 0 ? lower[i - 1] * x[i - 1] : 0.0) + (i + 1 < n ? upper[i] * x[i + 1] : 0.0);
    }
    const auto solution = solve_tridiagonal(lower, diagonal, upper, right);
    // A random tridiagonal matrix of 50 has a condition number of about 1e3.
    for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(solution[i], x[i], 1e-11) << n << " " << i;
  }
}

TEST(Tridiagonal, RefusesBadInput) {
  const std::vector<double> two{1.0, 2.0};
  const std::vector<double> one{0.5};
  EXPECT_THROW((void)tridiagonal_eigenvalue(two, two), std::invalid_argument);
  EXPECT_THROW((void)tridiagonal_eigenvalue(two, one, 2), std::invalid_argument);
  EXPECT_THROW((void)tridiagonal_eigenvalue(std::vector<double>{1.0, std::nan("")}, one), std::invalid_argument);
  EXPECT_THROW((void)solve_tridiagonal(one, two, two, two), std::invalid_argument);
  const std::vector<double> zero{0.0, 0.0};
  EXPECT_THROW((void)solve_tridiagonal(std::vector<double>{0.0}, zero, std::vector<double>{0.0}, two),
               std::domain_error);
}

}  // namespace
}  // namespace limes::math

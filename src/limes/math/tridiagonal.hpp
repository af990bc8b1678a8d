#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace limes::math {

/// Number of eigenvalues below x of the symmetric tridiagonal matrix with `diagonal` (n) and `off_diagonal` (n - 1):
/// negative pivots of the LDL^T decomposition of T - x (Sturm; Barth, Martin & Wilkinson 1967).
[[nodiscard]] std::size_t count_eigenvalues_below(std::span<const double> diagonal,
                                                  std::span<const double> off_diagonal, double x);

/// The eigenvalue of the given index (0: the smallest) by Sturm bisection, to a few units of rounding of the largest
/// |eigenvalue|. O(n) per halving, about 60 halvings. Throws std::invalid_argument (sizes, index, entries that are not
/// finite).
[[nodiscard]] double tridiagonal_eigenvalue(std::span<const double> diagonal, std::span<const double> off_diagonal,
                                            std::size_t index = 0);

/// The `count` smallest eigenvalues, ascending.
[[nodiscard]] std::vector<double> smallest_tridiagonal_eigenvalues(std::span<const double> diagonal,
                                                                   std::span<const double> off_diagonal,
                                                                   std::size_t count);

/// The normalised eigenvector of an eigenvalue known to rounding, by inverse iteration; sign: largest entry positive.
[[nodiscard]] std::vector<double> tridiagonal_eigenvector(std::span<const double> diagonal,
                                                          std::span<const double> off_diagonal, double eigenvalue);

/// Solves T x = right for a general tridiagonal T (lower and upper have n - 1 entries) by Gaussian elimination with
/// partial pivoting (LAPACK's dgtsv). Throws std::invalid_argument on sizes that do not fit, std::domain_error where T
/// is singular.
[[nodiscard]] std::vector<double> solve_tridiagonal(std::span<const double> lower, std::span<const double> diagonal,
                                                    std::span<const double> upper, std::span<const double> right);

}  // namespace limes::math

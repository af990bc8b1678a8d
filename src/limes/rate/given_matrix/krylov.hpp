#pragma once
// Krylov methods for maps that are known by their products only. One thread, no LAPACK: part of the theory core.

#include <Eigen/Core>
#include <complex>
#include <functional>

namespace limes::rate::given_matrix {

/// y = A x for a square A.
using Product = std::function<Eigen::VectorXd(const Eigen::VectorXd&)>;

enum class Which { kLargestModulus, kLargestRealPart };

/// How far the search for an eigenvalue goes.
struct KrylovEffort {
  double tolerance = 1e-8;  ///< on the residual, relative to the eigenvalue
  Eigen::Index dimension = 120;
  int restarts = 30;
};

/// The effort that stays within `budget` multiplications where a product takes `work` of them (the default: about ten
/// seconds), and at most that of `wanted`. Large random matrices, whose outermost eigenvalues lie close together, then
/// end above the tolerance; the residual says how far.
[[nodiscard]] KrylovEffort affordable(KrylovEffort wanted, Eigen::Index size, Eigen::Index work, double budget = 8e9);

struct LeadingEigenvalue {
  std::complex<double> value;  ///< of a conjugate pair the one with positive imaginary part
  double residual = 0.0;       ///< |A y - value y| of the unit Ritz vector
  bool converged = false;      ///< residual <= tolerance * max(|value|, 1e-300)
  Eigen::VectorXcd vector;     ///< the unit Ritz vector
};

/// The leading eigenvalue by the Krylov-Schur method (G. W. Stewart, SIAM J. Matrix Anal. Appl. 23, 601 (2001)) in its
/// real form: the basis is restarted on the span of the wanted Ritz vectors. Maps of up to `dimension` units are solved
/// whole. Never throws for lack of convergence: `residual` says how far it came.
[[nodiscard]] LeadingEigenvalue leading_eigenvalue(const Product& product, Eigen::Index size, Which which,
                                                   const KrylovEffort& effort = {});

/// The Perron root of a map with non-negative coefficients, by power iteration from `vector` (positive; replaced by the
/// eigenvector). The Collatz-Wielandt bounds are not used where a reducible map has zero entries: the root is the
/// growth of the sum of the entries, to `tolerance` relative.
[[nodiscard]] double perron_root(const Product& product, Eigen::VectorXd& vector, double tolerance = 1e-9,
                                 int max_iterations = 2000);

/// Solves A x = right by restarted GMRES (Saad and Schultz 1986) to |A x - right| <= tolerance |right|; returns the
/// last iterate, converged or not.
[[nodiscard]] Eigen::VectorXd gmres(const Product& product, const Eigen::VectorXd& right, double tolerance,
                                    Eigen::Index dimension = 40, int restarts = 5);

}  // namespace limes::rate::given_matrix

#pragma once
// LU factorisation by LAPACK, for many small systems: nothing is allocated, no thread is started. The caller holds a
// SingleThreadedBlas while he factorises, so that the bits do not depend on the number of threads.

#include <cstddef>
#include <span>

namespace limes::compute {

/// The factorisation of a square matrix that is stored row by row, in place.
class Lu {
 public:
  /// Factorises the `size` x `size` matrix at `matrix` (row by row, without gaps), which must live as long as this and
  /// is overwritten; `pivots` has `size` elements. LAPACK dgetrf on the transposed matrix.
  Lu(double* matrix, std::span<int> pivots);

  [[nodiscard]] bool singular() const { return singular_; }  ///< exactly; then solve() must not be called
  /// The solution of A x = b, in place (dgetrs).
  void solve(std::span<double> b) const;
  /// The solution of A^T x = b, in place.
  void solve_transposed(std::span<double> b) const;
  /// ln |det A|; -infinity for a singular matrix.
  [[nodiscard]] double log_modulus() const;
  /// The sign of det A: -1, 0 or 1.
  [[nodiscard]] int sign() const;

 private:
  const double* factors_;
  std::span<const int> pivots_;
  bool singular_ = false;
};

}  // namespace limes::compute

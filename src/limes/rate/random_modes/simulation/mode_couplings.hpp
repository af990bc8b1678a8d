#pragma once
// The couplings of one network as an operator. Modes stay factors: U (D (V^T x)), never an N x N matrix.

#include <cstdint>
#include <variant>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/compute/dense_operator.hpp"
#include "limes/compute/sparse_operator.hpp"
#include "limes/compute/threads.hpp"
#include "limes/rate/random_modes/modes_description.hpp"

namespace limes::rate::random_modes {

/// Which network is drawn: the described one, or a surrogate of its given matrix.
enum class Draw { kOwn, kSpectrumSurrogate, kGaussianSurrogate };

template <typename Real>
class ModeCouplings {
 public:
  /// Draws realisation `number`, or copies the given matrix. `singular_values`: of the given matrix, for
  /// kSpectrumSurrogate. A stop leaves the couplings undrawn: whoever asked for it throws them away.
  ModeCouplings(const ModesDescription& description, std::uint32_t number, Draw draw,
                const std::vector<double>& singular_values, compute::Threads& threads, const StopToken& stop);

  [[nodiscard]] std::size_t size() const { return size_; }
  /// Y = J X, both N x columns, the column fastest.
  void apply(compute::Threads& threads, const Real* x, Real* y, std::size_t columns) const;

 private:
  using Dense = compute::DenseOperator<Real>;
  struct Modes {
    Dense readout;               // V^T, M x N
    std::vector<Real> strength;  // D
    Dense output;                // U, N x M
  };

  std::size_t size_;
  std::variant<Dense, compute::SparseOperator<Real>, Modes> matrix_;
  std::vector<Real> left_, right_;  // empty: 1
};

/// Singular values of a given matrix, descending.
[[nodiscard]] std::vector<double> singular_values(const coupling::Matrix& matrix);

extern template class ModeCouplings<double>;
extern template class ModeCouplings<float>;

}  // namespace limes::rate::random_modes

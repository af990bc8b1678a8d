#pragma once
// One concrete network: its couplings as an operator, its thresholds, and what is measured once per matrix.

#include <cstdint>
#include <variant>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/compute/dense_operator.hpp"
#include "limes/compute/sparse_operator.hpp"
#include "limes/compute/threads.hpp"
#include "limes/rate/network_draws.hpp"
#include "limes/rate/rate_description.hpp"

namespace limes::rate {

template <typename Real>
class Network {
 public:
  /// Draws the couplings and thresholds of a realisation, or copies the given matrix. A stop leaves rows undrawn:
  /// whoever asked for it throws the network away.
  Network(const RateDescription& description, std::uint32_t realisation, compute::Threads& threads,
          const StopToken& stop = {});

  [[nodiscard]] std::size_t size() const { return thresholds_.size(); }
  /// Y = J X, element (i, b) at i * columns + b.
  void apply(compute::Threads& threads, const Real* x, Real* y, std::size_t columns) const {
    std::visit([&](const auto& couplings) { couplings.apply(threads, x, y, columns); }, couplings_);
  }
  void apply_transposed(compute::Threads& threads, const Real* x, Real* y, std::size_t columns) const {
    std::visit([&](const auto& couplings) { couplings.apply_transposed(threads, x, y, columns); }, couplings_);
  }
  [[nodiscard]] const std::vector<Real>& thresholds() const { return thresholds_; }
  /// c_aj = sum over i in a of (J_ij - E J_ij)^2 for each target population a, at a * N + j; N_a J_ab^2/N_b each in the
  /// limit of independent couplings.
  [[nodiscard]] const std::vector<double>& column_power() const { return column_power_; }
  /// The couplings as a plain matrix of doubles (N^2 numbers).
  [[nodiscard]] coupling::DenseMatrix dense(compute::Threads& threads) const;

 private:
  using Couplings = std::variant<compute::DenseOperator<Real>, compute::SparseOperator<Real>>;
  Couplings couplings_;
  std::vector<Real> thresholds_;
  std::vector<double> column_power_;
};

extern template class Network<double>;
extern template class Network<float>;

}  // namespace limes::rate

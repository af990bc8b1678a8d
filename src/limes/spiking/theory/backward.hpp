#pragma once
// The one-neuron problem by its backward (adjoint) equation: theory note rmf, section 2.1. Exponential intensity.

#include <Eigen/Core>
#include <complex>
#include <vector>

#include "limes/spiking/theory/one_neuron.hpp"
#include "limes/spiking/theory/panels.hpp"
#include "limes/spiking/theory/shifted_hessenberg.hpp"

namespace limes::spiking {

/// Collocation of -A0 f = g on Chebyshev panels,
///   -A0 f = (y/tau) f' - sum_j nu_j [f(y + w_j) - f(y)] + Lam e^y f,
/// factorised once. T(y), the mean time to the next spike from y, solves it for g = 1 (eq. 6); everything else follows
/// from the occupation measure of the reset, `occupation` . g = [(-A0)^-1 g](rho) (eq. 7, 8).
class BackwardSolution {
 public:
  /// Throws ConvergenceError where the neuron never spikes (no stationary state).
  explicit BackwardSolution(const OneNeuron& neuron, std::size_t degree = 24);

  [[nodiscard]] std::size_t node_count() const { return panels_.size(); }
  [[nodiscard]] double rate() const { return rate_; }
  [[nodiscard]] double isi_cv() const { return isi_cv_; }
  [[nodiscard]] double mean_state() const { return mean_state_; }
  [[nodiscard]] double state_variance() const { return state_variance_; }
  [[nodiscard]] const std::vector<double>& rate_sensitivity() const { return sensitivity_; }

  /// A0 at the nodes, as far as it acts on a survival probability: 0 above the grid, constant below.
  [[nodiscard]] Eigen::MatrixXd generator() const { return -(scale_.cwiseInverse().asDiagonal() * matrix_); }
  [[nodiscard]] const Eigen::RowVectorXd& reset_row() const { return reset_row_; }  ///< f -> f(rho)
  /// Spikes are too rare to be found by the grid; the rate is that of the unbent shot noise.
  [[nodiscard]] bool without_spikes() const { return without_spikes_; }

  /// Makes `response` and `interval_transform` an order of magnitude cheaper, at the price of some thirty of them.
  void prepare_responses();

  /// Jhat_j(s), the response of the rate to a modulation of the rate of input j (eq. 10); Jhat(0) is the sensitivity.
  [[nodiscard]] std::vector<std::complex<double>> response(std::complex<double> s) const;
  /// E exp(-s ISI) = 1 - s T_s(rho) (eq. 9).
  [[nodiscard]] std::complex<double> interval_transform(std::complex<double> s) const;

 private:
  /// f(y) -> f(y + w) at the nodes: node i takes `coefficients.row(i)` of the nodes from first[i] on; rows that leave
  /// above are zero.
  struct Shift {
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> coefficients;
    std::vector<Eigen::Index> first;

    template <typename Vector>
    [[nodiscard]] Vector apply(const Vector& f) const {
      Vector result(f.size());
      for (Eigen::Index i = 0; i < result.size(); ++i) {
        const auto values = f.segment(first[static_cast<std::size_t>(i)], coefficients.cols());
        result(i) = coefficients.row(i).transpose().template cast<typename Vector::Scalar>().cwiseProduct(values).sum();
      }
      return result;
    }
  };

  void assemble();
  void solve();
  void set_limit_of_no_spikes();
  [[nodiscard]] Eigen::VectorXcd transform_times(std::complex<double> s) const;
  /// T_s(y + w) of the nodes that the input lifts above the grid, else 0.
  [[nodiscard]] Eigen::VectorXcd above(std::size_t input, std::complex<double> s) const;

  std::vector<std::size_t> input_of_;  // of the inputs given: which merged one; filled while neuron_ is made
  OneNeuron neuron_;
  Panels panels_;
  Eigen::MatrixXd matrix_;               // -A0, rows scaled
  Eigen::VectorXd scale_;                // of the rows
  std::vector<Shift> shift_;             // per merged input
  std::vector<Eigen::VectorXd> beyond_;  // per merged input: T(y + w) beyond the ends, less what shift_ gives
  Eigen::VectorXd times_;                // T at the nodes
  Eigen::VectorXd occupation_;           // v: [(-A0)^-1 g](rho) = v . g
  Eigen::RowVectorXd reset_row_;         // f -> f(rho)
  double rate_ = 0.0, isi_cv_ = 0.0, mean_state_ = 0.0, state_variance_ = 0.0;
  std::vector<double> sensitivity_;
  bool without_spikes_ = false;
  ShiftedHessenberg reduced_;  // of -A0; empty until prepared
};

/// Rate, CV, moments and sensitivities; the error is the difference to a coarser grid. Throws as BackwardSolution.
[[nodiscard]] OneNeuronStatistics solve_backward(const OneNeuron& neuron);

}  // namespace limes::spiking

#pragma once
// The time-dependent density of one neuron's state as a Markov chain on cells (theory note rmf, equation 11 with d/dt
// p).

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "limes/spiking/theory/forward_grid.hpp"

namespace limes::spiking {

/// dp/dt = L p + sum_j nu_j (S_j - 1) p. L holds what is stiff - the drift to rest (upwind), the spikes and their
/// return to the reset - and is treated implicitly; S_j moves the state by the weight of input j. Both conserve the
/// mass.
class DensityChain {
 public:
  /// `neuron`: as in OneNeuron, of either intensity; `grid` counts the state from where it relaxes to (the linear
  /// intensity from b). The rates of its inputs have no effect.
  DensityChain(const OneNeuron& neuron, const ForwardGrid& grid);

  [[nodiscard]] Eigen::Index cells() const { return hazard_.size(); }
  [[nodiscard]] std::size_t inputs() const { return shifts_.size(); }
  /// All mass at one state, in the coordinates of the neuron.
  [[nodiscard]] Eigen::VectorXd point_mass(double state) const;
  [[nodiscard]] double rate(const Eigen::Ref<const Eigen::VectorXd>& law) const { return hazard_.dot(law); }

  /// jumps = sum_j nu_j (S_j - 1) law.
  void jumps(const Eigen::Ref<const Eigen::VectorXd>& law, const std::vector<double>& input_rates,
             Eigen::Ref<Eigen::VectorXd> result) const;

  /// What solve() needs for one time step.
  struct Implicit {
    double step = 0.0;
    Eigen::VectorXd from_reset;  ///< (1 - step (drift and spikes))^{-1} e_reset
    double return_share = 0.0;   ///< of a spike's mass that spikes again within the step
  };
  [[nodiscard]] Implicit prepare(double step) const;
  /// x <- (1 - step L)^{-1} x.
  void solve(const Implicit& implicit, Eigen::Ref<Eigen::VectorXd> x) const;

 private:
  void sweep(double step, Eigen::Ref<Eigen::VectorXd> x) const;

  struct Shift {
    Eigen::Index cells;  // whole cells
    double upper_share;  // of the cell above those
  };
  double rest_ = 0.0;
  ForwardGrid grid_;
  Landing reset_;
  Eigen::Index middle_ = 0;  // the first cell above rest
  Eigen::VectorXd hazard_;
  Eigen::VectorXd drift_;  // rate of the move to the next cell towards rest
  std::vector<Shift> shifts_;
};

}  // namespace limes::spiking

#pragma once
// The state of a batch of trials on one network, and its time step: the map, Euler-Maruyama, or Runge-Kutta of order 4.
// State and tangent vectors go through the coupling matrix together, as columns of one product.

#include <cstdint>
#include <span>
#include <vector>

#include "limes/rate/simulation/frame_schedule.hpp"
#include "limes/rate/simulation/network.hpp"
#include "limes/rate/simulation/stimulus.hpp"

namespace limes::rate {

/// B trials as columns; element (i, b) of every N x B array stands at i * B + b. Each trial carries k tangent vectors
/// (description.simulation.exponents), vector j of trial b at (i * B + b) * k + j.
///
/// One step is `evaluate()` (f(u), f'(u), local field at the present state), any measurement, then `advance()`:
///   map, Euler:  u <- a u + h (J f(u) - theta + stimulus) + s n,   w <- a w + h J (f'(u) w)
///                map: a = leak, h = 1, s = sigma; Euler-Maruyama: a = 1 - h, h = step, s = sqrt(2 D h)
///                (leak, sigma, D and the gain of f are those of the neuron's population)
///   Runge-Kutta: the classical scheme for u, and its exact derivative for w (note 5.2).
/// A single tangent w is brought back to length one after each step; the growth of its logarithm is kept. Several are a
/// frame W, replaced by the Q of W = Q R, ln |R_jj| kept: after each step of a map without leak, which turns directions
/// of very different growth onto each other at once; else (FrameSchedule) while a frame still has digits to spare.
template <typename Real>
class Batch {
 public:
  /// Starts trials (their numbers name the random streams) at their initial states, t = 0, with random tangents if
  /// description.simulation.exponents > 0. Description and network must outlive the batch.
  Batch(const RateDescription& description, const Network<Real>& network, const std::vector<std::uint32_t>& trials);

  [[nodiscard]] std::int64_t step() const { return step_; }
  [[nodiscard]] std::size_t trials() const { return trials_.size(); }
  [[nodiscard]] std::size_t vectors() const { return vectors_; }  ///< k, tangent vectors of each trial

  /// Goes on from another state (N x B).
  void set_state(std::span<const Real> state) { state_.assign(state.begin(), state.end()); }

  void evaluate(compute::Threads& threads);
  /// `factorise`: frames are made orthonormal after this step, whether they need it or not.
  void advance(compute::Threads& threads, bool factorise = false);

  [[nodiscard]] std::span<const Real> state() const { return state_; }
  [[nodiscard]] std::span<const Real> tangent() const { return tangent_; }  ///< N x Bk; empty if there is none
  [[nodiscard]] std::span<const Real> output() const { return output_; }    ///< f(u); valid after evaluate()
  [[nodiscard]] std::span<const Real> slope() const { return slope_; }      ///< f'(u); valid after evaluate()
  /// sum_j J_ij f(u_j) - theta_i, plus sigma B_i in discrete time, without the stimulus; valid after evaluate().
  [[nodiscard]] std::span<const Real> field() const { return field_; }

  /// ln |w| gained in the last step, per trial; -infinity once a tangent has vanished. Of a single tangent.
  [[nodiscard]] double log_growth(std::size_t trial) const { return log_growth_[trial]; }
  /// ln |R_jj| of a frame that the last step made orthonormal, with the number of steps it took them to grow; 0 steps
  /// if it did not. -infinity where a vector vanished, or added nothing beyond rounding to those before it.
  [[nodiscard]] FrameGrowth frame_growth(std::size_t trial) const;
  /// The trial has left every bound (|u| > 1e8 or not finite); it rests at 0 from then on.
  [[nodiscard]] bool diverged(std::size_t trial) const { return diverged_[trial] != 0; }

  template <typename Archive>
  void archive(Archive& a) {
    a(step_, state_, tangent_, log_growth_, schedules_, diverged_, stimulus_);
  }

 private:
  /// product_ = J [f(u), f'(u) w]: first columns the outputs, then the tangents.
  void multiply(std::span<const Real> state, std::span<const Real> tangent, compute::Threads& threads);
  /// output_ = f(state), slope_ = f'(state), population by population.
  void transfer(std::span<const Real> state);
  void advance_map(compute::Threads& threads);
  void advance_runge_kutta(compute::Threads& threads);
  /// Slopes of state and tangent, -u + J f(u) - theta + stimulus and -w + J (f'(u) w), from product_.
  void flow(double fraction, std::span<const Real> state, std::span<const Real> tangent, std::vector<Real>& state_slope,
            std::vector<Real>& tangent_slope, compute::Threads& threads);
  void draw_noise(compute::Threads& threads);
  void renormalise();
  void factorise_frames(compute::Threads& threads, bool now);
  /// Gives vectors that a singular Jacobian made exactly zero a random direction: the orthonormal completion may be
  /// one that is lost in every step.
  void redraw_vanished(compute::Threads& threads, std::size_t trial, const std::vector<double>& lengths);
  void check_bounds();
  [[nodiscard]] std::size_t product_columns() const { return trials_.size() * (1 + vectors_); }

  const RateDescription* description_;
  const Network<Real>* network_;
  std::vector<std::uint32_t> trials_;
  Stimulus stimulus_;
  std::size_t vectors_;     // k
  bool contracts_at_once_;  // a map without leak
  /// The neurons first, ..., last - 1 of a population, and its numbers.
  struct Group {
    std::size_t first, last;
    transfer::Transfer transfer;
    Real keep;         // a
    Real noise_scale;  // s
  };
  std::vector<Group> groups_;
  Real weight_;  // h
  std::int64_t step_ = 0;
  std::vector<Real> state_, tangent_, output_, slope_, field_, noise_;
  std::vector<Real> input_, product_;  // N x (B or B + B k): per row the outputs, then the tangents
  std::vector<Real> stage_state_, stage_tangent_, state_slope_, tangent_slope_, next_state_, next_tangent_;
  std::vector<double> log_growth_;        // per trial and vector
  std::vector<FrameSchedule> schedules_;  // per trial
  std::vector<std::uint8_t> diverged_;
};

extern template class Batch<double>;
extern template class Batch<float>;

}  // namespace limes::rate

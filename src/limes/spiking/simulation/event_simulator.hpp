#pragma once
// Exact simulation of a network of intensity-based neurons, event by event (theory note rmf, section 5).

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "limes/spiking/simulation/bound_kernels.hpp"
#include "limes/spiking/simulation/event_network.hpp"
#include "limes/spiking/simulation/event_random.hpp"
#include "limes/spiking/simulation/partial_sums.hpp"

namespace limes::spiking {

/// One run. Between events y_i decays as e^{-t/tau_i}; so with s the time since the window began, z_i = y_i e^{s/tau_i}
/// stays constant, and a jump by w adds w e^{s/tau_i}: no neuron is touched by time passing, and an event needs one
/// exponential per time constant, not per target.
///
/// Thinning: every neuron has a bound of its intensity until the end of the window (BoundTerms). Candidates come at
/// the total rate of all bounds and inputs; one falls on a neuron in proportion to its bound and is a spike with
/// probability intensity / bound. A window ends where it ends for every neuron at once; then all z, bounds and sums are
/// made afresh. Its length follows from the number of candidates, so that the refreshing costs a small, constant share
/// whatever the number of neurons; deeply inhibited neurons (y << 0) thereby get bounds far below their rate at rest.
///
/// Small networks with weights by group have sharp bounds, made anew for all neurons at every event (vectorised). In
/// others a bound has some slack above the state, and is left alone while the state stays below and not far below: most
/// deliveries then change nothing but z. Sums are exact: bounds are multiples of a quantum.
///
/// Same network, seed, realisation and run: same bits.
template <Intensity kIntensity>
class EventSimulator {
 public:
  /// All neurons start at the reset. `run` tells several networks of one realisation apart. `network` must stay alive.
  EventSimulator(const EventNetwork& network, std::uint64_t seed, std::uint32_t realisation, std::uint32_t run);

  [[nodiscard]] double time() const { return start_ + elapsed_; }
  /// Candidate events so far: spikes, rejections and inputs.
  [[nodiscard]] std::uint64_t candidates() const { return candidates_; }
  /// y of a neuron now.
  [[nodiscard]] double state(std::size_t neuron) const {
    return z_[neuron] * std::exp(-elapsed_ * network_.clock_rate[network_.clock[unit_of(neuron)]]);
  }
  /// visit(neuron, y) for every neuron now.
  template <typename Visit>
  void for_each_state(Visit&& visit) const {
    for (std::size_t m = 0; m < network_.replicas; ++m) {
      for (std::size_t i = 0; i < network_.units; ++i) {
        visit(m * network_.units + i, z_[m * network_.units + i] * clock_of(i).decayed);
      }
    }
  }
  /// Sets y of a neuron; call refresh() after the last.
  void set_state(std::size_t neuron, double y) {
    z_[neuron] = y * std::exp(elapsed_ * network_.clock_rate[network_.clock[unit_of(neuron)]]);
  }
  /// Begins a new window now.
  void refresh();

  /// Runs until `until`, calling on_spike(time, neuron) at every spike; stops early (false) after `most_spikes`.
  template <typename OnSpike>
  bool advance(double until, std::uint64_t most_spikes, OnSpike&& on_spike);

  template <typename Archive>
  void archive(Archive& a) {
    a(random_, start_, elapsed_, window_, candidates_, window_candidates_, z_, cap_, bound_, sums_, quantum_, lowest_,
      highest_, clocks_);
  }

 private:
  // Slack of a bound above its state, and how far the state may lie below the bound: log-intensities (exponential) or
  // shares of the intensity (linear).
  static constexpr double kSlack = kIntensity == Intensity::kExponential ? 0.12 : 1.12;
  static constexpr double kBelow = kIntensity == Intensity::kExponential ? 0.45 : 0.6;
  static constexpr std::size_t kSharp = 64;      // neurons of the largest network with bounds made anew at every event
  static constexpr std::size_t kFewClocks = 8;   // with more time constants exponentials are taken where needed
  static constexpr std::size_t kBlock = 32;      // neurons compared at a time
  static constexpr double kLongestWindow = 4.0;  // shortest time constants
  static constexpr double kShortestWindow = 1.0 / 64.0;

  /// e^{s/tau}, e^{-s/tau}, e^{-window/tau}.
  struct Clock {
    double grown = 1.0;
    double decayed = 1.0;
    double later = 1.0;
  };

  [[nodiscard]] std::size_t unit_of(std::size_t neuron) const {
    return network_.replicas == 1 ? neuron : neuron % network_.units;
  }
  [[nodiscard]] Clock clock_of(std::size_t unit) const {
    const std::uint32_t c = network_.clock[unit];
    if (few_clocks_) return clocks_[c];
    Clock clock = clocks_[c];
    clock.decayed = std::exp(-elapsed_ * network_.clock_rate[c]);
    clock.grown = 1.0 / clock.decayed;
    return clock;
  }
  void set_clocks() {
    if (!few_clocks_) return;
    for (std::size_t c = 0; c < clocks_.size(); ++c) {
      clocks_[c].decayed = std::exp(-elapsed_ * network_.clock_rate[c]);
      clocks_[c].grown = 1.0 / clocks_[c].decayed;
    }
  }
  [[nodiscard]] BoundTerms terms_of(std::size_t unit, const Clock& clock) const {
    const double base = network_.base[unit];
    return {clock.decayed, clock.later, kIntensity == Intensity::kExponential ? base * network_.bound_factor : base,
            network_.bound_factor};
  }
  [[nodiscard]] double intensity_of(std::size_t unit, double y) const {
    if constexpr (kIntensity == Intensity::kExponential) return network_.base[unit] * std::exp(std::min(y, 600.0));
    return std::max(0.0, network_.base[unit] + y);
  }
  /// The bound's level for a state bounded by y, and the bound that belongs to a level.
  [[nodiscard]] static double cap_for(double level) {
    if constexpr (kIntensity == Intensity::kExponential) return level + kSlack;
    return level * kSlack;
  }
  [[nodiscard]] static bool is_outside(double level, double cap) {
    if constexpr (kIntensity == Intensity::kExponential) return level > cap || level < cap - kBelow;
    return level > cap || level < cap * kBelow;
  }
  [[nodiscard]] double level_of(std::size_t unit, double z, const Clock& clock) const {
    const double bounded = std::max(z * clock.decayed, z * clock.later);
    if constexpr (kIntensity == Intensity::kExponential) return bounded;
    return std::max(0.0, network_.base[unit] + bounded);
  }
  [[nodiscard]] double bound_at(std::size_t unit, double cap) const {
    if constexpr (kIntensity == Intensity::kExponential) {
      return network_.bound_factor * network_.base[unit] * exponential_bound(cap);
    }
    return network_.bound_factor * cap;
  }
  /// The next multiple of the quantum that is not smaller; a number beyond the range of exact sums stays as it is.
  [[nodiscard]] double rounded_up(double bound) const {
    if (bound > highest_) return bound;
    const double rounder = 0x1.8p52 * quantum_;
    return (bound + rounder) - rounder + quantum_;
  }

  void update_bound(std::size_t neuron, std::size_t unit, double level) {
    cap_[neuron] = cap_for(level);
    const double bound = rounded_up(bound_at(unit, cap_[neuron]));
    sums_.add(neuron, bound - bound_[neuron]);
    bound_[neuron] = bound;
  }
  void deliver(std::size_t neuron, std::size_t unit, double jump) {
    const Clock clock = clock_of(unit);
    const double z = z_[neuron] + jump * clock.grown;
    z_[neuron] = z;
    const double level = level_of(unit, z, clock);
    if (is_outside(level, cap_[neuron])) update_bound(neuron, unit, level);
  }

  void bound_sharply();
  void tighten(std::size_t neuron, std::size_t unit);
  void reset(std::size_t neuron, std::size_t unit);
  void deliver_input(double place);
  void spread(std::size_t neuron, std::size_t unit);
  void spread_sharply(std::size_t unit);
  void spread_in_groups(std::size_t unit);
  void spread_on_connections(std::size_t unit);
  void spread_over_replicas(std::size_t replica, std::size_t unit);

  const EventNetwork& network_;
  bool sharp_ = false;
  bool few_clocks_ = true;
  double shortest_time_ = 1.0;  // constant; 0: nothing relaxes
  EventRandom random_;
  double start_ = 0.0;    // of the window
  double elapsed_ = 0.0;  // since then
  double window_ = 0.0;   // its length
  std::uint64_t candidates_ = 0;
  std::uint64_t window_candidates_ = 0;
  std::vector<double> z_;
  std::vector<double> cap_;
  std::vector<double> bound_;
  PartialSums sums_;
  double quantum_ = 0.0;
  double lowest_ = 0.0;   // the total may fall this low,
  double highest_ = 0.0;  // and rise this high, before the quantum is chosen anew
  std::vector<Clock> clocks_;
};

template <Intensity kIntensity>
template <typename OnSpike>
bool EventSimulator<kIntensity>::advance(double until, std::uint64_t most_spikes, OnSpike&& on_spike) {
  const std::size_t units = network_.units;
  std::uint64_t spikes = 0;
  while (true) {
    const EventRandom::Candidate candidate = random_.candidate();
    const double total = sums_.total() + network_.input_rate;
    const double next = elapsed_ + candidate.waiting / total;
    const double end = std::min(window_, until - start_);
    if (!(next < end)) {
      // Waiting is memoryless: what lies beyond the border is drawn again behind it.
      elapsed_ = std::max(elapsed_, end);
      set_clocks();
      if (until - start_ <= window_) return true;
      refresh();
      continue;
    }
    elapsed_ = next;
    ++candidates_;
    ++window_candidates_;
    set_clocks();
    const double place = candidate.place * total - network_.input_rate;
    if (place < 0.0) {
      deliver_input(place + network_.input_rate);
      continue;
    }
    const auto [neuron, rest] = sums_.find(bound_, place);
    const std::size_t unit = network_.replicas == 1 ? neuron : neuron % units;
    const double y = z_[neuron] * clock_of(unit).decayed;
    if (rest >= intensity_of(unit, y)) {
      tighten(neuron, unit);
      continue;
    }
    spread(neuron, unit);
    on_spike(start_ + elapsed_, neuron);
    if (++spikes >= most_spikes) return false;
  }
}

extern template class EventSimulator<Intensity::kExponential>;
extern template class EventSimulator<Intensity::kLinear>;

}  // namespace limes::spiking

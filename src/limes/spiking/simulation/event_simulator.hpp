#pragma once
// Exact simulation of a network of intensity-based neurons, event by event (theory note rmf, section 5).

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "limes/spiking/simulation/bound_ladder.hpp"
#include "limes/spiking/simulation/event_network.hpp"
#include "limes/spiking/simulation/event_random.hpp"
#include "limes/spiking/simulation/fast_exponential.hpp"
#include "limes/spiking/simulation/flat_bounds.hpp"

namespace limes::spiking {

/// One run. Between events y_i decays as e^{-t/tau_i}; so with s the time since the window began, z_i = y_i e^{s/tau_i}
/// stays constant, and a jump by w adds w e^{s/tau_i}: no neuron is touched by time passing, and an event needs one
/// exponential per time constant, not per target.
///
/// Thinning: every neuron has a bound of its intensity until the end of the window. Candidates come at the total rate
/// of all bounds and inputs; one falls on a neuron in proportion to its bound and is a spike with probability intensity
/// / bound. With z e^{-s/tau} at present and z e^{-window/tau} at the end, the larger of the two bounds y until then: a
/// positive y falls, a negative one rises. A window ends for every neuron at once; then all z and bounds are made
/// afresh. Its length follows from the candidates, so that the refreshing costs a small, constant share whatever the
/// number of neurons; deeply inhibited neurons (y << 0) thereby get bounds far below their rate at rest.
///
/// A small network whose neurons hear the same by group has sharp bounds, made anew for all at every spike
/// (vectorised).
///
/// In others bounds lie on a ladder. A neuron stays on its rung while its state stays below the rung and not far below:
/// most deliveries change nothing but z, and moving and drawing a neuron cost the same for any number of them.
///
/// Pools: where all neurons of a group hear the same, y_i = (z_i + shift_a) e^{-s/tau_a} with a shift per group. A
/// spike then changes one neuron and the shifts, whatever the size of the groups: the bound is a factor of the group
/// times the neuron's rung (exponential), or an excess of the group above it (linear).
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
    const std::size_t unit = unit_of(neuron);
    return z_of(neuron, unit) * exponential(-elapsed_ * network_.relaxation[unit]);
  }
  /// visit(neuron, y) for every neuron now.
  template <typename Visit>
  void for_each_state(Visit&& visit) const {
    for (std::size_t n = 0; n < network_.neurons(); ++n) {
      const std::size_t unit = unit_of(n);
      visit(n, z_of(n, unit) * clock_of(unit).decayed);
    }
  }
  /// Sets y of a neuron; call refresh() after the last.
  void set_state(std::size_t neuron, double y) {
    const std::size_t unit = unit_of(neuron);
    const double z = y * exponential(elapsed_ * network_.relaxation[unit]);
    if (sharp_) {
      flat_.z(neuron) = z;
    } else {
      cells_[neuron].z = z - pool_of(unit).shift;
    }
  }
  /// Time 0 again, with the random numbers of another run; set all states and call refresh() next.
  void restart(std::uint64_t seed, std::uint32_t realisation, std::uint32_t run);
  /// Begins a new window now.
  void refresh();

  /// Runs until `until`, calling on_spike(time, neuron) at every spike; stops early (false) after `most_spikes`.
  template <typename OnSpike>
  bool advance(double until, std::uint64_t most_spikes, OnSpike&& on_spike);

  template <typename Archive>
  void archive(Archive& a) {
    a(random_, start_, elapsed_, window_, candidates_, tally_, flat_, cells_, pools_, pool_ladder_, lowest_, highest_,
      clocks_, later_);
  }

 private:
  // How far below its rung a state may lie: log-intensities (exponential) or the share of the intensity (linear).
  static constexpr double kBelow = kIntensity == Intensity::kExponential ? 0.75 : 0.47;
  static constexpr std::size_t kFewPools = 64;  // with more a ladder of pools finds one
  static constexpr std::size_t kNobody = ~std::size_t{0};
  static constexpr std::size_t kFewClocks = 8;      // with more time constants exponentials are taken where needed
  static constexpr std::size_t kInCache = 1 << 12;  // neurons that need no prefetching
  static constexpr double kLongestWindow = 4.0;     // shortest time constants
  static constexpr double kShortestWindow = 1.0 / 1024.0;
  static constexpr double kRejectionCost = 20.0;  // over that of refreshing one neuron

  /// z, and the levels between which the neuron stays on its rung.
  struct alignas(16) Cell {
    double z;
    float high;
    float low;
  };
  /// e^{s/tau}, e^{-s/tau}, e^{-window/tau}.
  struct Clock {
    double grown = 1.0;
    double decayed = 1.0;
    double later = 1.0;
  };
  /// Neurons that share a ladder and a shift.
  struct Pool {
    std::size_t first = 0;
    double shift = 0.0;
    double factor = 1.0;
    double excess = 0.0;
    double neurons = 0.0;
    BoundLadder ladder;

    [[nodiscard]] double total() const {
      if constexpr (kIntensity == Intensity::kExponential) return factor * ladder.sum();
      return ladder.sum() + excess * neurons;
    }
    template <typename Archive>
    void archive(Archive& a) {
      a(first, shift, factor, excess, neurons, ladder);
    }
  };
  /// Since the length of the windows was chosen.
  struct Tally {
    std::uint64_t windows = 0;
    std::uint64_t spikes = 0;
    std::uint64_t rejections = 0;
  };
  struct Place {
    std::size_t neuron;
    double rest;
  };

  [[nodiscard]] std::size_t unit_of(std::size_t neuron) const {
    if (network_.replicas == 1) return neuron;
    return static_cast<std::uint32_t>(neuron) % static_cast<std::uint32_t>(network_.units);
  }
  [[nodiscard]] const Pool& pool_of(std::size_t unit) const {
    return pools_[pools_.size() > 1 ? network_.group_of[unit] : 0];
  }
  [[nodiscard]] Pool& pool_of(std::size_t unit) { return pools_[pools_.size() > 1 ? network_.group_of[unit] : 0]; }
  [[nodiscard]] double z_of(std::size_t neuron, std::size_t unit) const {
    return sharp_ ? flat_.z(neuron) : cells_[neuron].z + pool_of(unit).shift;
  }
  [[nodiscard]] Clock clock_of(std::size_t unit) const {
    if (few_clocks_) return clocks_[network_.clock[unit]];
    const double grown = exponential(elapsed_ * network_.relaxation[unit]);
    return {grown, 1.0 / grown, later_[unit]};
  }
  void set_clocks() {
    if (!few_clocks_) return;
    for (std::size_t c = 0; c < clocks_.size(); ++c) {
      clocks_[c].decayed = exponential(-elapsed_ * network_.clock_rate[c]);
      clocks_[c].grown = exponential(elapsed_ * network_.clock_rate[c]);
    }
  }
  [[nodiscard]] double intensity_of(std::size_t unit, double y) const {
    if constexpr (kIntensity == Intensity::kExponential) return network_.base[unit] * exponential(std::min(y, 600.0));
    return std::max(0.0, network_.base[unit] + y);
  }
  /// Bounds z e^{-t/tau} from now to the end of the window.
  [[nodiscard]] static double level_of(double z, const Clock& clock) {
    const double now = z * clock.decayed;
    const double end = z * clock.later;
    return now > end ? now : end;
  }

  [[nodiscard]] Rung rung_for(std::size_t unit, double level) const;
  void set_limits(Cell& cell, std::size_t unit, Rung rung, bool on_floor) const;
  [[nodiscard]] Place find(double place) const;
  void relocate(std::size_t neuron, std::size_t unit, double level);
  /// Moves z; whether the neuron has then to be relocated.
  [[nodiscard]] static bool moves(Cell& cell, double shift, const Clock& clock) {
    cell.z += shift;
    const auto level = static_cast<float>(level_of(cell.z, clock));
    return (level > cell.high) | (level < cell.low);
  }
  void deliver(std::size_t neuron, std::size_t unit, double jump, const Clock& clock) {
    Cell& cell = cells_[neuron];
    if (moves(cell, jump * clock.grown, clock)) relocate(neuron, unit, level_of(cell.z, clock));
  }
  [[nodiscard]] BoundTerms terms_of(std::size_t unit, const Clock& clock) const {
    const double base = network_.base[unit];
    return {clock.decayed, clock.later, kIntensity == Intensity::kExponential ? base * network_.bound_factor : base,
            network_.bound_factor};
  }
  void bound_shift(Pool& pool, const Clock& clock);
  void bound_pool(std::size_t a);
  void bound_sharply();

  void choose_window();
  void tighten(std::size_t neuron, std::size_t unit);
  void deliver_input(double place);
  void spread(std::size_t neuron, std::size_t unit);
  void spread_sharply(std::size_t unit);
  void spread_in_pools(std::size_t unit);
  template <bool kPrefetch>
  void spread_on_connections(std::size_t unit);
  /// Large networks live in slow memory: the row is fetched while it is decided whether the neuron spikes.
  void prefetch_row(std::size_t unit) const {
    for (std::size_t k = network_.row[unit]; k < network_.row[unit + 1]; k += 8) {
      __builtin_prefetch(&network_.target[k]);
      __builtin_prefetch(&network_.weight[k]);
    }
  }
  void spread_over_clocks(std::size_t unit);
  void spread_over_replicas(std::size_t replica, std::size_t unit);
  [[nodiscard]] double total() const {
    double sum = network_.input_rate;
    if (sharp_) return sum + flat_.total();
    if (pools_.size() > kFewPools) return sum + pool_ladder_.sum();
    for (const Pool& pool : pools_) sum += pool.total();
    return sum;
  }
  void refresh_if_far() {
    const double sum = total() - network_.input_rate;
    if (sum < lowest_ || sum > highest_) refresh();
  }

  const EventNetwork& network_;
  bool sharp_ = false;
  bool few_clocks_ = true;
  double shortest_time_ = 1.0;    // constant; 0: nothing relaxes
  std::vector<double> log_base_;  // per unit, exponential
  EventRandom random_;
  double start_ = 0.0;    // of the window
  double elapsed_ = 0.0;  // since then
  double window_ = 0.0;   // its length
  std::uint64_t candidates_ = 0;
  Tally tally_;
  FlatBounds flat_;            // where sharp; else:
  std::vector<Cell> cells_;    // of each neuron
  std::vector<Pool> pools_;    // of each group, or one
  BoundLadder pool_ladder_;    // of many pools
  double lowest_ = 0.0;        // the total may fall this low,
  double highest_ = 0.0;       // and rise this high, before floors are chosen anew
  std::vector<Clock> clocks_;  // where they are few
  std::vector<double> later_;  // else e^{-window/tau} by unit
  std::vector<Rung> wanted_;   // scratch of refresh()
};

template <Intensity kIntensity>
template <typename OnSpike>
bool EventSimulator<kIntensity>::advance(double until, std::uint64_t most_spikes, OnSpike&& on_spike) {
  std::uint64_t spikes = 0;
  while (true) {
    const EventRandom::Candidate candidate = random_.candidate();
    const double rate = total();
    const double next = elapsed_ + candidate.waiting / rate;
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
    set_clocks();
    const double place = candidate.place * rate - network_.input_rate;
    if (place < 0.0) {
      deliver_input(place + network_.input_rate);
      continue;
    }
    const auto [neuron, rest] = find(place);
    if (neuron == kNobody) continue;
    const std::size_t unit = unit_of(neuron);
    if (!network_.grouped && cells_.size() > kInCache) prefetch_row(unit);
    const double y = z_of(neuron, unit) * clock_of(unit).decayed;
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

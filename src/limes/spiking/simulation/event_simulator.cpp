#include "limes/spiking/simulation/event_simulator.hpp"

#include <array>
#include <cmath>
#include <limits>

namespace limes::spiking {

template <Intensity kIntensity>
EventSimulator<kIntensity>::EventSimulator(const EventNetwork& network, std::uint64_t seed, std::uint32_t realisation,
                                           std::uint32_t run)
    : network_(network),
      sharp_(network.grouped && network.replicas == 1 && network.units <= kSharp),
      few_clocks_(network.clock_rate.size() <= kFewClocks),
      random_(seed, realisation, run),
      z_(network.neurons()),
      cap_(network.neurons()),
      bound_(network.neurons()),
      clocks_(network.clock_rate.size()) {
  const double fastest = *std::max_element(network.clock_rate.begin(), network.clock_rate.end());
  shortest_time_ = fastest > 0.0 ? 1.0 / fastest : 0.0;
  window_ = shortest_time_ > 0.0 ? shortest_time_ : std::numeric_limits<double>::infinity();
  for (std::size_t n = 0; n < z_.size(); ++n) z_[n] = network.reset[unit_of(n)];
  refresh();
}

template <Intensity kIntensity>
void EventSimulator<kIntensity>::refresh() {
  const std::size_t units = network_.units;
  // States at the start of the new window.
  for (std::size_t c = 0; c < clocks_.size(); ++c) {
    clocks_[c].decayed = std::exp(-elapsed_ * network_.clock_rate[c]);
  }
  for (std::size_t m = 0; m < network_.replicas; ++m) {
    double* z = z_.data() + m * units;
    for (std::size_t i = 0; i < units; ++i) z[i] *= clocks_[network_.clock[i]].decayed;
  }
  start_ += elapsed_;
  elapsed_ = 0.0;
  // Between a quarter and one candidate per neuron and window.
  if (shortest_time_ > 0.0) {
    const double share = static_cast<double>(window_candidates_) / static_cast<double>(network_.neurons());
    if (share > 1.0) window_ = std::max(0.5 * window_, kShortestWindow * shortest_time_);
    if (share < 0.25) window_ = std::min(2.0 * window_, kLongestWindow * shortest_time_);
  }
  window_candidates_ = 0;
  for (std::size_t c = 0; c < clocks_.size(); ++c) {
    clocks_[c] = {1.0, 1.0, shortest_time_ > 0.0 ? std::exp(-window_ * network_.clock_rate[c]) : 1.0};
  }
  if (sharp_) return bound_sharply();
  double total = 0.0;
  for (std::size_t m = 0; m < network_.replicas; ++m) {
    for (std::size_t i = 0; i < units; ++i) {
      const std::size_t n = m * units + i;
      cap_[n] = cap_for(level_of(i, z_[n], clocks_[network_.clock[i]]));
      bound_[n] = bound_at(i, cap_[n]);
      total += bound_[n];
    }
  }
  // 2^38 quanta make the total; sums are exact up to 2^53 of them.
  quantum_ = std::ldexp(1.0, std::max(-900, std::ilogb(std::max(total, 1e-280)) - 38));
  lowest_ = total * 0x1p-8;
  highest_ = std::max(total, 0x1p38 * quantum_) * 0x1p10;
  for (double& bound : bound_) bound = rounded_up(bound);
  sums_.build(bound_);
}

/// Bounds of all neurons of a small network from their states.
template <Intensity kIntensity>
void EventSimulator<kIntensity>::bound_sharply() {
  for (std::size_t a = 0; a + 1 < network_.group_borders.size(); ++a) {
    const std::size_t first = network_.group_borders[a];
    const std::size_t count = network_.group_borders[a + 1] - first;
    const BoundTerms terms = terms_of(first, clock_of(first));
    if constexpr (kIntensity == Intensity::kExponential) {
      shift_and_bound_exponential(z_.data() + first, bound_.data() + first, count, 0.0, terms);
    } else {
      shift_and_bound_linear(z_.data() + first, bound_.data() + first, count, 0.0, terms);
    }
  }
  sums_.build(bound_);
}

/// After a rejection: the bound follows the state, which has come down since the bound was made.
template <Intensity kIntensity>
void EventSimulator<kIntensity>::tighten(std::size_t neuron, std::size_t unit) {
  if (sharp_) return bound_sharply();
  update_bound(neuron, unit, level_of(unit, z_[neuron], clock_of(unit)));
}

template <Intensity kIntensity>
void EventSimulator<kIntensity>::reset(std::size_t neuron, std::size_t unit) {
  const Clock clock = clock_of(unit);
  z_[neuron] = network_.reset[unit] * clock.grown;
  update_bound(neuron, unit, level_of(unit, z_[neuron], clock));
}

template <Intensity kIntensity>
void EventSimulator<kIntensity>::deliver_input(double place) {
  std::size_t k = 0;
  while (k + 1 < network_.inputs.size() && place >= network_.inputs[k].total_rate) {
    place -= network_.inputs[k++].total_rate;
  }
  const EventNetwork::Input& input = network_.inputs[k];
  const std::size_t unit =
      input.first_unit + (input.unit_count > 1 ? random_.below(static_cast<std::uint32_t>(input.unit_count)) : 0);
  const std::size_t replica = network_.replicas > 1 ? random_.below(static_cast<std::uint32_t>(network_.replicas)) : 0;
  const std::size_t neuron = replica * network_.units + unit;
  if (sharp_) {
    const Clock clock = clock_of(unit);
    const double shift = input.weight * clock.grown;
    const double before = bound_[neuron];
    const BoundTerms terms = terms_of(unit, clock);
    if constexpr (kIntensity == Intensity::kExponential) {
      shift_and_bound_exponential(&z_[neuron], &bound_[neuron], 1, shift, terms);
    } else {
      shift_and_bound_linear(&z_[neuron], &bound_[neuron], 1, shift, terms);
    }
    if (before != bound_[neuron]) sums_.build(bound_);
    return;
  }
  deliver(neuron, unit, input.weight);
  if (sums_.total() < lowest_ || sums_.total() > highest_) refresh();
}

/// Everything that a spike does.
template <Intensity kIntensity>
void EventSimulator<kIntensity>::spread(std::size_t neuron, std::size_t unit) {
  if (sharp_) return spread_sharply(unit);
  reset(neuron, unit);
  if (network_.replicas > 1) {
    spread_over_replicas(neuron / network_.units, unit);
  } else if (network_.grouped) {
    spread_in_groups(unit);
  } else {
    spread_on_connections(unit);
  }
  if (sums_.total() < lowest_ || sums_.total() > highest_) refresh();
}

template <Intensity kIntensity>
void EventSimulator<kIntensity>::spread_sharply(std::size_t unit) {
  const std::uint32_t source = network_.group_of[unit];
  for (std::size_t a = 0; a + 1 < network_.group_borders.size(); ++a) {
    const std::size_t first = network_.group_borders[a];
    const std::size_t count = network_.group_borders[a + 1] - first;
    const Clock clock = clock_of(first);
    const double shift = network_.weights(static_cast<Eigen::Index>(a), source) * clock.grown;
    // The source is reset and does not hear itself: what the loop adds is taken off beforehand.
    if (a == source) z_[unit] = network_.reset[unit] * clock.grown - shift;
    const BoundTerms terms = terms_of(first, clock);
    if constexpr (kIntensity == Intensity::kExponential) {
      shift_and_bound_exponential(z_.data() + first, bound_.data() + first, count, shift, terms);
    } else {
      shift_and_bound_linear(z_.data() + first, bound_.data() + first, count, shift, terms);
    }
  }
  sums_.build(bound_);
}

template <Intensity kIntensity>
void EventSimulator<kIntensity>::spread_in_groups(std::size_t unit) {
  const std::uint32_t source = network_.group_of[unit];
  std::array<double, kBlock> level;
  for (std::size_t a = 0; a + 1 < network_.group_borders.size(); ++a) {
    const double jump = network_.weights(static_cast<Eigen::Index>(a), source);
    const std::size_t last = network_.group_borders[a + 1];
    if (jump == 0.0) continue;
    const Clock clock = clock_of(network_.group_borders[a]);
    const double shift = jump * clock.grown;
    const double own = z_[unit];
    for (std::size_t first = network_.group_borders[a]; first < last; first += kBlock) {
      const std::size_t count = std::min(kBlock, last - first);
      if constexpr (kIntensity == Intensity::kExponential) {
        const BoundTerms terms = terms_of(first, clock);
        if (!shift_and_compare(&z_[first], level.data(), &cap_[first], count, shift, terms, kBelow)) continue;
      } else {
        for (std::size_t i = 0; i < count; ++i) {
          z_[first + i] += shift;
          level[i] = level_of(first + i, z_[first + i], clock);
        }
      }
      for (std::size_t i = 0; i < count; ++i) {
        if (first + i != unit && is_outside(level[i], cap_[first + i])) update_bound(first + i, first + i, level[i]);
      }
    }
    if (a == source) z_[unit] = own;
  }
}

template <Intensity kIntensity>
void EventSimulator<kIntensity>::spread_on_connections(std::size_t unit) {
  const std::size_t last = network_.row[unit + 1];
  // Large networks live in slow memory: the row is fetched at once, and the state of a target some steps in advance.
  constexpr std::size_t kAhead = 24;
  for (std::size_t k = network_.row[unit]; k < last; k += 8) {
    __builtin_prefetch(&network_.target[k]);
    __builtin_prefetch(&network_.weight[k]);
  }
  if (clocks_.size() == 1) {
    const Clock clock = clocks_.front();
    for (std::size_t k = network_.row[unit]; k < last; ++k) {
      const std::size_t ahead = network_.target[std::min(k + kAhead, last - 1)];
      __builtin_prefetch(&z_[ahead]);
      __builtin_prefetch(&cap_[ahead]);
      const std::size_t i = network_.target[k];
      const double z = z_[i] + network_.weight[k] * clock.grown;
      z_[i] = z;
      const double level = level_of(i, z, clock);
      if (is_outside(level, cap_[i])) update_bound(i, i, level);
    }
    return;
  }
  for (std::size_t k = network_.row[unit]; k < last; ++k) {
    deliver(network_.target[k], network_.target[k], network_.weight[k]);
  }
}

/// To each target in another replica, drawn for each target afresh (note 1.4).
template <Intensity kIntensity>
void EventSimulator<kIntensity>::spread_over_replicas(std::size_t replica, std::size_t unit) {
  const auto others = static_cast<std::uint32_t>(network_.replicas - 1);
  const auto send = [&](std::size_t target, double jump) {
    const std::uint32_t draw = random_.below(others);
    const std::size_t m = draw < replica ? draw : draw + 1;
    deliver(m * network_.units + target, target, jump);
  };
  if (!network_.grouped) {
    for (std::size_t k = network_.row[unit]; k < network_.row[unit + 1]; ++k) {
      send(network_.target[k], network_.weight[k]);
    }
    return;
  }
  const std::uint32_t source = network_.group_of[unit];
  for (std::size_t a = 0; a + 1 < network_.group_borders.size(); ++a) {
    const double jump = network_.weights(static_cast<Eigen::Index>(a), source);
    if (jump == 0.0) continue;
    for (std::size_t i = network_.group_borders[a]; i < network_.group_borders[a + 1]; ++i) {
      if (i != unit) send(i, jump);
    }
  }
}

template class EventSimulator<Intensity::kExponential>;
template class EventSimulator<Intensity::kLinear>;

}  // namespace limes::spiking

#include "limes/spiking/simulation/event_simulator.hpp"

#include <bit>
#include <cmath>
#include <limits>

namespace limes::spiking {

template <Intensity kIntensity>
EventSimulator<kIntensity>::EventSimulator(const EventNetwork& network, std::uint64_t seed, std::uint32_t realisation,
                                           std::uint32_t run)
    : network_(network),
      sharp_(network.pooled() && network.units <= EventNetwork::kSmall),
      few_clocks_(network.clock_rate.size() <= kFewClocks),
      random_(seed, realisation, run),
      flat_(sharp_ ? network.units : 0),
      cells_(sharp_ ? 0 : network.neurons()),
      pools_(sharp_             ? 0
             : network.pooled() ? network.groups()
                                : 1) {
  const double fastest = *std::max_element(network.clock_rate.begin(), network.clock_rate.end());
  shortest_time_ = fastest > 0.0 ? 1.0 / fastest : 0.0;
  window_ = shortest_time_ > 0.0 ? 0.25 * shortest_time_ : std::numeric_limits<double>::infinity();
  if (few_clocks_) {
    clocks_.resize(network.clock_rate.size());
  } else {
    later_.resize(network.units, 1.0);
  }
  if (kIntensity == Intensity::kExponential) {
    for (const double base : network.base) log_base_.push_back(std::log(network.bound_factor * base));
  }
  for (std::size_t a = 0; a < pools_.size(); ++a) {
    pools_[a].first = network.pooled() ? network.group_borders[a] : 0;
    const std::size_t end = network.pooled() ? network.group_borders[a + 1] : network.neurons();
    pools_[a].neurons = static_cast<double>(end - pools_[a].first);
  }
  for (std::size_t n = 0; n < network.neurons(); ++n) set_state(n, network.reset[unit_of(n)]);
  refresh();
}

template <Intensity kIntensity>
void EventSimulator<kIntensity>::restart(std::uint64_t seed, std::uint32_t realisation, std::uint32_t run) {
  random_ = EventRandom(seed, realisation, run);
  start_ = 0.0;
  elapsed_ = 0.0;
  set_clocks();
  for (Pool& pool : pools_) pool.shift = 0.0;
}

/// Longer windows for fewer refreshments, shorter ones for fewer rejections: the least cost is where both cost the
/// same.
template <Intensity kIntensity>
void EventSimulator<kIntensity>::choose_window() {
  ++tally_.windows;
  if (sharp_ && shortest_time_ > 0.0) {
    // Bounds are made anew all the time: windows of about half a candidate per neuron.
    const double share = static_cast<double>(tally_.spikes + tally_.rejections) / static_cast<double>(network_.units);
    if (share > 1.0) window_ = std::max(0.5 * window_, 0x1p-6 * shortest_time_);
    if (share < 0.25) window_ = std::min(2.0 * window_, kLongestWindow * shortest_time_);
    tally_ = {};
    return;
  }
  if (shortest_time_ == 0.0 || (tally_.spikes + tally_.rejections < 200 && tally_.windows < 16)) return;
  // A quarter of the spikes is rejected even in the shortest windows: that is what the ladder's coarseness costs.
  const double rejections = static_cast<double>(tally_.rejections) - 0.25 * static_cast<double>(tally_.spikes);
  const double refreshments = static_cast<double>(tally_.windows) * static_cast<double>(network_.neurons());
  const double ratio = kRejectionCost * rejections / refreshments;
  if (ratio > 2.0) window_ = std::max(0.5 * window_, kShortestWindow * shortest_time_);
  if (ratio < 0.5) window_ = std::min(2.0 * window_, kLongestWindow * shortest_time_);
  tally_ = {};
}

template <Intensity kIntensity>
void EventSimulator<kIntensity>::refresh() {
  set_clocks();
  for_each_state([&](std::size_t n, double y) { (sharp_ ? flat_.z(n) : cells_[n].z) = y; });
  start_ += elapsed_;
  elapsed_ = 0.0;
  choose_window();
  const double length = shortest_time_ > 0.0 ? window_ : 0.0;
  for (std::size_t c = 0; c < clocks_.size(); ++c) {
    clocks_[c] = {1.0, 1.0, exponential(-length * network_.clock_rate[c])};
  }
  for (std::size_t i = 0; i < later_.size(); ++i) later_[i] = exponential(-length * network_.relaxation[i]);
  if (sharp_) return bound_sharply();
  wanted_.resize(cells_.size());
  lowest_ = 0.0;
  for (Pool& pool : pools_) {
    pool.shift = 0.0;
    pool.factor = 1.0;
    pool.excess = 0.0;
    const auto count = static_cast<std::size_t>(pool.neurons);
    double sum = 0.0;
    for (std::size_t n = pool.first; n < pool.first + count; ++n) {
      const std::size_t unit = unit_of(n);
      wanted_[n] = rung_for(
          unit, level_of(cells_[n].z, few_clocks_ ? clocks_[network_.clock[unit]] : Clock{1.0, 1.0, later_[unit]}));
      sum += rung_value(wanted_[n]);
    }
    // Even if all neurons were on it, the floor would make a thousandth of the candidates.
    const Rung floor = rung_above(std::max(0x1p-10 * sum / pool.neurons, 1e-290));
    pool.ladder.clear(count, floor);
    for (std::size_t n = pool.first; n < pool.first + count; ++n) {
      const bool on_floor = wanted_[n] <= floor;
      const Rung rung = on_floor ? floor : wanted_[n];
      pool.ladder.insert(static_cast<std::uint32_t>(n - pool.first), rung);
      set_limits(cells_[n], unit_of(n), rung, on_floor);
    }
    lowest_ += pool.total();
  }
  if (pools_.size() > kFewPools) {
    const Rung floor = rung_above(0x1p-10 * lowest_ / static_cast<double>(pools_.size()));
    pool_ladder_.clear(pools_.size(), floor);
    for (std::size_t a = 0; a < pools_.size(); ++a) {
      pool_ladder_.insert(static_cast<std::uint32_t>(a), std::max(floor, rung_above(pools_[a].total())));
    }
  }
  highest_ = lowest_ * 0x1p10;
  lowest_ *= 0x1p-8;
}

template <Intensity kIntensity>
Rung EventSimulator<kIntensity>::rung_for(std::size_t unit, double level) const {
  if constexpr (kIntensity == Intensity::kExponential) {
    double x = level + log_base_[unit];
    x = x < -660.0 ? -660.0 : x;
    x = x > 660.0 ? 660.0 : x;
    // Limits of a rung lie below it by more than all rounding errors: see set_limits().
    return rung_above_exponential(x + 3e-6 + 3e-7 * std::fabs(level + log_base_[unit]));
  } else {
    const double bound = network_.bound_factor * (network_.base[unit] + level);
    return rung_above(bound > 1e-290 ? bound * (1.0 + 1e-5) : 1e-290);
  }
}

template <Intensity kIntensity>
void EventSimulator<kIntensity>::set_limits(Cell& cell, std::size_t unit, Rung rung, bool on_floor) const {
  constexpr float kNever = -std::numeric_limits<float>::infinity();
  // Rounding limits and levels to single precision moves each by less than 6e-8 of its size.
  if constexpr (kIntensity == Intensity::kExponential) {
    const double high = rung_logarithm(rung) - log_base_[unit];
    cell.high = static_cast<float>(high - 1e-6 - 2e-7 * std::fabs(high));
    cell.low = on_floor ? kNever : static_cast<float>(high - kBelow);
  } else {
    const double value = rung_value(rung) / network_.bound_factor;
    const double base = network_.base[unit];
    cell.high = static_cast<float>((value - base) - 1e-6 * value - 2e-7 * (value + base));
    cell.low = on_floor ? kNever : static_cast<float>(kBelow * value - base);
  }
}

template <Intensity kIntensity>
void EventSimulator<kIntensity>::relocate(std::size_t neuron, std::size_t unit, double level) {
  Pool& pool = pool_of(unit);
  Rung rung = rung_for(unit, level);
  const bool on_floor = rung <= pool.ladder.floor();
  if (on_floor) rung = pool.ladder.floor();
  pool.ladder.move(static_cast<std::uint32_t>(neuron - pool.first), rung);
  set_limits(cells_[neuron], unit, rung, on_floor);
  if (pools_.size() > kFewPools) bound_pool(network_.group_of[unit]);
}

/// Keeps pool a on its rung while its total is below it and above half of it.
template <Intensity kIntensity>
void EventSimulator<kIntensity>::bound_pool(std::size_t a) {
  const double sum = pools_[a].total();
  const auto member = static_cast<std::uint32_t>(a);
  const double bound = rung_value(pool_ladder_.rung_of(member));
  if (sum < bound && 2.0 * sum > bound) return;
  pool_ladder_.move(member, std::max(pool_ladder_.floor(), rung_above(sum)));
}

/// Bounds of all neurons of a small network from their states.
template <Intensity kIntensity>
void EventSimulator<kIntensity>::bound_sharply() {
  for (std::size_t a = 0; a < network_.groups(); ++a) {
    const std::size_t first = network_.group_borders[a];
    const std::size_t count = network_.group_borders[a + 1] - first;
    flat_.shift<kIntensity>(first, count, 0.0, terms_of(first, clock_of(first)));
  }
  flat_.sum_up();
}

/// The neuron in whose bound `place` lies when all bounds are laid end to end; kNobody between the sum of a pool and
/// its bound.
template <Intensity kIntensity>
typename EventSimulator<kIntensity>::Place EventSimulator<kIntensity>::find(double place) const {
  if (sharp_) {
    const auto [neuron, rest] = flat_.find(place);
    return {neuron, rest};
  }
  std::size_t a = 0;
  if (pools_.size() > kFewPools) {
    const auto draw = pool_ladder_.find(place);
    a = draw.member;
    place = draw.rest;
    if (place >= pools_[a].total()) return {kNobody, 0.0};
  } else {
    while (a + 1 < pools_.size() && place >= pools_[a].total()) place -= pools_[a++].total();
  }
  const Pool& pool = pools_[a];
  if constexpr (kIntensity == Intensity::kExponential) {
    const auto draw = pool.ladder.find(place / pool.factor);
    return {pool.first + draw.member, draw.rest * pool.factor};
  } else {
    if (pool.excess == 0.0) {
      const auto draw = pool.ladder.find(place);
      return {pool.first + draw.member, draw.rest};
    }
    // A bound has two parts, the excess before the rung.
    const double excesses = pool.excess * pool.neurons;
    if (place < excesses) {
      const double index = std::min(std::floor(place / pool.excess), pool.neurons - 1.0);
      return {pool.first + static_cast<std::size_t>(index), place - index * pool.excess};
    }
    const auto draw = pool.ladder.find(place - excesses);
    return {pool.first + draw.member, draw.rest + pool.excess};
  }
}

template <Intensity kIntensity>
void EventSimulator<kIntensity>::bound_shift(Pool& pool, const Clock& clock) {
  const double level = level_of(pool.shift, clock);
  if constexpr (kIntensity == Intensity::kExponential) {
    pool.factor = exponential_bound(level);
  } else {
    pool.excess = std::max(0.0, network_.bound_factor * level);
  }
}

/// After a rejection: the bound follows the state, which has come down since the bound was made.
template <Intensity kIntensity>
void EventSimulator<kIntensity>::tighten(std::size_t neuron, std::size_t unit) {
  ++tally_.rejections;
  if (sharp_) return bound_sharply();
  const Clock clock = clock_of(unit);
  relocate(neuron, unit, level_of(cells_[neuron].z, clock));
  if (!network_.pooled()) return;
  bound_shift(pool_of(unit), clock);
  if (pools_.size() > kFewPools) bound_pool(network_.group_of[unit]);
}

template <Intensity kIntensity>
void EventSimulator<kIntensity>::deliver_input(double place) {
  const auto above = std::upper_bound(network_.inputs.begin(), network_.inputs.end() - 1, place,
                                      [](double p, const EventNetwork::Input& i) { return p < i.rates_up_to; });
  const EventNetwork::Input& input = *above;
  const std::size_t unit =
      input.first_unit + (input.unit_count > 1 ? random_.below(static_cast<std::uint32_t>(input.unit_count)) : 0);
  const Clock clock = clock_of(unit);
  if (sharp_) {
    flat_.shift<kIntensity>(unit, 1, input.weight * clock.grown, terms_of(unit, clock));
    flat_.sum_up();
    return;
  }
  const std::size_t replica = network_.replicas > 1 ? random_.below(static_cast<std::uint32_t>(network_.replicas)) : 0;
  deliver(replica * network_.units + unit, unit, input.weight, clock);
  refresh_if_far();
}

/// Everything that a spike does.
template <Intensity kIntensity>
void EventSimulator<kIntensity>::spread(std::size_t neuron, std::size_t unit) {
  ++tally_.spikes;
  if (sharp_) return spread_sharply(unit);
  if (network_.pooled()) spread_in_pools(unit);
  const Clock clock = clock_of(unit);
  cells_[neuron].z = network_.reset[unit] * clock.grown - pool_of(unit).shift;
  relocate(neuron, unit, level_of(cells_[neuron].z, clock));
  if (network_.replicas > 1) {
    spread_over_replicas(neuron / network_.units, unit);
  } else if (!network_.grouped) {
    if (clocks_.size() != 1) {
      spread_over_clocks(unit);
    } else if (cells_.size() > kInCache) {
      spread_on_connections<true>(unit);
    } else {
      spread_on_connections<false>(unit);
    }
  }
  refresh_if_far();
}

template <Intensity kIntensity>
void EventSimulator<kIntensity>::spread_sharply(std::size_t unit) {
  const std::uint32_t source = network_.group_of[unit];
  const auto& hearers = network_.hearers[source];
  auto hearer = hearers.begin();
  for (std::uint32_t a = 0; a < network_.groups(); ++a) {
    const std::size_t first = network_.group_borders[a];
    const std::size_t count = network_.group_borders[a + 1] - first;
    const Clock clock = clock_of(first);
    const double shift = hearer != hearers.end() && hearer->group == a ? (hearer++)->weight * clock.grown : 0.0;
    // The source is reset and does not hear itself: what the loop adds is taken off beforehand.
    if (a == source) flat_.z(unit) = network_.reset[unit] * clock.grown - shift;
    flat_.shift<kIntensity>(first, count, shift, terms_of(first, clock));
  }
  flat_.sum_up();
}

/// To all neurons of the groups at once, the source too, which is reset afterwards.
template <Intensity kIntensity>
void EventSimulator<kIntensity>::spread_in_pools(std::size_t unit) {
  for (const auto& [a, weight] : network_.hearers[network_.group_of[unit]]) {
    Pool& pool = pools_[a];
    const Clock clock = clock_of(pool.first);
    pool.shift += weight * clock.grown;
    bound_shift(pool, clock);
    if (pools_.size() > kFewPools) bound_pool(a);
  }
}

template <Intensity kIntensity>
template <bool kPrefetch>
void EventSimulator<kIntensity>::spread_on_connections(std::size_t unit) {
  const std::size_t first = network_.row[unit];
  const std::size_t count = network_.row[unit + 1] - first;
  const std::uint32_t* const target = network_.target.data() + first;
  const double* const weight = network_.weight.data() + first;
  Cell* const cells = cells_.data();
  const Clock clock = clocks_.front();
  // The state of a target is fetched some steps in advance.
  constexpr std::size_t kAhead = 24;
  if constexpr (kPrefetch) {
    for (std::size_t k = 0; k < std::min(kAhead, count); ++k) __builtin_prefetch(cells + target[k]);
  }
  // Who has to move is noted first, in the bits of a word, without a branch.
  for (std::size_t begin = 0; begin < count; begin += 64) {
    const std::size_t end = std::min(begin + 64, count);
    std::uint64_t moving = 0;
    for (std::size_t k = begin; k < end; ++k) {
      if constexpr (kPrefetch) __builtin_prefetch(cells + target[k + kAhead < count ? k + kAhead : k]);
      const bool mover = moves(cells[target[k]], weight[k] * clock.grown, clock);
      moving = (moving >> 1U) | (std::uint64_t{mover} << 63U);
    }
    moving >>= 64 - (end - begin);
    if constexpr (kPrefetch) {
      for (std::uint64_t rest = moving; rest != 0; rest &= rest - 1) {
        pools_.front().ladder.prefetch(target[begin + static_cast<std::size_t>(std::countr_zero(rest))]);
      }
    }
    for (; moving != 0; moving &= moving - 1) {
      const std::uint32_t neuron = target[begin + static_cast<std::size_t>(std::countr_zero(moving))];
      relocate(neuron, neuron, level_of(cells[neuron].z, clock));
    }
  }
}

/// The same with several time constants.
template <Intensity kIntensity>
void EventSimulator<kIntensity>::spread_over_clocks(std::size_t unit) {
  const std::size_t last = network_.row[unit + 1];
  for (std::size_t k = network_.row[unit]; k < last; ++k) {
    const std::size_t target = network_.target[k];
    deliver(target, target, network_.weight[k], clock_of(target));
  }
}

/// To each target in another replica, drawn for each target afresh (note 1.4).
template <Intensity kIntensity>
void EventSimulator<kIntensity>::spread_over_replicas(std::size_t replica, std::size_t unit) {
  const auto others = static_cast<std::uint32_t>(network_.replicas - 1);
  const auto send = [&](std::size_t target, double jump) {
    const std::uint32_t draw = random_.below(others);
    const std::size_t m = draw < replica ? draw : draw + 1;
    deliver(m * network_.units + target, target, jump, clock_of(target));
  };
  if (!network_.grouped) {
    for (std::size_t k = network_.row[unit]; k < network_.row[unit + 1]; ++k) {
      send(network_.target[k], network_.weight[k]);
    }
    return;
  }
  for (const auto& [a, weight] : network_.hearers[network_.group_of[unit]]) {
    for (std::size_t i = network_.group_borders[a]; i < network_.group_borders[a + 1]; ++i) {
      if (i != unit) send(i, weight);
    }
  }
}

template class EventSimulator<Intensity::kExponential>;
template class EventSimulator<Intensity::kLinear>;

}  // namespace limes::spiking

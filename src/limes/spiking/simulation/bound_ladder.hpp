#pragma once
// Bounds on a ladder of fixed rungs, for drawing a neuron with a probability proportional to its bound.

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "limes/spiking/simulation/fast_exponential.hpp"

namespace limes::spiking {

/// The rungs: ..., 1, 1.5, 2, 3, 4, 6, ...: all numbers 2^e and 1.5 2^e, numbered so that a number's rung is in its
/// leading bits.
using Rung = std::int64_t;

[[nodiscard]] inline double rung_value(Rung rung) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(rung) << 51U);
}
/// The lowest rung above a positive normal number.
[[nodiscard]] inline Rung rung_above(double number) {
  return static_cast<Rung>(std::bit_cast<std::uint64_t>(number) >> 51U) + 1;
}
/// ln rung_value(rung).
[[nodiscard]] inline double rung_logarithm(Rung rung) {
  return static_cast<double>((rung >> 1) - 1023) * kLn2 + ((rung & 1) != 0 ? 0.40546510810816438198 : 0.0);
}
/// A rung above e^x, |x| < 690, the lowest but for rounding: check rung_logarithm against x.
[[nodiscard]] inline Rung rung_above_exponential(double x) {
  constexpr double kRounder = 0x1.8p52;
  const double power = x * kLog2E;
  double whole = (power + kRounder) - kRounder;
  whole = whole > power ? whole - 1.0 : whole;
  return 2 * (static_cast<Rung>(whole) + 1023) + 1 + (power - whole > 0.58496250072115618146 ? 1 : 0);
}

/// Members 0, ..., n - 1, each on a rung at or above the floor. Moving one and drawing one cost a few operations,
/// however many there are (composition and rejection: A. Slepoy, A. Thompson, S. Plimpton, J. Chem. Phys. 128 (2008)
/// 205101). The sum is exact, whatever the order of the moves, while it stays below 2^52 times the floor's half.
class BoundLadder {
 public:
  /// Empties the ladder.
  void clear(std::size_t members, Rung floor);
  void insert(std::uint32_t member, Rung rung) {
    const auto step = static_cast<std::size_t>(rung - floor_);
    if (step >= weights_.size()) grow(step);
    append(member, static_cast<std::uint32_t>(step));
  }
  void move(std::uint32_t member, Rung rung) {
    const auto step = static_cast<std::size_t>(rung - floor_);
    const Position old = positions_[member];
    if (old.step == step) return;
    if (step >= weights_.size()) grow(step);
    std::vector<std::uint32_t>& members = rungs_[old.step];
    const std::uint32_t last = members.back();
    members[old.place] = last;
    positions_[last].place = old.place;
    members.pop_back();
    const double value = rung_value(floor_ + old.step);
    weights_[old.step] -= value;
    sum_ -= value;
    append(member, static_cast<std::uint32_t>(step));
  }

  void prefetch(std::uint32_t member) const { __builtin_prefetch(&positions_[member], 1); }

  [[nodiscard]] Rung floor() const { return floor_; }
  [[nodiscard]] Rung rung_of(std::uint32_t member) const { return floor_ + positions_[member].step; }
  [[nodiscard]] double sum() const { return sum_; }

  struct Draw {
    std::uint32_t member;
    double rest;  ///< uniform on [0, rung value) where `place` was uniform on [0, sum)
  };
  [[nodiscard]] Draw find(double place) const;

  template <typename Archive>
  void archive(Archive& a) {
    a(floor_, sum_, positions_, weights_, rungs_);
  }

 private:
  struct Position {
    std::uint32_t step;  // above the floor
    std::uint32_t place;
  };

  void grow(std::size_t step);
  void append(std::uint32_t member, std::uint32_t step) {
    std::vector<std::uint32_t>& members = rungs_[step];
    positions_[member] = {step, static_cast<std::uint32_t>(members.size())};
    members.push_back(member);
    const double value = rung_value(floor_ + step);
    weights_[step] += value;
    sum_ += value;
  }

  Rung floor_ = 2046;
  double sum_ = 0.0;
  std::vector<Position> positions_;
  std::vector<double> weights_;                    // value times members, of each rung up to the highest used
  std::vector<std::vector<std::uint32_t>> rungs_;  // members; further ones are empty
};

inline BoundLadder::Draw BoundLadder::find(double place) const {
  // From the top: there the sum is made.
  std::size_t step = weights_.size() - 1;
  while (step > 0 && place >= weights_[step]) place -= weights_[step--];
  while (rungs_[step].empty() && step + 1 < weights_.size()) ++step;  // a place at the very end, by rounding
  const std::vector<std::uint32_t>& members = rungs_[step];
  const double value = rung_value(floor_ + static_cast<Rung>(step));
  auto index = static_cast<std::size_t>(place / value);
  if (index >= members.size()) index = members.size() - 1;
  return {members[index], place - static_cast<double>(index) * value};
}

}  // namespace limes::spiking

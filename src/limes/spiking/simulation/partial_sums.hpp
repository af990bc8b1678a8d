#pragma once
// Sums of non-negative numbers that change one at a time, for drawing one with a probability proportional to it.

#include <cstddef>
#include <vector>

namespace limes::spiking {

/// Sums over 32 numbers, over 32 of these sums, and so on. Up to 64 numbers there are no levels, and the draw is one
/// flat pass, which is the quickest up to there. The sums are exact if the numbers are multiples of one quantum and
/// stay below 2^53 quanta.
class PartialSums {
 public:
  /// Sums of these numbers from scratch.
  void build(const std::vector<double>& numbers);

  [[nodiscard]] double total() const { return total_; }
  void set_total(double total) { total_ = total; }  ///< of a flat list, summed elsewhere

  /// Number `index` grew by `change`.
  void add(std::size_t index, double change) {
    for (std::vector<double>& level : levels_) {
      index >>= kShift;
      level[index] += change;
    }
    total_ += change;
  }

  struct Place {
    std::size_t index;
    double rest;  ///< uniform on [0, number) where `place` was uniform on [0, total)
  };
  /// The number in which `place` lies when they are laid end to end.
  [[nodiscard]] Place find(const std::vector<double>& numbers, double place) const {
    std::size_t first = 0;
    std::size_t last = levels_.empty() ? numbers.size() : levels_.back().size();
    for (std::size_t depth = levels_.size() + 1; depth-- > 0;) {
      const std::vector<double>& level = depth == 0 ? numbers : levels_[depth - 1];
      if (last > level.size()) last = level.size();
      while (first + 1 < last && place >= level[first]) place -= level[first++];
      if (depth == 0) break;
      first <<= kShift;
      last = first + (std::size_t{1} << kShift);
    }
    return {first, place};
  }

  template <typename Archive>
  void archive(Archive& a) {
    a(levels_, total_);
  }

 private:
  static constexpr unsigned kShift = 5;
  static constexpr std::size_t kFlat = 64;

  std::vector<std::vector<double>> levels_;
  double total_ = 0.0;
};

}  // namespace limes::spiking

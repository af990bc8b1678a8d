#pragma once
// The random numbers of one event-driven run, made in blocks.

#include <array>
#include <cstddef>
#include <cstdint>

#include "limes/math/random.hpp"

namespace limes::spiking {

/// Two streams: one of candidate events (a waiting time and a place each), one of further draws (targets' replicas,
/// targets of inputs). Trivially copyable: it is saved as it is.
class EventRandom {
 public:
  EventRandom(std::uint64_t seed, std::uint32_t realisation, std::uint32_t run);

  struct Candidate {
    double waiting;  ///< exponential with mean 1
    double place;    ///< uniform on (0, 1)
  };
  Candidate candidate() {
    if (next_candidate_ == kCandidates) fill_candidates();
    const std::size_t k = next_candidate_++;
    return {waiting_[k], place_[k]};
  }

  /// Uniform on 0, ..., bound - 1, 1 <= bound < 2^32, without bias (D. Lemire 2019, on halves of words).
  std::uint32_t below(std::uint32_t bound) {
    std::uint64_t product = half_word() * bound;
    if (static_cast<std::uint32_t>(product) < bound) {
      const std::uint32_t threshold = (0U - bound) % bound;
      while (static_cast<std::uint32_t>(product) < threshold) product = half_word() * bound;
    }
    return static_cast<std::uint32_t>(product >> 32);
  }

 private:
  static constexpr std::size_t kCandidates = 128;
  static constexpr std::size_t kHalves = 512;

  std::uint64_t half_word() {
    if (next_half_ == kHalves) fill_halves();
    return halves_[next_half_++];
  }
  void fill_candidates();
  void fill_halves();

  math::RandomStream candidates_;
  math::RandomStream draws_;
  std::array<double, kCandidates> waiting_{};
  std::array<double, kCandidates> place_{};
  std::array<std::uint32_t, kHalves> halves_{};
  std::size_t next_candidate_ = kCandidates;
  std::size_t next_half_ = kHalves;
};

}  // namespace limes::spiking

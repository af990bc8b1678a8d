#include "limes/spiking/simulation/event_random.hpp"

#include "limes/math/random_kernel.hpp"

namespace limes::spiking {

EventRandom::EventRandom(std::uint64_t seed, std::uint32_t realisation, std::uint32_t run)
    : candidates_(seed, realisation, math::Purpose::kEvents, std::uint64_t{2} * run),
      draws_(seed, realisation, math::Purpose::kEvents, std::uint64_t{2} * run + 1) {}

void EventRandom::fill_candidates() {
  std::array<std::uint64_t, 2 * kCandidates> words;
  candidates_.fill_bits(words);
  for (std::size_t k = 0; k < kCandidates; ++k) {
    waiting_[k] = -math::random_kernel::natural_logarithm(math::random_kernel::open_unit(words[2 * k]));
    place_[k] = math::random_kernel::open_unit(words[2 * k + 1]);
  }
  next_candidate_ = 0;
}

void EventRandom::fill_halves() {
  std::array<std::uint64_t, kHalves / 2> words;
  draws_.fill_bits(words);
  for (std::size_t k = 0; k < words.size(); ++k) {
    halves_[2 * k] = static_cast<std::uint32_t>(words[k]);
    halves_[2 * k + 1] = static_cast<std::uint32_t>(words[k] >> 32);
  }
  next_half_ = 0;
}

}  // namespace limes::spiking

#include "limes/spiking/simulation/bound_ladder.hpp"

namespace limes::spiking {

void BoundLadder::clear(std::size_t members, Rung floor) {
  floor_ = floor;
  sum_ = 0.0;
  positions_.resize(members);
  for (auto& rung : rungs_) rung.clear();
  weights_.clear();
  grow(0);
}

void BoundLadder::grow(std::size_t step) {
  if (rungs_.size() <= step) rungs_.resize(step + 1);
  weights_.resize(step + 1, 0.0);
}

}  // namespace limes::spiking

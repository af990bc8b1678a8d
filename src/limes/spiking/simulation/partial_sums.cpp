#include "limes/spiking/simulation/partial_sums.hpp"

namespace limes::spiking {

void PartialSums::build(const std::vector<double>& numbers) {
  std::size_t depth = 0;
  for (std::size_t size = numbers.size(); size > kFlat; ++depth) {
    size = (size + 31) >> kShift;
    if (levels_.size() <= depth) levels_.emplace_back();
    levels_[depth].assign(size, 0.0);
    const std::vector<double>& below = depth == 0 ? numbers : levels_[depth - 1];
    for (std::size_t i = 0; i < below.size(); ++i) levels_[depth][i >> kShift] += below[i];
  }
  total_ = 0.0;
  for (const double number : levels_.empty() ? numbers : levels_.back()) total_ += number;
}

}  // namespace limes::spiking

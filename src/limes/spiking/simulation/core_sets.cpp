#include "limes/spiking/simulation/core_sets.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace limes::spiking {

CoreSets::CoreSets(const std::vector<KnownState>& states) {
  std::vector<double> unstable;
  for (const KnownState& state : states) {
    if (state.stable) {
      stable_.push_back(state);
    } else {
      unstable.push_back(state.rates.front());
    }
  }
  if (stable_.size() < 2) {
    stable_.clear();
    return;
  }
  std::stable_sort(stable_.begin(), stable_.end(),
                   [](const KnownState& a, const KnownState& b) { return a.rates.front() < b.rates.front(); });
  if (stable_.front().rates.size() > 1) return;
  low_.assign(stable_.size(), -std::numeric_limits<double>::infinity());
  high_.assign(stable_.size(), std::numeric_limits<double>::infinity());
  for (std::size_t k = 0; k + 1 < stable_.size(); ++k) {
    const double below = stable_[k].rates.front();
    const double above = stable_[k + 1].rates.front();
    double between = std::sqrt(below * above);
    for (const double rate : unstable) {
      if (rate > below && rate < above) between = rate;
    }
    high_[k] = std::sqrt(below * between);
    low_[k + 1] = std::sqrt(between * above);
  }
}

double CoreSets::progress(std::span<const double> trace, std::size_t from) const {
  if (!low_.empty()) {
    const double way = std::log(trace[0] / high_[0]) / std::log(low_[1] / high_[0]);
    return from == 0 ? way : 1.0 - way;
  }
  const double difference = difference_of(trace);
  return 0.5 + (from == 0 ? -difference : difference);
}

/// D of the header: 1 in state 0, -1 in state 1.
double CoreSets::difference_of(std::span<const double> trace) const {
  const std::vector<double>& a = stable_[0].rates;
  const std::vector<double>& b = stable_[1].rates;
  double projection = 0.0;
  double square = 0.0;
  for (std::size_t g = 0; g < a.size(); ++g) {
    projection += (trace[g] - 0.5 * (a[g] + b[g])) * (a[g] - b[g]);
    square += (a[g] - b[g]) * (a[g] - b[g]);
  }
  return 2.0 * projection / square;
}

int CoreSets::core_of(std::span<const double> trace) const {
  if (stable_.empty()) return -1;
  if (!low_.empty()) {
    for (std::size_t k = 0; k < stable_.size(); ++k) {
      if (trace[0] > low_[k] && trace[0] < high_[k]) return static_cast<int>(k);
    }
    return -1;
  }
  if (stable_.size() > 2) return core_by_distance(trace);
  const double difference = difference_of(trace);
  if (difference > 0.5) return 0;
  return difference < -0.5 ? 1 : -1;
}

int CoreSets::core_by_distance(std::span<const double> trace) const {
  int nearest = -1;
  double first = std::numeric_limits<double>::infinity();
  double second = first;
  for (std::size_t k = 0; k < stable_.size(); ++k) {
    double square = 0.0;
    for (std::size_t g = 0; g < trace.size(); ++g) {
      const double apart = std::sqrt(trace[g]) - std::sqrt(stable_[k].rates[g]);
      square += apart * apart;
    }
    if (square < first) {
      second = first;
      first = square;
      nearest = static_cast<int>(k);
    } else {
      second = std::min(second, square);
    }
  }
  return 4.0 * first < second ? nearest : -1;
}

}  // namespace limes::spiking

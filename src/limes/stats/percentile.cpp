#include "limes/stats/percentile.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "limes/stats/student_t.hpp"
#include "limes/stats/summary.hpp"

namespace limes::stats {

PlaceAmongSample place_among(double value, std::span<const double> sample) {
  const Summary summary = summarise(sample);
  PlaceAmongSample place;
  place.sample_size = sample.size();
  double below = 0.0;
  double equal = 0.0;
  for (const double x : sample) {
    below += x < value ? 1.0 : 0.0;
    equal += x == value ? 1.0 : 0.0;
  }
  const auto n = static_cast<double>(sample.size());
  place.percentile = 100.0 * (below + 0.5 * equal) / n;
  const double above = n - below - equal;
  place.rank_p = std::min(1.0, 2.0 * (1.0 + std::min(below, above) + equal) / (n + 1.0));
  if (sample.size() < 2) return place;
  if (summary.standard_deviation > 0.0) {
    place.statistic = (value - summary.mean) / (summary.standard_deviation * std::sqrt(1.0 + 1.0 / n));
    place.prediction_p = student_t_two_sided_p(place.statistic, n - 1.0);
  }
  return place;
}

}  // namespace limes::stats

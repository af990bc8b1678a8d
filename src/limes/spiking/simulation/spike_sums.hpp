#pragma once
// Sums over a stretch of a run from which its rates and interval statistics follow, and errors from many stretches.

#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

namespace limes::spiking {

/// Sums of one group over one stretch of time; they add.
struct SpikeSums {
  double time = 0.0;  ///< summed over neurons and replicas
  double spikes = 0.0;
  double intervals = 0.0;
  double interval_sum = 0.0;
  double interval_square = 0.0;
  double samples = 0.0;  ///< of the state
  double state_sum = 0.0;
  double state_square = 0.0;

  void add_interval(double interval) {
    intervals += 1.0;
    interval_sum += interval;
    interval_square += interval * interval;
  }
  void add(const SpikeSums& other, double sign = 1.0) {
    time += sign * other.time;
    spikes += sign * other.spikes;
    intervals += sign * other.intervals;
    interval_sum += sign * other.interval_sum;
    interval_square += sign * other.interval_square;
    samples += sign * other.samples;
    state_sum += sign * other.state_sum;
    state_square += sign * other.state_square;
  }
  [[nodiscard]] double rate() const { return spikes / time; }
  [[nodiscard]] double interval_mean() const { return interval_sum / intervals; }
  [[nodiscard]] double interval_cv() const {
    const double mean = interval_mean();
    return std::sqrt(std::fmax(0.0, interval_square / intervals - mean * mean)) / mean;
  }
  [[nodiscard]] double state_mean() const { return state_sum / samples; }
  [[nodiscard]] double state_variance() const {
    return std::fmax(0.0, state_square / samples - state_mean() * state_mean());
  }
};

/// The standard error of statistic(sum of all stretches) by leaving out one stretch at a time (M. H. Quenouille, J. W.
/// Tukey); right for ratios and other smooth functions of sums. None for fewer than 8 stretches, or where it is not
/// finite.
template <typename Statistic>
std::optional<double> jackknife_error(const std::vector<SpikeSums>& stretches, Statistic statistic) {
  const std::size_t n = stretches.size();
  if (n < 8) return std::nullopt;
  SpikeSums total;
  for (const SpikeSums& stretch : stretches) total.add(stretch);
  double sum = 0.0;
  double square = 0.0;
  const double centre = statistic(total);
  for (const SpikeSums& stretch : stretches) {
    SpikeSums rest = total;
    rest.add(stretch, -1.0);
    const double shift = statistic(rest) - centre;
    sum += shift;
    square += shift * shift;
  }
  const auto count = static_cast<double>(n);
  const double variance = (count - 1.0) / count * (square - sum * sum / count);
  if (!std::isfinite(variance)) return std::nullopt;
  return std::sqrt(std::fmax(0.0, variance));
}

}  // namespace limes::spiking

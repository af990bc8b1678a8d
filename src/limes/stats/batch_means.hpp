#pragma once
#include <cstddef>
#include <span>

namespace limes::stats {

struct BatchMeans {
  double mean = 0.0;
  double standard_error = 0.0;      ///< of the mean, correlations included
  double correlation_time = 0.5;    ///< integrated: 1/2 + sum_{k>=1} C(k)/C(0), in samples; 1/2 for white noise
  std::size_t batch_length = 1;     ///< samples
  std::size_t batches = 0;          ///< whole batches that do not overlap
  double degrees_of_freedom = 0.0;  ///< of the standard error: 1.5 (batches - 1), for overlapping batches
  /// false: the record is too short for its correlations (fewer than 20 batches of 10 correlation times, or a constant
  /// record is no evidence); the error is then a lower bound.
  bool reliable = false;
};

/// Error of the time average of one correlated, stationary record by overlapping batch means (M. S. Meketon and B.
/// Schmeiser 1984). The batch length is chosen from the integrated correlation time with Sokal's window (the smallest W
/// with W >= 5 tau(W)): 20 times it, at most a twentieth of the record. The bias of the squared error is about
/// -1/(batch length / correlation time). Throws std::invalid_argument on fewer than 40 samples or a value that is not
/// finite.
[[nodiscard]] BatchMeans batch_means(std::span<const double> record);

/// The same with a given batch length, 1 <= length <= n/2.
[[nodiscard]] BatchMeans batch_means(std::span<const double> record, std::size_t batch_length);

}  // namespace limes::stats

#pragma once
#include <cstddef>
#include <span>

namespace limes::stats {

struct PlaceAmongSample {
  double percentile = 50.0;   ///< mid-rank, 100 (#below + #equal / 2) / n, between 0 and 100
  double rank_p = 1.0;        ///< two-sided, from ranks alone: 2 min(1 + #<=, 1 + #>=) / (n + 1), at most 1
  double statistic = 0.0;     ///< (value - mean) / (s sqrt(1 + 1/n)); 0 where n < 2 or the sample is constant
  double prediction_p = 1.0;  ///< two-sided, Student's t with n - 1 degrees of freedom, for a Gaussian sample
  std::size_t sample_size = 0;
};

/// Where one more value lies among n independent draws. Ranks cannot give a p below 2/(n+1); the prediction test can,
/// at the price of assuming the sample Gaussian. Throws std::invalid_argument on an empty sample.
[[nodiscard]] PlaceAmongSample place_among(double value, std::span<const double> sample);

}  // namespace limes::stats

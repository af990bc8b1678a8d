#pragma once
#include <span>
#include <vector>

namespace limes::rate {

/// The power spectrum S(w) = spacing sum_k D_c(k) cos(w k spacing) over positive and negative lags of the connected
/// autocovariance D_c(k) = D(k) - q. Lags of the second half are tapered by a cosine to zero, so that the noise at long
/// lags does not ring; correlations that end within the first half are not biased by it.
[[nodiscard]] std::vector<double> power_spectrum(std::span<const double> autocovariance, double frozen_variance,
                                                 double spacing, std::span<const double> frequencies);

}  // namespace limes::rate

#pragma once
#include <functional>
#include <span>

#include "limes/math/random.hpp"

namespace limes::stats {

struct BootstrapResult {
  double estimate = 0.0;        ///< the statistic of the sample itself
  double standard_error = 0.0;  ///< standard deviation over resamples
  double bias = 0.0;            ///< mean over resamples minus estimate
  double lower = 0.0;           ///< ends of the percentile interval
  double upper = 0.0;
};

using Statistic = std::function<double(std::span<const double>)>;

/// Resamples n of n with replacement (B. Efron 1979). `sample` are independent values - realisations, not time steps.
/// Throws std::invalid_argument unless n >= 2, resamples >= 2, 0 < confidence < 1.
[[nodiscard]] BootstrapResult bootstrap(std::span<const double> sample, const Statistic& statistic, int resamples,
                                        math::RandomStream stream, double confidence = 0.95);

struct JackknifeResult {
  double estimate = 0.0;  ///< with the first-order bias removed
  double standard_error = 0.0;
};

/// Leave-one-out (M. H. Quenouille, J. W. Tukey): error and bias of a smooth function of means.
[[nodiscard]] JackknifeResult jackknife(std::span<const double> sample, const Statistic& statistic);

}  // namespace limes::stats

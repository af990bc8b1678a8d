#pragma once
// Gaussian moments of transfer functions: what every mean-field equation of a rate network is made of.
//
// Accuracy: one-point moments to 1e-11, E f(x) f(y) to 1e-10 of sqrt(E f(x)^2 E f(y)^2), E f'(x) f'(y) to 1e-10 of
// sqrt(E f'(x)^2 E f'(y)^2), for any g sqrt(v) and correlation, +-1 and zero variance included.

#include "limes/transfer/transfer.hpp"

namespace limes::transfer {

/// Averages over u ~ N(mean, variance). Derivatives are distributional at kinks (relu, clipped_tan) where variance > 0.
struct Moments {
  double f = 0;      ///< E f(u)
  double ff = 0;     ///< E f(u)^2
  double df = 0;     ///< E f'(u)
  double dfdf = 0;   ///< E f'(u)^2
  double ddf = 0;    ///< E f''(u)
  double f_df = 0;   ///< E f(u) f'(u)
  double f_ddf = 0;  ///< E f(u) f''(u)
};

/// One-point moments. Throws InputError for a negative or not finite variance, a mean that is not finite, or a gain <
/// 0.
[[nodiscard]] Moments moments(const Transfer& transfer, double mean, double variance);

/// Means, variances and covariance of a Gaussian pair (x, y).
struct Pair {
  double mean1 = 0;
  double variance1 = 0;
  double mean2 = 0;
  double variance2 = 0;
  double covariance = 0;
};

/// Both two-point averages of one Gaussian pair.
struct PairAverages {
  double output = 0;  ///< E f(x) f(y)
  double gain = 0;    ///< E f'(x) f'(y) = d(output)/d(covariance) (Price's theorem)
};

/// Both averages at the price of one. Throws InputError as `moments` does, and where the correlation exceeds 1 by more
/// than 1e-9 (theory note 11); up to there it is taken as 1.
[[nodiscard]] PairAverages pair_averages(const Transfer& transfer, const Pair& pair);

/// E f(x) f(y); throws as `pair_averages`.
[[nodiscard]] double output_pair(const Transfer& transfer, double mean1, double variance1, double mean2,
                                 double variance2, double covariance);

/// E f'(x) f'(y); throws as `pair_averages`.
[[nodiscard]] double gain_pair(const Transfer& transfer, double mean1, double variance1, double mean2, double variance2,
                               double covariance);

}  // namespace limes::transfer

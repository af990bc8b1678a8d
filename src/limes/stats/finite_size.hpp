#pragma once
// The law of a difference over several network sizes, from means whose errors are estimated from few networks each.

#include <optional>
#include <span>

namespace limes::stats {

/// The mean difference simulation - theory over `samples` independent networks of one size.
struct SizedDifference {
  double size = 0.0;
  double difference = 0.0;
  double standard_error = 0.0;  ///< of the mean, estimated from the networks
  int samples = 0;              ///< at least 2
};

/// difference = limit + slope / size.
struct FiniteSizeFit {
  double limit = 0.0;
  double limit_error = 0.0;
  double limit_degrees = 0.0;  ///< of freedom of `limit_error`
  double limit_p = 1.0;        ///< Student's t: the limit is zero
  double slope = 0.0;
  double slope_error = 0.0;
  double slope_p = 1.0;
  double law_statistic = 0.0;  ///< sum of squared residuals over squared errors
  int law_degrees = 0;         ///< number of sizes - 2
  double law_p = 1.0;          ///< the differences follow the law; 1 where no degree of freedom is left
  double root_law_p = 1.0;     ///< they follow slope' / size^(1/2), with the limit zero
  double spread_power = 0.0;   ///< the deviation between networks falls as size^spread_power
  double spread_power_error = 0.0;
};

/// Least squares over at least two different sizes. With few networks per size, weights 1 / standard_error^2 would
/// follow the noise of the errors and make the errors of the fit too small. So the weights are those of the law that
/// quenched disorder has, variance ~ 1/size, which costs little precision where it fails and never the level: the error
/// of each coefficient c.d is sqrt(sum c_i^2 s_i^2) with the errors as measured, with the degrees of freedom of B. L.
/// Welch, Biometrika 34, 28 (1947) and F. E. Satterthwaite, Biometrics Bull. 2, 110 (1946). `law_p` is the test of S.
/// Johansen, Biometrika 67, 85 (1980), of the residuals with estimated variances. The exponent of the spread is a line
/// through log s, whose bias and variance at n networks are those of the logarithm of a chi-square. Nothing if an error
/// is zero (a deterministic quantity), a number not finite, or there are fewer than two sizes.
[[nodiscard]] std::optional<FiniteSizeFit> fit_finite_size(std::span<const SizedDifference> points);

/// value = exp(intercept + slope size).
struct ExponentialLaw {
  double slope = 0.0;
  double slope_error = 0.0;
  double slope_degrees = 0.0;  ///< of freedom of `slope_error`
  double intercept = 0.0;
  double intercept_error = 0.0;
  double law_p = 1.0;       ///< the values follow the law; 1 where no degree of freedom is left
  double first_size = 0.0;  ///< the smallest size that is used
  bool all_follow = true;   ///< false: the law is refused (law_p < 0.01) even at the three largest sizes
};

/// The law of a positive quantity, by a line through its logarithms: `difference` is the value here, `standard_error`
/// its error. Such laws hold for large sizes only: the smallest sizes are left out one by one, to no fewer than three,
/// while the law is refused at a level of 0.01. Weights follow a line through the logarithms of the relative errors,
/// so that they do not follow the noise of each; errors and tests as in fit_finite_size. Nothing for fewer than two
/// sizes, or where a value or error is not positive.
[[nodiscard]] std::optional<ExponentialLaw> fit_exponential_law(std::span<const SizedDifference> points);

}  // namespace limes::stats

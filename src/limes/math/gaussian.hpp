#pragma once
// The standard normal distribution in one and two dimensions.

namespace limes::math {

/// exp(-x^2/2)/sqrt(2 pi).
[[nodiscard]] double normal_density(double x);

/// Phi(x) = P(X <= x), to full relative accuracy in the lower tail.
[[nodiscard]] double normal_cdf(double x);

/// P(X <= h, Y <= k) - Phi(h) Phi(k) for a standard normal pair of correlation rho = sine in [-1, 1].
/// `cosine` = sqrt(1 - rho^2) is asked for because a caller knows it without the cancellation of that expression.
///
/// (1/(2 pi)) int_0^{asin rho} exp(-(h^2 + k^2 - 2 h k sin t)/(2 cos^2 t)) dt (Plackett 1954 with rho = sin t): a sum
/// of terms of one sign, so relative accuracy does not suffer in the tails. The exponent is not singular at |t| = pi/2
/// if h = +-k; otherwise the integrand has a layer of width |h -+ k| there, resolved by panels that halve towards it.
[[nodiscard]] double bivariate_normal_excess(double h, double k, double sine, double cosine);

/// int_0^rho (P(X <= h, Y <= k) - Phi(h) Phi(k)) d rho', the same way: each term of the sum above has the weight
/// rho - sin t.
[[nodiscard]] double bivariate_normal_excess_integral(double h, double k, double sine, double cosine);

/// P(X <= h, Y <= k) for a standard normal pair of correlation `sine`, `cosine` = sqrt(1 - rho^2).
/// To about 1e-15 of sqrt(Phi(h) Phi(k)).
[[nodiscard]] double bivariate_normal_cdf(double h, double k, double sine, double cosine);

}  // namespace limes::math

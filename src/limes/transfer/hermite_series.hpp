#pragma once
// Hermite series of transfer functions: one vector of coefficients per Gaussian argument makes every two-point average
// with any other argument a short sum (theory note, section 3, Mehler's formula).

#include <cstddef>
#include <span>
#include <vector>

#include "limes/transfer/moments.hpp"
#include "limes/transfer/transfer.hpp"

namespace limes::transfer {

/// The expansion of f(mean + sqrt(variance) h) in the normalised Hermite polynomials He_n(h)/sqrt(n!), h ~ N(0, 1).
struct HermiteSeries {
  std::vector<double> coefficients;  ///< c_0, c_1, ...; at least two
  Moments one_point;                 ///< of f, which the expansion needs as well
  double rest = 0;                   ///< about the sum of c_n^2 over the n that are left out
  std::size_t products = 0;          ///< of polynomials and weights that a quadrature took: the work
};

struct HermiteLimits {
  double tolerance = 3e-8;  ///< the series ends where c_n has fallen to this part of sqrt(E f^2): products to 1e-15
  std::size_t most = 2048;  ///< or at this many coefficients
};

/// c_n = E f(mean + sqrt(variance) h) He_n(h)/sqrt(n!), each to about 1e-14 of sqrt(E f^2). From c_n = sqrt(variance/n)
/// E f' He_(n-1)/sqrt((n-1)!): closed forms for erf, normal_cdf, relu and linear; quadrature over the slope elsewhere.
/// They fall as exp(-pi sqrt(n)/(2 g sqrt(v))) for tanh and as n^(-5/4) with kinks. Throws InputError as `moments`.
[[nodiscard]] HermiteSeries hermite_series(const Transfer& transfer, double mean, double variance,
                                           const HermiteLimits& limits = {});

/// How many sums `hermite_sums` does side by side.
inline constexpr std::size_t kHermiteLanes = 32;

/// result[i] = sum_{n < count} a[n] b[kHermiteLanes n + i] rho[i]^n for all lanes i: E f(x) f(y_i) of pairs with
/// correlations rho[i], from the coefficients of x and of kHermiteLanes arguments y_i. `a` has `count` entries, `b`
/// kHermiteLanes count, the others kHermiteLanes.
void hermite_sums(std::span<const double> a, std::span<const double> b, std::span<const double> rho,
                  std::span<double> result);

}  // namespace limes::transfer

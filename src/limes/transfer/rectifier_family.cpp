// relu and linear: truncated normal moments (the arc-cosine kernel, with means).

#include <algorithm>
#include <cmath>

#include "limes/math/gaussian.hpp"
#include "limes/math/quadrature.hpp"
#include "limes/transfer/families.hpp"

namespace limes::transfer::families {
namespace {

/// E max(t + z, 0)^n for n = 0, 1, 2, z standard normal.
struct UpperMoments {
  double zeroth, first, second;
};

UpperMoments upper_moments(double t) {
  const double density = math::normal_density(t);
  if (t > -3) {
    const double probability = math::normal_cdf(t);
    return {probability, t * probability + density, (1 + t * t) * probability + t * density};
  }
  // The closed forms cancel as t^-4 here; phi(t) int_0^inf s^n exp(-s^2/2 - |t| s) ds has terms of one sign, and its
  // integrand is below 1e-16 of its integral beyond s = 40/|t|.
  static const math::QuadratureRule rule = math::gauss_legendre(40);
  const double half = 0.5 * 40 / -t;
  UpperMoments sum{math::normal_cdf(t), 0, 0};
  for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
    const double s = half * (1 + rule.nodes[i]);
    const double term = half * rule.weights[i] * density * std::exp(-s * (0.5 * s - t));
    sum.first += s * term;
    sum.second += s * s * term;
  }
  return sum;
}

}  // namespace

Moments rectifier_moments(const Transfer& transfer, double mean, double variance) {
  const double g = transfer.gain;
  const double deviation = std::sqrt(variance);
  const UpperMoments upper = upper_moments(mean / deviation);
  Moments result;
  result.f = g * deviation * upper.first;
  result.ff = g * g * variance * upper.second;
  result.df = g * upper.zeroth;
  result.dfdf = g * g * upper.zeroth;
  result.ddf = g * math::normal_density(mean / deviation) / deviation;  // f'' = g delta(u)
  result.f_df = g * g * deviation * upper.first;
  result.f_ddf = 0;  // f vanishes where f'' does not
  return result;
}

PairAverages rectifier_pair(const Transfer& transfer, const Pair& pair, const Correlation& rho) {
  const double square = transfer.gain * transfer.gain;
  const double deviation1 = std::sqrt(pair.variance1);
  const double deviation2 = std::sqrt(pair.variance2);
  const double t1 = pair.mean1 / deviation1;
  const double t2 = pair.mean2 / deviation2;
  const double probability = math::bivariate_normal_cdf(t1, t2, rho.sine, rho.cosine);
  // Price's theorem integrated: E x+ y+ = E x+ E y+ + int_0^c P(x > 0, y > 0) dc', terms of one sign for c > 0.
  const UpperMoments upper1 = upper_moments(t1);
  const UpperMoments upper2 = upper_moments(t2);
  const double product = upper1.first * upper2.first + rho.sine * upper1.zeroth * upper2.zeroth +
                         math::bivariate_normal_excess_integral(t1, t2, rho.sine, rho.cosine);
  return {square * deviation1 * deviation2 * std::max(0.0, product), square * probability};
}

Moments linear_moments(const Transfer& transfer, double mean, double variance) {
  const double g = transfer.gain;
  return {g * mean, g * g * (mean * mean + variance), g, g * g, 0, g * g * mean, 0};
}

PairAverages linear_pair(const Transfer& transfer, const Pair& pair) {
  const double square = transfer.gain * transfer.gain;
  return {square * (pair.mean1 * pair.mean2 + pair.covariance), square};
}

}  // namespace limes::transfer::families

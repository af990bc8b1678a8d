#include "limes/transfer/moments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "limes/base/errors.hpp"
#include "limes/transfer/families.hpp"

namespace limes::transfer {
namespace families {

namespace {

/// v1 v2 - c^2 >= 0 to full relative accuracy.
double determinant(const Pair& pair) {
  const double c = pair.covariance;
  if (pair.variance1 == pair.variance2) return std::max(0.0, (pair.variance1 - c) * (pair.variance1 + c));
  // Kahan: the rounding error of c^2 is known exactly, so the difference is right to 2 units in the last place.
  const double square = c * c;
  const double error = std::fma(-c, c, square);
  const double bound = pair.variance1 * pair.variance2;
  const double left = std::fma(pair.variance1, pair.variance2, -square) + error;
  // A covariance that is sqrt(v1 v2) up to its own rounding means the correlation 1.
  return left > 4 * std::numeric_limits<double>::epsilon() * bound ? left : 0.0;
}

}  // namespace

Correlation correlation(const Pair& pair) {
  const double scale = std::sqrt(pair.variance1) * std::sqrt(pair.variance2);
  const double left = determinant(pair);
  return {std::clamp(pair.covariance / scale, -1.0, 1.0), std::min(1.0, std::sqrt(left) / scale),
          std::min(1.0, left / (scale * (scale + std::abs(pair.covariance))))};
}

NestedForm nested_form(const Pair& pair, const Correlation& correlation) {
  const double size = std::abs(correlation.sine);
  const double sign = correlation.sine < 0 ? -1.0 : 1.0;
  return {std::sqrt(size * pair.variance1), std::sqrt(correlation.complement * pair.variance1),
          sign * std::sqrt(size * pair.variance2), std::sqrt(correlation.complement * pair.variance2)};
}

PairAverages pair_averages(const Transfer& transfer, const Pair& pair, const Correlation& rho) {
  switch (transfer.kind) {
    case Kind::kErf:
    case Kind::kNormalCdf:
      return normal_pair(transfer, pair, rho);
    case Kind::kTanh:
    case Kind::kLogistic:
      return hyperbolic_pair(transfer, pair, rho);
    case Kind::kRelu:
      return rectifier_pair(transfer, pair, rho);
    case Kind::kLinear:
      return linear_pair(transfer, pair);
    case Kind::kClippedTan:
      return clipped_pair(transfer, pair, rho);
    case Kind::kExpression:
      return expression_pair(transfer, pair, rho);
  }
  return {};
}

}  // namespace families

namespace {

void require_valid(const Transfer& transfer, double mean, double variance) {
  if (!(transfer.gain >= 0) || !std::isfinite(transfer.gain))
    throw InputError(fmt::format("a gain must be finite and not negative, not {}", transfer.gain));
  if (!std::isfinite(mean)) throw InputError(fmt::format("the mean of a Gaussian must be finite, not {}", mean));
  if (!(variance >= 0) || !std::isfinite(variance))
    throw InputError(fmt::format("the variance of a Gaussian must be finite and not negative, not {}", variance));
}

/// Zero variance, or gain 0.
Moments point_moments(const Transfer& transfer, double mean) {
  const double f = value(transfer, mean);
  const double df = derivative(transfer, mean);
  const double ddf = second_derivative(transfer, mean);
  return {f, f * f, df, df * df, ddf, f * df, f * ddf};
}

/// The pair with its covariance within the Cauchy-Schwarz bound. Throws where it lies beyond by more than rounding.
Pair checked(const Transfer& transfer, const Pair& pair) {
  require_valid(transfer, pair.mean1, pair.variance1);
  require_valid(transfer, pair.mean2, pair.variance2);
  const double bound = std::sqrt(pair.variance1) * std::sqrt(pair.variance2);
  const double slack = 1e-9 * bound + 1e-12 * std::max(pair.variance1, pair.variance2);
  if (!(std::abs(pair.covariance) <= bound + slack))
    throw InputError(fmt::format("the covariance {} exceeds the bound sqrt({} * {})", pair.covariance, pair.variance1,
                                 pair.variance2));
  Pair clamped = pair;
  // Equal variances have the variance itself as bound, without the rounding of the roots.
  const double exact = pair.variance1 == pair.variance2 ? pair.variance1 : bound;
  clamped.covariance = std::clamp(pair.covariance, -exact, exact);
  return clamped;
}

}  // namespace

Moments moments(const Transfer& transfer, double mean, double variance) {
  require_valid(transfer, mean, variance);
  if (variance == 0 || transfer.gain == 0) return point_moments(transfer, mean);
  switch (transfer.kind) {
    case Kind::kErf:
    case Kind::kNormalCdf:
      return families::normal_moments(transfer, mean, variance);
    case Kind::kTanh:
    case Kind::kLogistic:
      return families::hyperbolic_moments(transfer, mean, variance);
    case Kind::kRelu:
      return families::rectifier_moments(transfer, mean, variance);
    case Kind::kLinear:
      return families::linear_moments(transfer, mean, variance);
    case Kind::kClippedTan:
      return families::clipped_moments(transfer, mean, variance);
    case Kind::kExpression:
      return families::expression_moments(transfer, mean, variance);
  }
  return {};
}

PairAverages pair_averages(const Transfer& transfer, const Pair& unchecked) {
  const Pair pair = checked(transfer, unchecked);
  if (pair.covariance == 0 || transfer.gain == 0) {  // independent
    const Moments first = moments(transfer, pair.mean1, pair.variance1);
    const bool same = pair.mean1 == pair.mean2 && pair.variance1 == pair.variance2;
    const Moments second = same ? first : moments(transfer, pair.mean2, pair.variance2);
    return {first.f * second.f, first.df * second.df};
  }
  return families::pair_averages(transfer, pair, families::correlation(pair));
}

double output_pair(const Transfer& transfer, double mean1, double variance1, double mean2, double variance2,
                   double covariance) {
  const Pair pair{mean1, variance1, mean2, variance2, covariance};
  if (transfer.kind == Kind::kClippedTan && transfer.gain > 0 && variance1 > 0 && variance2 > 0) {
    const Pair clamped = checked(transfer, pair);
    const families::Correlation rho = families::correlation(clamped);
    const double narrower = std::min(variance1, variance2);
    const double drift = mean1 - (rho.sine < 0 ? -mean2 : mean2);
    const bool alike = std::max(variance1, variance2) < 2.5 * narrower && drift * drift < 4 * narrower;
    if (alike && rho.cosine > 0 && rho.complement < 0.03) return families::clipped_neighbours(transfer, clamped, rho);
  }
  return pair_averages(transfer, pair).output;
}

double gain_pair(const Transfer& transfer, double mean1, double variance1, double mean2, double variance2,
                 double covariance) {
  return pair_averages(transfer, {mean1, variance1, mean2, variance2, covariance}).gain;
}

}  // namespace limes::transfer

// erf and normal_cdf: f(u) = Phi(b u) or 2 Phi(b u) - 1, so every average is a normal probability.

#include <cmath>
#include <numbers>

#include "limes/math/gaussian.hpp"
#include "limes/transfer/families.hpp"

namespace limes::transfer::families {
namespace {

/// f(u) = Phi(b u), or the odd 2 Phi(b u) - 1.
struct NormalStep {
  double slope;  ///< b
  bool odd;

  explicit NormalStep(const Transfer& transfer)
      : slope(transfer.kind == Kind::kErf ? transfer.gain * std::sqrt(std::numbers::pi / 2) : transfer.gain),
        odd(transfer.kind == Kind::kErf) {}

  [[nodiscard]] double height() const { return odd ? 2.0 : 1.0; }
  /// E f for a mean in units of the smoothed width.
  [[nodiscard]] double average(double h) const { return odd ? std::erf(h / std::numbers::sqrt2) : math::normal_cdf(h); }
};

}  // namespace

Moments normal_moments(const Transfer& transfer, double mean, double variance) {
  const NormalStep step(transfer);
  const double b = step.slope;
  const double widened = 1 + b * b * variance;
  const double h = b * mean / std::sqrt(widened);
  Moments result;
  result.f = step.average(h);
  result.df = step.height() * b / std::sqrt(widened) * math::normal_density(h);
  result.ddf = -b * b * mean / widened * result.df;
  // E f'^2 = height^2 b^2/(2 pi sqrt(1 + 2 b^2 v)) exp(-b^2 mu^2/(1 + 2 b^2 v)) (theory note 1.1).
  const double doubled = 1 + 2 * b * b * variance;
  result.dfdf = step.height() * step.height() * b * b / (2 * std::numbers::pi * std::sqrt(doubled)) *
                std::exp(-b * b * mean * mean / doubled);
  // f' is proportional to a normal density: under f' times the weight, u ~ N(mean/(1 + b^2 v), v/(1 + b^2 v)).
  const double tilted_mean = mean / widened;
  const double tilted_variance = variance / widened;
  const double tilted_width = std::sqrt(1 + b * b * tilted_variance);
  const double k = b * tilted_mean / tilted_width;
  result.f_df = result.df * step.average(k);
  // f'' = -b^2 u f', and E u f = mean E f + variance E f' under the tilted law.
  const double tilted_slope = step.height() * b * math::normal_density(k) / tilted_width;
  result.f_ddf = -b * b * result.df * (tilted_mean * step.average(k) + tilted_variance * tilted_slope);
  const double cosine = std::sqrt(doubled) / widened;
  const double excess = math::bivariate_normal_excess(h, h, b * b * variance / widened, cosine);
  result.ff = result.f * result.f + step.height() * step.height() * excess;
  return result;
}

PairAverages normal_pair(const Transfer& transfer, const Pair& pair, const Correlation& rho) {
  const NormalStep step(transfer);
  const double square = step.slope * step.slope;
  const double widened1 = 1 + square * pair.variance1;
  const double widened2 = 1 + square * pair.variance2;
  const double left = 1 + square * (pair.variance1 + pair.variance2) +
                      square * square * pair.variance1 * pair.variance2 * rho.cosine * rho.cosine;
  const double scale = std::sqrt(widened1) * std::sqrt(widened2);
  const double h1 = step.slope * pair.mean1 / std::sqrt(widened1);
  const double h2 = step.slope * pair.mean2 / std::sqrt(widened2);
  const double heights = step.height() * step.height();
  PairAverages result;
  // Phi2(h1, h2; r) with r = b^2 c/sqrt((1 + b^2 v1)(1 + b^2 v2)) (theory note 1.1).
  result.output =
      step.average(h1) * step.average(h2) +
      heights * math::bivariate_normal_excess(h1, h2, square * pair.covariance / scale, std::sqrt(left) / scale);
  // The density of (b x + n1, b y + n2) at 0, n1 and n2 standard normal; v1 - |c| and v2 - |c| without cancellation.
  const double root1 = std::sqrt(pair.variance1);
  const double root2 = std::sqrt(pair.variance2);
  const double rest1 = root1 * (root1 - root2) + root1 * root2 * rho.complement;
  const double rest2 = root2 * (root2 - root1) + root1 * root2 * rho.complement;
  const double gap = pair.mean1 - (rho.sine < 0 ? -1.0 : 1.0) * pair.mean2;
  const double form = pair.mean1 * pair.mean1 * (1 + square * rest2) + pair.mean2 * pair.mean2 * (1 + square * rest1) +
                      square * std::abs(pair.covariance) * gap * gap;
  result.gain = heights * square / (2 * std::numbers::pi * std::sqrt(left)) * std::exp(-0.5 * square * form / left);
  return result;
}

}  // namespace limes::transfer::families

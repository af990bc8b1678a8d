#include "limes/rate/theory/series_moments.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace limes::rate::theory {
namespace {
constexpr int kOrder = 40;
constexpr double kReach = 10.0;  // standard deviations; He_40 is negligible beyond
}  // namespace

SeriesMoments::SeriesMoments(const transfer::Transfer& transfer, double mean, double variance)
    : variance_(variance), squares_(kOrder + 1, 0.0) {
  const double deviation = std::sqrt(variance);
  // A kink is as sharp at every scale; a sigmoid sharpens with g sqrt(v).
  const double steepness = transfer::is_bounded(transfer) ? transfer::steepness(transfer) * deviation : 1.0;
  const int nodes = 161 + 2 * static_cast<int>(std::min(400.0, 8.0 * steepness));
  const double spacing = 2.0 * kReach / (nodes - 1);
  std::array<double, kOrder + 1> coefficients{};
  double second_moment = 0.0;
  for (int i = 0; i < nodes; ++i) {
    const double h = -kReach + spacing * i;
    const double weight = std::exp(-h * h / 2.0) * spacing * 0.3989422804014327;
    const double f = transfer::value(transfer, mean + deviation * h);
    second_moment += weight * f * f;
    double previous = 0.0;
    double current = 1.0;  // He_n / sqrt(n!)
    for (int n = 0; n <= kOrder; ++n) {
      coefficients[n] += weight * f * current;
      const double next = (h * current - std::sqrt(static_cast<double>(n)) * previous) / std::sqrt(n + 1.0);
      previous = current;
      current = next;
    }
  }
  mean_output_ = coefficients[0];
  double sum = 0.0;
  for (int n = 0; n <= kOrder; ++n) {
    squares_[n] = coefficients[n] * coefficients[n];
    sum += squares_[n];
  }
  squares_[kOrder] += std::max(0.0, second_moment - sum);
}

double SeriesMoments::output(double covariance) const {
  if (variance_ <= 0.0) return squares_[0];
  const double rho = covariance / variance_;
  double value = 0.0;
  for (int n = kOrder; n >= 0; --n) value = value * rho + squares_[n];
  return value;
}

double SeriesMoments::gain(double covariance) const {
  if (variance_ <= 0.0) return 0.0;
  const double rho = covariance / variance_;
  double value = 0.0;
  for (int n = kOrder; n >= 1; --n) value = value * rho + n * squares_[n];
  return value / variance_;
}

double SeriesMoments::output_integral(double covariance) const {
  if (variance_ <= 0.0) return squares_[0] * covariance;
  const double rho = covariance / variance_;
  double value = 0.0;
  for (int n = kOrder; n >= 0; --n) value = value * rho + squares_[n] / (n + 1.0);
  return value * covariance;
}

}  // namespace limes::rate::theory

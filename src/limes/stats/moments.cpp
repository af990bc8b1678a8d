#include "limes/stats/moments.hpp"

#include <cmath>
#include <stdexcept>

namespace limes::stats {

void MomentAccumulator::push(double x) {
  const auto before = static_cast<double>(count_);
  ++count_;
  const auto n = static_cast<double>(count_);
  const double delta = x - mean_;
  const double share = delta / n;
  const double square = share * share;
  const double term = delta * share * before;
  mean_ += share;
  m4_ += term * square * (n * n - 3.0 * n + 3.0) + 6.0 * square * m2_ - 4.0 * share * m3_;
  m3_ += term * share * (n - 2.0) - 3.0 * share * m2_;
  m2_ += term;
}

void MomentAccumulator::push(std::span<const double> values) {
  for (const double x : values) push(x);
}

void MomentAccumulator::merge(const MomentAccumulator& other) {
  if (other.count_ == 0) return;
  if (count_ == 0) {
    *this = other;
    return;
  }
  const auto a = static_cast<double>(count_);
  const auto b = static_cast<double>(other.count_);
  const double n = a + b;
  const double delta = other.mean_ - mean_;
  const double d = delta / n;
  m4_ += other.m4_ + delta * d * d * d * a * b * (a * a - a * b + b * b) +
         6.0 * d * d * (a * a * other.m2_ + b * b * m2_) + 4.0 * d * (a * other.m3_ - b * m3_);
  m3_ += other.m3_ + delta * d * d * a * b * (a - b) + 3.0 * d * (a * other.m2_ - b * m2_);
  m2_ += other.m2_ + delta * d * a * b;
  mean_ += b * d;
  count_ += other.count_;
}

double MomentAccumulator::variance() const { return count_ < 2 ? 0.0 : m2_ / static_cast<double>(count_ - 1); }
double MomentAccumulator::population_variance() const { return count_ == 0 ? 0.0 : m2_ / static_cast<double>(count_); }

double MomentAccumulator::skewness() const {
  if (!(m2_ > 0.0)) return 0.0;
  return std::sqrt(static_cast<double>(count_)) * m3_ / std::pow(m2_, 1.5);
}

double MomentAccumulator::kurtosis() const {
  if (!(m2_ > 0.0)) return 0.0;
  return static_cast<double>(count_) * m4_ / (m2_ * m2_) - 3.0;
}

double MomentAccumulator::unbiased_kurtosis() const {
  if (count_ < 4 || !(m2_ > 0.0)) return 0.0;
  const auto n = static_cast<double>(count_);
  return (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * kurtosis() + 6.0);
}

double gaussian_kurtosis_error(std::size_t count) {
  if (count < 4) throw std::invalid_argument("gaussian_kurtosis_error: at least four values are needed");
  const auto n = static_cast<double>(count);
  return std::sqrt(24.0 * n * (n - 2.0) * (n - 3.0) / ((n + 1.0) * (n + 1.0) * (n + 3.0) * (n + 5.0)));
}

}  // namespace limes::stats

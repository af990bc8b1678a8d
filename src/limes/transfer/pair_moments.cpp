#include "limes/transfer/pair_moments.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace limes::transfer {
namespace {

/// How many covariances `outputs` and `gains` treat at a time.
constexpr std::size_t kBlock = 64;

/// f is odd up to a constant, so that C - C(0) is odd in the covariance where the mean is 0.
bool is_odd_about_zero(Kind kind) { return kind != Kind::kRelu; }

bool has_kink(Kind kind) { return kind == Kind::kRelu || kind == Kind::kClippedTan; }

}  // namespace

PairMoments::PairMoments(const Transfer& transfer, double mean, double variance)
    : transfer_(transfer), mean_(mean), variance_(variance) {
  const Moments one_point = moments(transfer, mean, variance);
  output_at_zero_ = one_point.f * one_point.f;
  gain_at_zero_ = one_point.df * one_point.df;
  linear_ = variance == 0 || transfer.gain == 0 || transfer.kind == Kind::kLinear;
  if (linear_) return;
  antisymmetric_ = mean == 0 && is_odd_about_zero(transfer.kind);
  // relu has no scale of its own. The factor 1/2 was found to need the fewest terms for g sqrt(v) from 1 to 50.
  if (transfer.kind != Kind::kRelu) delta_ = 0.5 / (transfer.gain * std::sqrt(variance));
  positive_ = fit_side(1, one_point);
  if (!antisymmetric_) negative_ = fit_side(-1, one_point);
}

PairMoments::Side PairMoments::fit_side(double sign, const Moments& one_point) const {
  using math::Parity;
  const double farthest = place(0);  // c = 0
  const bool smooth = !has_kink(transfer_.kind);
  const double nearest = smooth ? -farthest : 0.0;  // an even function is fitted on both sides of s = 0
  const auto sample = [&](double s, std::span<double> values) {
    const double psi = delta_ * std::sinh(s);
    if (s == 0 && sign > 0) {
      values[0] = one_point.ff - output_at_zero_;
      values[1] = one_point.dfdf;
    } else {
      const double c = s == 0 ? -variance_ : s == farthest ? 0.0 : sign * variance_ * std::cos(psi);
      const PairAverages averages = pair_averages(transfer_, {mean_, variance_, mean_, variance_, c});
      values[0] = averages.output - output_at_zero_;
      values[1] = averages.gain;
    }
  };
  const std::array<Parity, 2> parities = {smooth ? Parity::kEven : Parity::kNone,
                                          smooth ? Parity::kEven : Parity::kNone};
  math::ChebyshevFit options;
  options.noise = {1e-14 * one_point.ff, 1e-13 * one_point.dfdf};
  std::vector<math::ChebyshevSeries> fits = math::fit_chebyshev(sample, nearest, farthest, parities, options);

  Side result;
  result.output = std::move(fits[0]);
  result.gain = std::move(fits[1]);
  result.gain_slope = result.gain.derivative();
  result.shift = result.output(farthest);
  // dc = -sign v sin(psi) dpsi, dpsi = delta cosh(s) ds.
  const auto integrand = [&](double s) {
    const double slope = -sign * variance_ * std::sin(delta_ * std::sinh(s)) * delta_ * std::cosh(s);
    return (result.output(s) - result.shift) * slope;
  };
  options.noise = {1e-14 * variance_ * one_point.ff};
  result.integral = math::fit_chebyshev(integrand, nearest, farthest, smooth ? Parity::kOdd : Parity::kNone, options)
                        .integral_from(farthest);
  return result;
}

double PairMoments::angle(double c) const {
  // cos(psi) = |c|/v as sin(psi/2)^2 = (v - |c|)/(2 v), which keeps its accuracy at |c| = v.
  return 2 * std::asin(std::sqrt(0.5 * std::max(0.0, variance_ - std::abs(c)) / variance_));
}

double PairMoments::place(double c) const { return std::asinh(angle(c) / delta_); }

double PairMoments::output(double c) const {
  double result = 0;
  outputs({&c, 1}, {&result, 1});
  return result;
}

double PairMoments::gain(double c) const {
  double result = 0;
  gains({&c, 1}, {&result, 1});
  return result;
}

double PairMoments::gain_derivative(double c) const {
  if (linear_) return 0;
  const bool smooth = !has_kink(transfer_.kind);
  const double psi = angle(c);
  if (psi == 0 && !smooth) return std::copysign(std::numeric_limits<double>::infinity(), c);
  // At psi = 0 numerator and denominator vanish together where f is smooth: both are odd, their ratio is flat.
  const double s = std::asinh(std::max(psi, 1e-8) / delta_);
  const double slope = -variance_ * std::sin(delta_ * std::sinh(s)) * delta_ * std::cosh(s);
  return (c < 0 ? -1.0 : 1.0) * side(c).gain_slope(s) / slope;
}

double PairMoments::output_integral(double c) const {
  if (linear_) return c * (output_at_zero_ + 0.5 * gain_at_zero_ * c);
  // The integral of the odd part is even in c.
  return output_at_zero_ * std::clamp(c, -variance_, variance_) + side(c).integral(place(c));
}

template <typename Finish>
void PairMoments::evaluate(math::ChebyshevSeries Side::*series, std::span<const double> c, std::span<double> result,
                           Finish&& finish) const {
  std::array<double, kBlock> places{};
  for (std::size_t begin = 0; begin < c.size();) {
    // A run of covariances that share one series; what is at c[i] is read before result[i] is written.
    const Side& common = side(c[begin]);
    std::size_t count = 0;
    while (count < kBlock && begin + count < c.size() && &side(c[begin + count]) == &common) {
      places[count] = place(c[begin + count]);
      ++count;
    }
    const std::span<double> values = std::span<double>(places).first(count);
    (common.*series).evaluate(values, values);
    for (std::size_t i = 0; i < count; ++i) result[begin + i] = finish(common, c[begin + i], values[i]);
    begin += count;
  }
}

void PairMoments::outputs(std::span<const double> c, std::span<double> result) const {
  if (linear_) {
    for (std::size_t i = 0; i < c.size(); ++i) result[i] = output_at_zero_ + gain_at_zero_ * c[i];
    return;
  }
  evaluate(&Side::output, c, result, [this](const Side& common, double covariance, double value) {
    const double rest = value - common.shift;
    return output_at_zero_ + (antisymmetric_ && covariance < 0 ? -rest : rest);
  });
}

void PairMoments::gains(std::span<const double> c, std::span<double> result) const {
  if (linear_) {
    for (std::size_t i = 0; i < c.size(); ++i) result[i] = gain_at_zero_;
    return;
  }
  evaluate(&Side::gain, c, result, [](const Side&, double, double value) { return value; });
}

}  // namespace limes::transfer

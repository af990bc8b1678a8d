#pragma once
// Two-point averages of one stationary process at many covariances.

#include <memory>
#include <span>

#include "limes/math/chebyshev.hpp"
#include "limes/transfer/moments.hpp"

namespace limes::transfer {

namespace families {
class ExpressionPairs;
}

/// C(c) = E f(x) f(y) for x, y ~ N(mean, variance) with covariance c in [-variance, variance], its derivatives and its
/// integral. A covariance beyond the interval by rounding is taken as its end.
///
/// Chebyshev series, one per sign of c, in s = asinh(psi/delta) with cos(psi) = |c|/variance; C is smooth in psi up to
/// c = +-variance, though not in c. It is even in psi where f is smooth, so the series is in p = s^2, else in p = s.
/// Near psi = 0 it varies on the scale 1/(g sqrt(v)), or that of what else happens there, which delta follows: a few
/// dozen terms are enough for any gain.
class PairMoments {
 public:
  /// Throws InputError as `moments` does, and ConvergenceError where a series of the highest degree misses 1e-13.
  PairMoments(const Transfer& transfer, double mean, double variance);

  [[nodiscard]] const Transfer& transfer() const { return transfer_; }
  [[nodiscard]] double mean() const { return mean_; }
  [[nodiscard]] double variance() const { return variance_; }

  /// C(c); the same as `moments().ff` at c = variance.
  [[nodiscard]] double output(double c) const;
  /// C'(c) = E f'(x) f'(y).
  [[nodiscard]] double gain(double c) const;
  /// C''(c) = E f''(x) f''(y), to about 1e-9; infinite at c = +-variance where f has a kink.
  [[nodiscard]] double gain_derivative(double c) const;
  /// int_0^c C(x) dx = E F(x) F(y) - (E F)^2 with F' = f.
  [[nodiscard]] double output_integral(double c) const;

  /// The same for many covariances; both spans have one length and may be the same.
  void outputs(std::span<const double> c, std::span<double> result) const;
  void gains(std::span<const double> c, std::span<double> result) const;

 private:
  /// The series of one sign of c, as functions of p.
  struct Side {
    math::ChebyshevSeries output;      ///< C(c) - C(0)
    math::ChebyshevSeries gain;        ///< C'(c)
    math::ChebyshevSeries gain_slope;  ///< dC'/dp
    math::ChebyshevSeries integral;    ///< int_0^c (C - C(0))
    double delta = 1;                  ///< of p
    double shift = 0;                  ///< output at c = 0: a rounding error, taken off
  };

  [[nodiscard]] Side fit_side(double sign, double delta, const Moments& one_point) const;
  template <typename Finish>
  void evaluate(math::ChebyshevSeries Side::*series, std::span<const double> c, std::span<double> result,
                Finish&& finish) const;
  [[nodiscard]] double within(double c) const;                       ///< c, or the end of the interval
  [[nodiscard]] double angle(double c) const;                        ///< psi
  [[nodiscard]] double place(double psi, double delta) const;        ///< p
  [[nodiscard]] double place_slope(double psi, double delta) const;  ///< dc/dp for c > 0
  [[nodiscard]] const Side& side(double c) const { return c < 0 && !antisymmetric_ ? negative_ : positive_; }

  Transfer transfer_;
  double mean_;
  double variance_;
  double output_at_zero_ = 0;
  double gain_at_zero_ = 0;
  bool smooth_ = true;          ///< f has no kink
  bool linear_ = false;         ///< in c: f is linear, or variance or gain 0
  bool antisymmetric_ = false;  ///< C(-c) - C(0) = -(C(c) - C(0)): no series for c < 0
  std::shared_ptr<const families::ExpressionPairs> expression_pairs_;  ///< while the series are fitted
  Side positive_;
  Side negative_;
};

}  // namespace limes::transfer

#include "limes/rate/theory/populations/collective_modes.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace limes::rate::theory {
namespace {

using Complex = std::complex<double>;

void multiply(CollectiveModes::Determinant& product, Complex factor) {
  const double modulus = std::abs(factor);
  product.log_modulus += std::log(modulus);
  product.phase *= factor / modulus;
}

/// The change of the phase from one point to another, split until no part exceeds one radian.
double phase_change(const CollectiveModes& modes, double radius, double from, Complex at_from, double to, Complex at_to,
                    int depth) {
  const double change = std::arg(at_to / at_from);
  if (std::abs(change) < 1.0 || depth == 0) return change;
  const double middle = (from + to) / 2.0;
  const Complex at_middle = modes.determinant(std::polar(radius, middle)).phase;
  return phase_change(modes, radius, from, at_from, middle, at_middle, depth - 1) +
         phase_change(modes, radius, middle, at_middle, to, at_to, depth - 1);
}

}  // namespace

CollectiveModes::CollectiveModes(const PopulationEnsemble& map, const PopulationLagEvaluation& at,
                                 const PopulationLagSensitivities& partials)
    : total_(map.second_moment + map.centred),
      coupling_mean_(map.coupling_mean),
      gains_(at.gains),
      by_mean_(partials.by_mean),
      by_variance_(partials.by_variance),
      centre_mean_(map.centred),
      centre_variance_(map.centred) {
  const Eigen::Index count = total_.rows();
  leak_.resize(count);
  slope_.resize(count);
  curvature_.resize(count);
  for (Eigen::Index b = 0; b < count; ++b) {
    const transfer::Moments& m = at.moments[b];
    leak_(b) = map.populations[b].leak;
    slope_(b) = m.df;
    curvature_(b) = m.ddf;
    centre_mean_.col(b) *= 2.0 * m.f * m.df;
    centre_variance_.col(b) *= m.f * m.ddf;
    // At lag 0 the covariance is the variance: the whole derivatives stand here.
    by_mean_(b, 0) = 2.0 * m.f_df;
    by_variance_(b, 0) = m.dfdf + m.f_ddf;
  }
}

CollectiveModes::Determinant CollectiveModes::determinant(Complex z) const {
  using Matrix = Eigen::MatrixXcd;
  const Eigen::Index count = leak_.size();
  const Eigen::Index infinity = gains_.cols() - 1;
  const Eigen::Index last = infinity - 1;
  // Outside the unit circle covariances are measured by the later time, inside by the earlier one: the same
  // determinant, and sources that stay bounded.
  const bool outside = std::abs(z) >= 1.0;
  const Complex up = outside ? Complex(1.0) : 1.0 / z;    // times -gamma: coefficient of d(k+1)
  const Complex down = outside ? 1.0 / z : Complex(1.0);  // of d(k-1)
  const Complex ratio = outside ? 1.0 / z : z;            // per lag, of the source
  const auto drive = [&](Eigen::Index k) {
    Matrix block(count, 2 * count);  // by (delta mu, d(0)), before the factor (1 + ratio^k)/(2 z)
    block.leftCols(count) = (total_ * by_mean_.col(k).asDiagonal() - centre_mean_).cast<Complex>();
    block.rightCols(count) = (total_ * by_variance_.col(k).asDiagonal() - centre_variance_).cast<Complex>();
    return block;
  };
  // Asymptote: [(z - gamma)(1 - gamma) - T C'(q)] A = drive/2.
  Matrix asymptotic = (-total_ * gains_.col(infinity).asDiagonal()).cast<Complex>();
  for (Eigen::Index a = 0; a < count; ++a) asymptotic(a, a) += (z - leak_(a)) * (1.0 - leak_(a));
  const Matrix amplitude = asymptotic.partialPivLu().solve(0.5 * drive(infinity));

  // Beyond the window d(k) - A (1 + ratio^k) decays with the constant coefficients of q. Every pivot is divided by the
  // one that this tail alone would have: the ratio is 1 for most lags, and that divisor has no zero outside the bulk.
  const Eigen::VectorXcd hop_up = up * leak_.cast<Complex>();
  const Matrix hop_down = Matrix((down * leak_.cast<Complex>()).asDiagonal());
  const auto pivot = [&](Eigen::Index k, const Matrix& beyond) {
    Matrix block = (-1.0 / z) * (total_ * gains_.col(k).asDiagonal()).cast<Complex>();
    for (Eigen::Index a = 0; a < count; ++a) block(a, a) += 1.0 + leak_(a) * leak_(a) / z;
    return Matrix(block - hop_up.asDiagonal() * beyond);
  };
  const Matrix none = Matrix::Zero(count, count);
  const Matrix tail = decaying_solution<Complex>(-hop_down, pivot(infinity, none), -Matrix(hop_up.asDiagonal()));
  const Complex tail_pivot = pivot(infinity, tail).determinant();

  Determinant result{0.0, 1.0};
  const double decay = std::abs(ratio);
  const auto to_power = [&](Eigen::Index k) {
    return std::polar(std::pow(decay, static_cast<double>(k)), std::arg(ratio) * static_cast<double>(k));
  };
  Matrix outer_left = tail;
  Matrix outer_right = (1.0 + to_power(infinity)) * amplitude - (1.0 + to_power(last)) * (tail * amplitude);
  for (Eigen::Index k = last; k >= 1; --k) {
    const Matrix middle = pivot(k, outer_left);
    Matrix right(count, 3 * count);
    right.leftCols(count) = hop_down;
    right.rightCols(2 * count) = (1.0 + to_power(k)) / (2.0 * z) * drive(k) + hop_up.asDiagonal() * outer_right;
    if (k == 1) {
      // The first lag joins the equations of lag 0 and of the mean in one pivoted system (d(1), delta mu, d(0)).
      Matrix matrix = Matrix::Zero(3 * count, 3 * count);
      matrix.topLeftCorner(count, count) = middle;
      matrix.topRightCorner(count, 2 * count) = -right.rightCols(2 * count);
      matrix.topRightCorner(count, count) -= right.leftCols(count);
      for (Eigen::Index a = 0; a < count; ++a) {
        matrix(count + a, count + a) = 1.0 - leak_(a) / z;
        matrix(2 * count + a, a) = -2.0 * leak_(a) * up;
        matrix(2 * count + a, 2 * count + a) = 1.0 + leak_(a) * leak_(a) / z;
      }
      matrix.block(count, count, count, count) -= (coupling_mean_ * slope_.asDiagonal()).cast<Complex>() / z;
      matrix.block(count, 2 * count, count, count) -=
          (coupling_mean_ * curvature_.asDiagonal()).cast<Complex>() / (2.0 * z);
      matrix.bottomRightCorner(count, 2 * count) -= drive(0) / z;
      multiply(result, matrix.partialPivLu().determinant() / tail_pivot);
      break;
    }
    const auto factor = middle.partialPivLu();
    multiply(result, factor.determinant() / tail_pivot);
    const Matrix solved = factor.solve(right);
    outer_left = solved.leftCols(count);
    outer_right = solved.rightCols(2 * count);
  }
  return result;
}

int CollectiveModes::count_outside(double radius) const {
  // F is real on the real axis and F(conj z) = conj F(z): half the circle is enough. Slow modes crowd near the real
  // axis.
  constexpr int kPoints = 24;
  double change = 0.0;
  double from = 0.0;
  Complex at_from = determinant(radius).phase;
  for (int i = 1; i <= kPoints; ++i) {
    const double x = static_cast<double>(i) / kPoints;
    const double to = std::numbers::pi * x * x;
    const Complex at_to = determinant(std::polar(radius, to)).phase;
    change += phase_change(*this, radius, from, at_from, to, at_to, 40);
    from = to;
    at_from = at_to;
  }
  return static_cast<int>(std::lround(-change / std::numbers::pi));
}

std::optional<Complex> CollectiveModes::refined(Complex z) const {
  const double reference = determinant(z).log_modulus;
  const auto value = [&](Complex x) {
    const Determinant d = determinant(x);
    return std::exp(std::min(600.0, d.log_modulus - reference)) * d.phase;
  };
  Complex previous = z * Complex(1.0 + 1e-4, z.imag() == 0.0 ? 0.0 : 1e-4);
  Complex at_previous = value(previous);
  Complex at = value(z);
  for (int i = 0; i < 60; ++i) {
    const Complex step = -at * (z - previous) / (at - at_previous);
    if (!std::isfinite(step.real()) || !std::isfinite(step.imag())) break;
    const double limit = std::min(1.0, 0.1 * std::abs(z) / std::max(std::abs(step), 1e-300));
    previous = z;
    at_previous = at;
    z += limit * step;
    at = value(z);
    if (std::abs(step) < 1e-13 * std::abs(z)) return z;
  }
  return std::abs(z - previous) < 1e-9 * std::abs(z) ? std::optional(z) : std::nullopt;
}

std::optional<Complex> CollectiveModes::leading_outside(double radius) const {
  if (count_outside(radius) <= 0) return std::nullopt;
  double low = radius;
  double high = 2.0 * radius;
  while (count_outside(high) > 0 && high < 1e6) {
    low = high;
    high *= 2.0;
  }
  for (int i = 0; i < 50 && high - low > 1e-12 * high; ++i) {
    const double middle = (low + high) / 2.0;
    (count_outside(middle) > 0 ? low : high) = middle;
    if (high - low > 0.02 * high || i % 4 != 0) continue;
    // Nearest to the ring: where |F| is smallest on it.
    Complex best = high;
    double least = INFINITY;
    for (int j = 0; j <= 96; ++j) {
      const double x = j / 96.0;
      const Complex z = std::polar((low + high) / 2.0, std::numbers::pi * x * x);
      const double modulus = determinant(z).log_modulus;
      if (modulus < least) {
        least = modulus;
        best = z;
      }
    }
    const auto root = refined(best.imag() < 1e-9 * std::abs(best) ? Complex(best.real()) : best);
    if (root && std::abs(*root) >= low * (1.0 - 1e-12) && std::abs(*root) <= high * (1.0 + 1e-12)) {
      return Complex(root->real(), std::abs(root->imag()));
    }
  }
  return std::nullopt;
}

}  // namespace limes::rate::theory

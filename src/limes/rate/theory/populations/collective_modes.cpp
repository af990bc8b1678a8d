#include "limes/rate/theory/populations/collective_modes.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "limes/rate/theory/populations/perron.hpp"

namespace limes::rate::theory {
namespace {

using Complex = std::complex<double>;
using Matrix = Eigen::MatrixXcd;

void multiply(CollectiveModes::Determinant& product, Complex factor) {
  const double modulus = std::abs(factor);
  product.log_modulus += std::log(modulus);
  product.phase *= factor / modulus;
}

/// base^k without the drift of repeated products.
Complex to_power(Complex base, Eigen::Index k) {
  const double exponent = static_cast<double>(k);
  return std::polar(std::pow(std::abs(base), exponent), std::arg(base) * exponent);
}

}  // namespace

CollectiveModes::CollectiveModes(const PopulationEnsemble& ensemble, const PopulationLagEvaluation& at,
                                 const PopulationLagSensitivities& partials)
    : total_(ensemble.second_moment + ensemble.centred),
      coupling_mean_(ensemble.coupling_mean),
      gains_(at.gains),
      by_mean_(partials.by_mean),
      by_variance_(partials.by_variance),
      centre_mean_(ensemble.centred),
      centre_variance_(ensemble.centred),
      slope_(ensemble.coupling_mean.rows()),
      curvature_(ensemble.coupling_mean.rows()) {
  for (Eigen::Index b = 0; b < count(); ++b) {
    const transfer::Moments& m = at.moments[b];
    slope_(b) = m.df;
    curvature_(b) = m.ddf;
    centre_mean_.col(b) *= 2.0 * m.f * m.df;
    centre_variance_.col(b) *= m.f * m.ddf;
    by_mean_(b, 0) = 2.0 * m.f_df;
    by_variance_(b, 0) = m.f_ddf;  // dE f^2/dv = E f'^2 + E f f'', the first at fixed v by D
  }
}

Matrix CollectiveModes::drive(Eigen::Index k) const {
  Matrix block(count(), 2 * count());
  block.leftCols(count()) = (total_ * by_mean_.col(k).asDiagonal() - centre_mean_).cast<Complex>();
  block.rightCols(count()) = (total_ * by_variance_.col(k).asDiagonal() - centre_variance_).cast<Complex>();
  return block;
}

Matrix CollectiveModes::gain(Eigen::Index k) const { return (total_ * gains_.col(k).asDiagonal()).cast<Complex>(); }

Matrix CollectiveModes::mean_drive() const {
  Matrix block(count(), 2 * count());
  block.leftCols(count()) = (coupling_mean_ * slope_.asDiagonal()).cast<Complex>();
  block.rightCols(count()) = (coupling_mean_ * curvature_.asDiagonal()).cast<Complex>() / 2.0;
  return block;
}

template <typename RowAt, typename AsymptoteAt>
CollectiveModes::Determinant CollectiveModes::eliminated(const RowAt& row, const Row& tail,
                                                         const AsymptoteAt& asymptote, const Matrix& closing) const {
  const Eigen::Index n = count();
  const Matrix decay = decaying_solution<Complex>(tail.lower, tail.middle, tail.upper);
  const Complex tail_pivot = Matrix(tail.middle + tail.upper * decay).determinant();
  // d(k) = left d(k-1) + right (delta mu, d(0)).
  Matrix left = decay;
  Matrix right = asymptote(last() + 1) - decay * asymptote(last());
  Determinant result{0.0, 1.0};
  for (Eigen::Index k = last(); k >= 1; --k) {
    const Row equations = row(k);
    const Matrix pivot = equations.middle + equations.upper * left;
    Matrix known(n, 3 * n);
    known << -equations.lower, equations.source - equations.upper * right;
    if (k > 1) {
      const auto factor = pivot.partialPivLu();
      multiply(result, factor.determinant() / tail_pivot);
      const Matrix solved = factor.solve(known);
      left = solved.leftCols(n);
      right = solved.rightCols(2 * n);
      continue;
    }
    // Lag 1 stays with the equations of lag 0 and the mean: alone it is singular where the flow is chaotic without
    // noise.
    Matrix matrix(3 * n, 3 * n);
    matrix.topRows(n) << pivot, -known.rightCols(2 * n);
    matrix.topRightCorner(n, n) -= known.leftCols(n);
    matrix.bottomRows(2 * n) = closing;
    multiply(result, matrix.partialPivLu().determinant() / tail_pivot);
  }
  return result;
}

MapModes::MapModes(const PopulationEnsemble& map, const PopulationLagEvaluation& at,
                   const PopulationLagSensitivities& partials)
    : CollectiveModes(map, at, partials), leak_(count()) {
  for (Eigen::Index a = 0; a < count(); ++a) leak_(a) = map.populations[a].leak;
  top_ = std::numbers::pi;
}

CollectiveModes::Determinant MapModes::determinant(Complex rate) const {
  const Eigen::Index n = count();
  const Complex z = std::exp(rate);
  // Outside the unit circle covariances are measured by the later time, inside by the earlier one: the same
  // determinant, and sources that stay bounded.
  const bool outside = std::abs(z) >= 1.0;
  const Complex up = outside ? Complex(1.0) : 1.0 / z;
  const Complex down = outside ? 1.0 / z : Complex(1.0);
  const Complex ratio = outside ? 1.0 / z : z;
  const Matrix lower = Matrix((-down * leak_).asDiagonal());
  const Matrix upper = Matrix((-up * leak_).asDiagonal());
  const auto row = [&](Eigen::Index k) {
    Matrix middle = -gain(k) / z;
    middle.diagonal().array() += 1.0 + leak_.array().square() / z;
    return Row{lower, middle, upper, (1.0 + to_power(ratio, k)) / (2.0 * z) * drive(k)};
  };
  Matrix asymptotic = -gain(last() + 1);
  asymptotic.diagonal().array() += (z - leak_.array()) * (1.0 - leak_.array());
  const Matrix amplitude = asymptotic.partialPivLu().solve(0.5 * drive(last() + 1));
  const auto asymptote = [&](Eigen::Index k) { return Matrix((1.0 + to_power(ratio, k)) * amplitude); };

  Matrix closing = Matrix::Zero(2 * n, 3 * n);  // (d(1), delta mu, d(0))
  closing.topRightCorner(n, 2 * n) = -mean_drive() / z;
  closing.block(0, n, n, n).diagonal().array() += 1.0 - leak_.array() / z;
  closing.bottomLeftCorner(n, n) = 2.0 * upper;
  closing.bottomRightCorner(n, 2 * n) = -drive(0) / z;
  closing.bottomRightCorner(n, n) -= gain(0) / z;
  closing.bottomRightCorner(n, n).diagonal().array() += 1.0 + leak_.array().square() / z;
  return eliminated(row, row(last() + 1), asymptote, closing);
}

FlowModes::FlowModes(const PopulationEnsemble& flow, double step, const PopulationLagEvaluation& at,
                     const PopulationLagSensitivities& partials)
    : CollectiveModes(flow, at, partials), step_(step) {
  periodic_ = false;
  // A mode of rate r needs a response of size |1 + r| from the couplings.
  const double mean = mean_drive().cwiseAbs().rowwise().sum().maxCoeff();
  const double variance = (gain(0).cwiseAbs().rowwise().sum() + drive(0).cwiseAbs().rowwise().sum()).maxCoeff();
  top_ = std::min(2.0 + 2.0 * (mean + variance), 3.0 / step);
}

CollectiveModes::Determinant FlowModes::determinant(Complex rate) const {
  const Eigen::Index n = count();
  const double inverse = 1.0 / (step_ * step_);
  const Complex kappa = 1.0 + rate / 2.0;
  const Complex shift = std::exp((rate.real() >= 0.0 ? 0.5 : -0.5) * step_ * rate);
  const Complex ratio = 1.0 / (shift * shift);
  const auto potential = [&](Eigen::Index k) {
    Matrix block = -gain(std::min(k, last() + 1));
    block.diagonal().array() += kappa * kappa;
    return block;
  };
  const auto outer = [&](Eigen::Index k) {  // coefficient of psi_k in the rows of its neighbours
    Matrix block = potential(k) / 12.0;
    block.diagonal().array() -= inverse;
    return block;
  };
  const auto source = [&](Eigen::Index k) {
    return Matrix(0.5 * (1.0 + to_power(ratio, k)) * drive(std::min(k, last() + 1)));
  };
  const auto row = [&](Eigen::Index k) {
    Matrix middle = 10.0 / 12.0 * potential(k);
    middle.diagonal().array() += 2.0 * inverse;
    return Row{outer(k - 1) / shift, middle, outer(k + 1) * shift,
               (10.0 * source(k) + source(k - 1) / shift + source(k + 1) * shift) / 12.0};
  };
  // The exponentials e^(+-rate tau/2) are solutions of the difference equations as well: their second difference.
  const Complex second = 12.0 * inverse * (shift + 1.0 / shift - 2.0) / (10.0 + shift + 1.0 / shift);
  Matrix asymptotic = potential(last() + 1);
  asymptotic.diagonal().array() -= second;
  const Matrix amplitude = asymptotic.partialPivLu().solve(0.5 * drive(last() + 1));
  const auto asymptote = [&](Eigen::Index k) { return Matrix((1.0 + to_power(ratio, k)) * amplitude); };

  // Lag 0: psi'(0+) = 0, and the slopes of the potential and of the source at the kink by one-sided differences.
  const auto slope = [&](const auto& part) {
    return Matrix((4.0 * part(1) - 3.0 * part(0) - part(2)) / (2.0 * step_));
  };
  Matrix closing = Matrix::Zero(2 * n, 3 * n);  // (d(1), delta mu, d(0))
  closing.topRightCorner(n, 2 * n) = -mean_drive();
  closing.block(0, n, n, n).diagonal().array() += 1.0 + rate;
  closing.bottomLeftCorner(n, n) = 2.0 * shift * outer(1);
  closing.bottomRightCorner(n, 2 * n) = -(10.0 * source(0) + 2.0 * shift * source(1)) / 12.0 -
                                        step_ / 6.0 * slope([&](Eigen::Index k) { return drive(k); });
  closing.bottomRightCorner(n, n) +=
      10.0 / 12.0 * potential(0) - step_ / 6.0 * slope([&](Eigen::Index k) { return gain(k); });
  closing.bottomRightCorner(n, n).diagonal().array() += 2.0 * inverse;
  return eliminated(row, row(last() + 2), asymptote, closing);
}

}  // namespace limes::rate::theory

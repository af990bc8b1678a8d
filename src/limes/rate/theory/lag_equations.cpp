#include "limes/rate/theory/lag_equations.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>

#include "limes/transfer/pair_moments.hpp"

namespace limes::rate::theory {
namespace {

/// LU of a tridiagonal matrix with constant off-diagonals, without pivoting: the pivots' signs give the determinant's.
class Tridiagonal {
 public:
  Tridiagonal(std::vector<double> diagonal, double lower, double upper)
      : pivots_(std::move(diagonal)), lower_(lower), upper_(upper) {
    for (std::size_t k = 0; k < pivots_.size(); ++k) {
      if (k > 0) pivots_[k] -= lower_ * upper_ / pivots_[k - 1];
      // An exact zero would stop the sweep; a pivot of rounding size does not change any sign that matters.
      if (pivots_[k] == 0.0) pivots_[k] = 1e-300;
      if (pivots_[k] < 0.0) sign_ = -sign_;
    }
  }
  [[nodiscard]] int sign() const { return sign_; }
  void solve(std::vector<double>& x) const {
    for (std::size_t k = 1; k < x.size(); ++k) x[k] -= lower_ / pivots_[k - 1] * x[k - 1];
    x.back() /= pivots_.back();
    for (std::size_t k = x.size() - 1; k-- > 0;) x[k] = (x[k] - upper_ * x[k + 1]) / pivots_[k];
  }

 private:
  std::vector<double> pivots_;
  double lower_, upper_;
  int sign_ = 1;
};

/// Decay per step of the tail: gamma (rho + 1/rho) = 1 + gamma^2 - J^2 C'(q); 1 where it does not decay.
double tail_ratio(const Ensemble& ensemble, double gain_frozen) {
  const double sum = (1.0 + ensemble.leak * ensemble.leak - ensemble.coupling_variance() * gain_frozen) / ensemble.leak;
  if (sum <= 2.0) return 1.0;
  return 2.0 / (sum + std::sqrt(sum * sum - 4.0));
}

}  // namespace

LagEvaluation evaluate(const Ensemble& ensemble, const LagState& state) {
  const double leak = ensemble.leak;
  const double coupling = ensemble.coupling_variance();
  const double onsite = 1.0 + leak * leak;
  const std::size_t count = state.connected.size();
  const transfer::PairMoments pair(ensemble.transfer, state.mean, state.variance);

  LagEvaluation at;
  at.moments = transfer::moments(ensemble.transfer, state.mean, state.variance);
  std::vector<double> covariances(count);
  for (std::size_t k = 0; k < count; ++k) {
    covariances[k] = std::clamp(state.frozen + state.connected[k], -state.variance, state.variance);
  }
  at.outputs.resize(count);
  at.gains.resize(count);
  pair.outputs(covariances, at.outputs);
  pair.gains(covariances, at.gains);
  at.output_frozen = pair.output(state.frozen);
  at.gain_frozen = pair.gain(state.frozen);
  at.tail_ratio = tail_ratio(ensemble, at.gain_frozen);

  const double start = state.variance - state.frozen;
  at.residuals.resize(count);
  double largest = 0.0;
  for (std::size_t k = 0; k < count; ++k) {
    const double before = k == 0 ? start : state.connected[k - 1];
    const double after = k + 1 < count ? state.connected[k + 1] : at.tail_ratio * state.connected[k];
    at.residuals[k] =
        onsite * state.connected[k] - leak * (before + after) - coupling * (at.outputs[k] - at.output_frozen);
    largest = std::max(largest, std::abs(at.residuals[k]));
  }
  const double kept = 1.0 - leak;
  at.scalar_residuals = {kept * state.mean - ensemble.coupling_mean * at.moments.f + ensemble.threshold_mean,
                         onsite * start - 2.0 * leak * state.connected[0] -
                             coupling * (at.moments.ff - at.output_frozen) - ensemble.noise_variance(),
                         kept * kept * state.frozen - coupling * at.output_frozen - ensemble.threshold_variance()};
  largest = std::max({largest, std::abs(at.scalar_residuals[1]), std::abs(at.scalar_residuals[2])});
  at.size =
      largest / state.variance + std::abs(at.scalar_residuals[0]) / (std::sqrt(state.variance) + std::abs(state.mean));
  return at;
}

LagSensitivities sensitivities(const Ensemble& ensemble, const LagState& state, const LagEvaluation& at) {
  const std::size_t count = state.connected.size();
  // Upwards in v, since covariances reach up to v itself.
  const double mean_step = 1e-4 * std::sqrt(state.variance);
  const double variance_step = 1e-5 * state.variance;
  const transfer::PairMoments up(ensemble.transfer, state.mean + mean_step, state.variance);
  const transfer::PairMoments down(ensemble.transfer, state.mean - mean_step, state.variance);
  const transfer::PairMoments wide(ensemble.transfer, state.mean, state.variance + variance_step);
  LagSensitivities partials;
  partials.by_mean.resize(count);
  partials.by_variance.resize(count);
  for (std::size_t k = 0; k < count; ++k) {
    const double covariance = std::clamp(state.frozen + state.connected[k], -state.variance, state.variance);
    partials.by_mean[k] = (up.output(covariance) - down.output(covariance)) / (2.0 * mean_step);
    partials.by_variance[k] = (wide.output(covariance) - at.outputs[k]) / variance_step;
  }
  partials.frozen_by_mean = (up.output(state.frozen) - down.output(state.frozen)) / (2.0 * mean_step);
  partials.frozen_by_variance = (wide.output(state.frozen) - at.output_frozen) / variance_step;
  return partials;
}

LagCorrection newton_correction(const Ensemble& ensemble, const LagState& state, const LagEvaluation& at,
                                const LagSensitivities& partials) {
  const double leak = ensemble.leak;
  const double kept = 1.0 - leak;
  const double onsite = 1.0 + leak * leak;
  const double coupling = ensemble.coupling_variance();
  const std::size_t count = state.connected.size();

  std::vector<double> diagonal(count);
  std::vector<double> right(count), by_mean(count), by_variance(count), by_frozen(count);
  for (std::size_t k = 0; k < count; ++k) {
    diagonal[k] = onsite - coupling * at.gains[k];
    right[k] = -at.residuals[k];
    by_mean[k] = -coupling * (partials.by_mean[k] - partials.frozen_by_mean);
    by_variance[k] = -coupling * (partials.by_variance[k] - partials.frozen_by_variance);
    by_frozen[k] = -coupling * (at.gains[k] - at.gain_frozen);
  }
  diagonal[count - 1] -= leak * at.tail_ratio;
  by_variance[0] -= leak;  // c(0) = v - q
  by_frozen[0] += leak;

  const Tridiagonal lags(std::move(diagonal), -leak, -leak);
  for (std::vector<double>* column : {&right, &by_mean, &by_variance, &by_frozen}) lags.solve(*column);

  const transfer::Moments& m = at.moments;
  Eigen::Matrix3d scalars;
  scalars << kept - ensemble.coupling_mean * m.df, -ensemble.coupling_mean * m.ddf / 2.0, 0.0,
      -coupling * (2.0 * m.f_df - partials.frozen_by_mean),
      onsite - coupling * (m.dfdf + m.f_ddf - partials.frozen_by_variance), -onsite + coupling * at.gain_frozen,
      -coupling * partials.frozen_by_mean, -coupling * partials.frozen_by_variance,
      kept * kept - coupling * at.gain_frozen;
  // Only the equation of lag 0 knows c: through -2 gamma c(1).
  Eigen::Vector3d residual(-at.scalar_residuals[0], -at.scalar_residuals[1], -at.scalar_residuals[2]);
  residual(1) += 2.0 * leak * right[0];
  scalars(1, 0) += 2.0 * leak * by_mean[0];
  scalars(1, 1) += 2.0 * leak * by_variance[0];
  scalars(1, 2) += 2.0 * leak * by_frozen[0];

  const Eigen::Vector3d step = scalars.fullPivLu().solve(residual);
  LagCorrection correction;
  correction.scalars = {step(0), step(1), step(2)};
  correction.connected.resize(count);
  for (std::size_t k = 0; k < count; ++k) {
    correction.connected[k] = right[k] - by_mean[k] * step(0) - by_variance[k] * step(1) - by_frozen[k] * step(2);
  }
  correction.determinant_sign = lags.sign() * (scalars.determinant() > 0.0 ? 1 : -1);
  return correction;
}

int mode_determinant_sign(const Ensemble& ensemble, const LagState& state, const LagEvaluation& at,
                          const LagSensitivities& partials, double z) {
  // Linearising (T_t - gamma)(T_s - gamma) D = J^2 C + ... and dividing by z:
  //   (1 + gamma^2/z - J^2 C'(k)/z) d(k) - (gamma/z) d(k+1) - gamma d(k-1) = (J^2/z) (z^k + 1)/2 [C_mu dmu + C_v d(0)].
  const double leak = ensemble.leak;
  const double coupling = ensemble.coupling_variance() / z;
  const std::size_t count = state.connected.size();
  std::vector<double> diagonal(count), by_mean(count), by_start(count);
  double power = 1.0;
  for (std::size_t k = 0; k < count; ++k) {
    power *= z;                                                    // index k holds lag k + 1
    if (std::abs(power) > 1e6) power = std::copysign(1e6, power);  // far above the bulk only the sign matters
    diagonal[k] = 1.0 + leak * leak / z - coupling * at.gains[k];
    by_mean[k] = -coupling * (power + 1.0) / 2.0 * partials.by_mean[k];
    by_start[k] = -coupling * (power + 1.0) / 2.0 * partials.by_variance[k];
  }
  diagonal[count - 1] -= leak / z;  // constant continuation
  by_start[0] -= leak;
  const Tridiagonal lags(std::move(diagonal), -leak, -leak / z);
  lags.solve(by_mean);
  lags.solve(by_start);
  const transfer::Moments& m = at.moments;
  Eigen::Matrix2d scalars;
  scalars << 1.0 - (leak + ensemble.coupling_mean * m.df) / z, -ensemble.coupling_mean * m.ddf / 2.0 / z,
      -2.0 * coupling * m.f_df, 1.0 + leak * leak / z - coupling * (m.dfdf + m.f_ddf);
  scalars(1, 0) += 2.0 * leak / z * by_mean[0];
  scalars(1, 1) += 2.0 * leak / z * by_start[0];
  return lags.sign() * (scalars.determinant() > 0.0 ? 1 : -1);
}

double collective_growth_factor(const Ensemble& ensemble, const LagState& state, const LagEvaluation& at,
                                const LagSensitivities& partials, double bulk) {
  double low = bulk * (1.0 + 1e-9);
  const auto sign = [&](double z) { return mode_determinant_sign(ensemble, state, at, partials, z); };
  if (sign(low) > 0) return bulk;
  // No mode grows faster than all couplings of one sign at the steepest slope would.
  double high = bulk + ensemble.leak + std::abs(ensemble.coupling_mean) * at.moments.df + 1.0;
  for (int i = 0; i < 60 && sign(high) < 0; ++i) high *= 2.0;
  for (int i = 0; i < 200 && high - low > 1e-14 * high; ++i) {
    const double middle = (low + high) / 2.0;
    (sign(middle) < 0 ? low : high) = middle;
  }
  return (low + high) / 2.0;
}

}  // namespace limes::rate::theory

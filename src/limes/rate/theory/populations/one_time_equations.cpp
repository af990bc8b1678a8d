#include "limes/rate/theory/populations/one_time_equations.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>

namespace limes::rate::theory {
namespace {

constexpr double kAcceptedResidual = 1e-10;
// Below this share of the largest possible variance a variance is rounding of zero where zero solves the equations.
constexpr double kSilent = 1e-11;

PopulationBox search_box(const PopulationEnsemble& ensemble, const Eigen::VectorXd& kept, const Eigen::VectorXd& source,
                         const Eigen::MatrixXd& total) {
  const Eigen::Index count = kept.size();
  PopulationBox box;
  Eigen::VectorXd low(count), high(count), square(count), threshold(count);
  for (Eigen::Index b = 0; b < count; ++b) {
    const Population& population = ensemble.populations[b];
    box.bounded = box.bounded && transfer::is_bounded(population.transfer);
    const transfer::OutputRange outputs = transfer::output_range(population.transfer);
    low(b) = outputs.low;
    high(b) = outputs.high;
    square(b) = outputs.square();
    threshold(b) = population.threshold_mean;
  }
  const Eigen::ArrayXd kept_square = kept.array().square();
  if (box.bounded) {
    const Eigen::MatrixXd from_low = ensemble.coupling_mean * low.asDiagonal();
    const Eigen::MatrixXd from_high = ensemble.coupling_mean * high.asDiagonal();
    box.mean_low = ((from_low.cwiseMin(from_high)).rowwise().sum() - threshold).array() / kept.array();
    box.mean_high = ((from_low.cwiseMax(from_high)).rowwise().sum() - threshold).array() / kept.array();
    box.variance_low = source.array() / kept_square;
    box.variance_high = (total * square + source).array() / kept_square;
    return box;
  }
  const double scale = (1.0 + threshold.cwiseAbs().maxCoeff() + std::sqrt(source.maxCoeff())) / kept.minCoeff() * 1e3;
  box.mean_low = Eigen::VectorXd::Constant(count, -scale);
  box.mean_high = Eigen::VectorXd::Constant(count, scale);
  box.variance_low = source.array() / kept_square;
  box.variance_high = Eigen::VectorXd::Constant(count, scale * scale);
  return box;
}

}  // namespace

PopulationEquations::PopulationEquations(const PopulationEnsemble& ensemble, std::span<const double> extra_variance)
    : ensemble_(ensemble), count_(static_cast<Eigen::Index>(ensemble.populations.size())) {
  kept_.resize(count_);
  threshold_.resize(count_);
  source_.resize(count_);
  for (Eigen::Index a = 0; a < count_; ++a) {
    const Population& population = ensemble.populations[a];
    kept_(a) = 1.0 - population.leak;
    threshold_(a) = population.threshold_mean;
    source_(a) = population.threshold_deviation * population.threshold_deviation + extra_variance[a];
  }
  total_ = ensemble.second_moment + ensemble.centred;
  box_ = search_box(ensemble, kept_, source_, total_);
}

PopulationEquations::Evaluation PopulationEquations::evaluate(const Eigen::VectorXd& x) const {
  Evaluation at;
  Eigen::VectorXd f(count_), ff(count_);
  for (Eigen::Index b = 0; b < count_; ++b) {
    at.moments.push_back(transfer::moments(ensemble_.populations[b].transfer, x(b), x(count_ + b)));
    f(b) = at.moments.back().f;
    ff(b) = at.moments.back().ff;
  }
  const Eigen::VectorXd mean = kept_.cwiseProduct(x.head(count_));
  const Eigen::VectorXd variance = kept_.cwiseAbs2().cwiseProduct(x.tail(count_));
  const Eigen::VectorXd drive = total_ * ff;
  const Eigen::VectorXd centre = ensemble_.centred * f.cwiseAbs2();
  at.residual.resize(2 * count_);
  at.residual << mean - ensemble_.coupling_mean * f + threshold_, variance - drive + centre - source_;
  at.scale.resize(2 * count_);
  at.scale
      << (mean.cwiseAbs() + ensemble_.coupling_mean.cwiseAbs() * f.cwiseAbs() + threshold_.cwiseAbs()).cwiseMax(1e-3),
      (variance + drive + centre + source_).cwiseMax(1e-14);
  return at;
}

Eigen::MatrixXd PopulationEquations::jacobian(const std::vector<transfer::Moments>& moments) const {
  // dE f/dv = E f''/2 and dE f^2/dv = E f'^2 + E f f'' (Price).
  Eigen::MatrixXd matrix(2 * count_, 2 * count_);
  for (Eigen::Index b = 0; b < count_; ++b) {
    const transfer::Moments& m = moments[b];
    matrix.block(0, b, count_, 1) = -ensemble_.coupling_mean.col(b) * m.df;
    matrix.block(0, count_ + b, count_, 1) = -ensemble_.coupling_mean.col(b) * (m.ddf / 2.0);
    matrix.block(count_, b, count_, 1) = -2.0 * m.f_df * total_.col(b) + 2.0 * m.f * m.df * ensemble_.centred.col(b);
    matrix.block(count_, count_ + b, count_, 1) =
        -(m.dfdf + m.f_ddf) * total_.col(b) + m.f * m.ddf * ensemble_.centred.col(b);
    matrix(b, b) += kept_(b);
    matrix(count_ + b, count_ + b) += kept_(b) * kept_(b);
  }
  return matrix;
}

double PopulationEquations::deflation(const Eigen::VectorXd& x, const Eigen::VectorXd& step,
                                      const std::vector<PopulationOneTimeState>& known) const {
  // (J + F g^T) s' = -F with g = grad ln M gives s' = s/(1 - g.s), s the plain step.
  double slope = 0.0;
  for (const PopulationOneTimeState& state : known) {
    double distance = 1e-30;
    double along = 0.0;
    for (Eigen::Index a = 0; a < count_; ++a) {
      const double mean_width = 0.1 * (box_.mean_high(a) - box_.mean_low(a)) + 1e-9;
      const double variance_width = 0.1 * (box_.variance_high(a) - box_.variance_low(a)) + 1e-12;
      const double dm = (x(a) - state.mean[a]) / mean_width;
      const double dv = (x(count_ + a) - state.variance[a]) / variance_width;
      distance += dm * dm + dv * dv;
      along += dm * step(a) / mean_width + dv * step(count_ + a) / variance_width;
    }
    slope -= 2.0 * along / (distance * (1.0 + distance));
  }
  const double denominator = 1.0 - slope;
  return 1.0 / (std::abs(denominator) < 1e-3 ? std::copysign(1e-3, denominator) : denominator);
}

Eigen::VectorXd PopulationEquations::inside(Eigen::VectorXd x, const Eigen::VectorXd& previous) const {
  for (Eigen::Index a = 0; a < count_; ++a) {
    double& variance = x(count_ + a);
    if (variance < 0.0) variance = previous(count_ + a) * 0.1;  // v stays a variance
    if (!box_.bounded) continue;
    const double margin = 1e-9 * (1.0 + std::abs(box_.mean_low(a)) + std::abs(box_.mean_high(a)));
    x(a) = std::clamp(x(a), box_.mean_low(a) - margin, box_.mean_high(a) + margin);
    variance = std::min(variance, box_.variance_high(a) * (1.0 + 1e-9) + 1e-15);
  }
  return x;
}

PopulationOneTimeState PopulationEquations::state_at(const Eigen::VectorXd& x, const Evaluation& at) const {
  return {{x.data(), x.data() + count_}, {x.data() + count_, x.data() + 2 * count_}, at.moments, at.size()};
}

std::optional<PopulationOneTimeState> PopulationEquations::polish(
    Eigen::VectorXd x, const std::vector<PopulationOneTimeState>* known) const {
  double best = INFINITY;
  Eigen::VectorXd best_x = x;
  Evaluation best_at;
  for (int iteration = 0; iteration < 60; ++iteration) {
    Evaluation at = evaluate(x);
    const double size = at.size();
    if (!std::isfinite(size)) return std::nullopt;
    const Eigen::VectorXd step = -jacobian(at.moments).partialPivLu().solve(at.residual);
    if (!step.allFinite()) return std::nullopt;
    if (size < best) {
      best = size;
      best_x = x;
      best_at = std::move(at);
    }
    if (best < 1e-15 || (iteration > 8 && best < 1e-13 && size >= best)) break;
    // Close to a solution the deflated step is the plain one again, up to a factor that tends to one.
    const double factor = known != nullptr && size > 1e-6 ? deflation(x, step, *known) : 1.0;
    x = inside(x + factor * step, x);
    if (x.head(count_).cwiseAbs().maxCoeff() > 1e12 || x.tail(count_).maxCoeff() > 1e20) return std::nullopt;
  }
  if (best > kAcceptedResidual) return std::nullopt;
  Eigen::VectorXd silenced = best_x;
  for (Eigen::Index a = 0; a < count_; ++a) {
    const double largest = box_.bounded ? box_.variance_high(a) : 1.0;
    if (source_(a) == 0.0 && silenced(count_ + a) < kSilent * largest) silenced(count_ + a) = 0.0;
  }
  if (silenced != best_x) {
    Evaluation at = evaluate(silenced);
    if (at.size() <= std::max(best, 1e-13)) return state_at(silenced, at);
  }
  return state_at(best_x, best_at);
}

PopulationEquations::Linearisation PopulationEquations::linearised(const Eigen::VectorXd& x) const {
  Eigen::VectorXd inner = x;
  inner.tail(count_) = x.tail(count_).cwiseMax(0.0);
  const Evaluation at = evaluate(inner);
  Linearisation result{at.residual, jacobian(at.moments)};
  const Eigen::VectorXd beyond = x - inner;
  if (beyond.cwiseAbs().maxCoeff() > 0.0) result.residual += result.jacobian * beyond;
  return result;
}

PopulationOneTimeState PopulationEquations::state_near(Eigen::VectorXd x) const {
  x.tail(count_) = x.tail(count_).cwiseMax(0.0).eval();
  return state_at(x, evaluate(x));
}

Eigen::VectorXd PopulationEquations::relaxed(const Eigen::VectorXd& x) const {
  const Evaluation at = evaluate(x);
  Eigen::VectorXd next = x;
  for (Eigen::Index a = 0; a < count_; ++a) {
    next(a) -= 0.5 * at.residual(a) / kept_(a);
    next(count_ + a) -= 0.5 * at.residual(count_ + a) / (kept_(a) * kept_(a));
  }
  return inside(std::move(next), x);
}

bool PopulationEquations::is_linear() const {
  return std::all_of(ensemble_.populations.begin(), ensemble_.populations.end(),
                     [](const Population& p) { return p.transfer.kind == transfer::Kind::kLinear; });
}

std::vector<PopulationOneTimeState> PopulationEquations::linear_states() const {
  Eigen::VectorXd gain(count_);
  for (Eigen::Index b = 0; b < count_; ++b) gain(b) = ensemble_.populations[b].transfer.gain;
  // Equations of the mean, then of the variance with E f^2 = g^2 (v + mu^2), Var f = g^2 v.
  Eigen::MatrixXd of_mean = -ensemble_.coupling_mean * gain.asDiagonal();
  of_mean.diagonal() += kept_;
  const Eigen::VectorXd mean = -of_mean.fullPivLu().solve(threshold_);
  const Eigen::MatrixXd strength = total_ * gain.cwiseAbs2().asDiagonal();
  Eigen::MatrixXd of_variance = -strength;
  of_variance.diagonal() += kept_.cwiseAbs2();
  const Eigen::VectorXd driven = ensemble_.second_moment * gain.cwiseAbs2().cwiseProduct(mean.cwiseAbs2()) + source_;
  const Eigen::VectorXd variance = of_variance.fullPivLu().solve(driven);
  if (!mean.allFinite() || !variance.allFinite() || variance.minCoeff() < -1e-14 * variance.cwiseAbs().maxCoeff()) {
    return {};
  }
  Eigen::VectorXd x(2 * count_);
  x << mean, variance.cwiseMax(0.0);
  const Evaluation at = evaluate(x);
  if (!(at.size() < kAcceptedResidual)) return {};  // a singular system without a solution
  return {state_at(x, at)};
}

std::optional<PopulationOneTimeState> PopulationEquations::silent_state() const {
  if (source_.maxCoeff() > 0.0) return std::nullopt;
  Eigen::VectorXd x = Eigen::VectorXd::Zero(2 * count_);
  for (Eigen::Index a = 0; a < count_; ++a) {
    x(a) = -threshold_(a) / kept_(a);
    if (transfer::value(ensemble_.populations[a].transfer, x(a)) != 0.0) return std::nullopt;
  }
  PopulationOneTimeState state = state_at(x, evaluate(x));
  for (Eigen::Index a = 0; a < count_; ++a) {
    // At a kink the slopes are those of the fluctuations that disturb it, however small: half of them see each side.
    const transfer::Transfer& f = ensemble_.populations[a].transfer;
    if (transfer::has_kink_at(f, x(a))) state.moments[a] = transfer::moments(f, x(a), 1e-20);
  }
  return state;
}

}  // namespace limes::rate::theory

#include "limes/rate/theory/populations/lag_problem.hpp"

#include <algorithm>
#include <cmath>

namespace limes::rate::theory {

LagFilter map_filter(const PopulationEnsemble& ensemble) {
  const Eigen::Index count = static_cast<Eigen::Index>(ensemble.size());
  LagFilter filter;
  filter.diagonal.resize(count);
  filter.off.resize(count);
  filter.kept.resize(count);
  filter.noise.resize(count);
  for (Eigen::Index a = 0; a < count; ++a) {
    const Population& population = ensemble.populations[a];
    filter.diagonal(a) = 1.0 + population.leak * population.leak;
    filter.off(a) = -population.leak;
    filter.kept(a) = 1.0 - population.leak;
    filter.noise(a) = population.noise_deviation * population.noise_deviation;
  }
  return filter;
}

LagFilter flow_filter(const PopulationEnsemble& ensemble, double step) {
  const Eigen::Index count = static_cast<Eigen::Index>(ensemble.size());
  LagFilter filter;
  const double inverse = 1.0 / (step * step);
  filter.diagonal = Eigen::VectorXd::Constant(count, 2.0 * inverse + 10.0 / 12.0);
  filter.off = Eigen::VectorXd::Constant(count, -inverse + 1.0 / 12.0);
  filter.near = 10.0 / 12.0;
  filter.far = 1.0 / 12.0;
  filter.kept = Eigen::VectorXd::Ones(count);
  filter.noise.resize(count);
  for (Eigen::Index a = 0; a < count; ++a) filter.noise(a) = ensemble.populations[a].noise_intensity;
  filter.step = step;
  return filter;
}

OutputCovariance::OutputCovariance(Accuracy accuracy, const transfer::Transfer& transfer, double mean,
                                   double variance) {
  if (accuracy == Accuracy::kExact) {
    exact_.emplace(transfer, mean, variance);
  } else {
    series_.emplace(transfer, mean, variance);
  }
}

double OutputCovariance::output(double c) const { return exact_ ? exact_->output(c) : series_->output(c); }

double OutputCovariance::gain(double c) const { return exact_ ? exact_->gain(c) : series_->gain(c); }

void OutputCovariance::outputs(std::span<const double> c, std::span<double> result) const {
  if (exact_) return exact_->outputs(c, result);
  std::transform(c.begin(), c.end(), result.begin(), [&](double x) { return series_->output(x); });
}

void OutputCovariance::gains(std::span<const double> c, std::span<double> result) const {
  if (exact_) return exact_->gains(c, result);
  std::transform(c.begin(), c.end(), result.begin(), [&](double x) { return series_->gain(x); });
}

namespace {

Eigen::MatrixXd total_variance(const PopulationEnsemble& ensemble) { return ensemble.second_moment + ensemble.centred; }

/// The covariances D(k) of one population as one row: k = 0 .. K, then q.
std::vector<double> covariances(const PopulationLags& state, Eigen::Index b) {
  const double variance = state.frozen(b) + state.connected(b, 0);
  std::vector<double> result(static_cast<std::size_t>(state.connected.cols()) + 1);
  for (Eigen::Index k = 0; k < state.connected.cols(); ++k) {
    result[static_cast<std::size_t>(k)] = std::clamp(state.frozen(b) + state.connected(b, k), -variance, variance);
  }
  result.back() = std::clamp(state.frozen(b), -variance, variance);
  return result;
}

/// N_k of all lags, k = 0 .. K.
Eigen::MatrixXd connected_field(const Eigen::MatrixXd& total, const PopulationLagEvaluation& at) {
  const Eigen::Index lags = at.outputs.cols() - 1;
  return total * (at.outputs.leftCols(lags).colwise() - at.outputs.col(lags));
}

/// What the noise adds to the equation of lag 0. Flow: 2 D/h and the slope of c - N at the kink, h/6 (1 - T C'(v)) D.
Eigen::VectorXd source_of_noise(const LagFilter& filter, const Eigen::MatrixXd& total,
                                const PopulationLagEvaluation& at) {
  if (filter.step == 0.0) return filter.noise;
  const Eigen::VectorXd slope = filter.noise - total * at.gains.col(0).cwiseProduct(filter.noise);
  return 2.0 / filter.step * filter.noise + filter.step / 6.0 * slope;
}

}  // namespace

PopulationOutputs outputs_of(const PopulationEnsemble& ensemble, const PopulationLags& state, Accuracy accuracy) {
  const Eigen::VectorXd variance = state.variance();
  PopulationOutputs outputs;
  for (Eigen::Index b = 0; b < state.mean.size(); ++b) {
    const transfer::Transfer& f = ensemble.populations[b].transfer;
    outputs.moments.push_back(transfer::moments(f, state.mean(b), variance(b)));
    outputs.covariances.push_back(std::make_shared<OutputCovariance>(accuracy, f, state.mean(b), variance(b)));
  }
  return outputs;
}

PopulationLagEvaluation evaluate(const PopulationEnsemble& ensemble, const LagFilter& filter,
                                 const PopulationLags& state, Accuracy accuracy) {
  return evaluate(ensemble, filter, state, outputs_of(ensemble, state, accuracy));
}

PopulationLagEvaluation evaluate(const PopulationEnsemble& ensemble, const LagFilter& filter,
                                 const PopulationLags& state, const PopulationOutputs& outputs) {
  const Eigen::Index count = state.mean.size();
  const Eigen::Index lags = state.connected.cols();
  const Eigen::MatrixXd total = total_variance(ensemble);
  const Eigen::VectorXd variance = state.variance();
  PopulationLagEvaluation at;
  at.moments = outputs.moments;
  at.outputs.resize(count, lags + 1);
  at.gains.resize(count, lags + 1);
  Eigen::VectorXd f(count), threshold(count), threshold_variance(count);
  for (Eigen::Index b = 0; b < count; ++b) {
    const Population& population = ensemble.populations[b];
    threshold(b) = population.threshold_mean;
    threshold_variance(b) = population.threshold_variance();
    f(b) = at.moments[b].f;
    const OutputCovariance& pair = *outputs.covariances[b];
    const std::vector<double> c = covariances(state, b);
    std::vector<double> values(c.size());
    pair.outputs(c, values);
    values[0] = at.moments[b].ff;
    at.outputs.row(b) = Eigen::Map<Eigen::RowVectorXd>(values.data(), lags + 1);
    pair.gains(c, values);
    values[0] = at.moments[b].dfdf;
    at.gains.row(b) = Eigen::Map<Eigen::RowVectorXd>(values.data(), lags + 1);
  }
  const Eigen::MatrixXd slope = total * at.gains.col(lags).asDiagonal();
  Eigen::MatrixXd middle = -filter.near * slope;
  middle.diagonal() += filter.diagonal;
  Eigen::MatrixXd outer = -filter.far * slope;
  outer.diagonal() += filter.off;
  at.tail = decaying_solution<double>(outer, middle, outer);

  const Eigen::MatrixXd field = connected_field(total, at);
  const Eigen::VectorXd beyond = at.tail * state.connected.col(lags - 1);
  at.residuals = filter.diagonal.asDiagonal() * state.connected - filter.near * field;
  for (Eigen::Index k = 0; k < lags; ++k) {
    const Eigen::Index before = k == 0 ? 1 : k - 1;
    at.residuals.col(k) += filter.off.cwiseProduct(state.connected.col(before)) - filter.far * field.col(before);
    if (k + 1 < lags) {
      at.residuals.col(k) += filter.off.cwiseProduct(state.connected.col(k + 1)) - filter.far * field.col(k + 1);
    } else {
      at.residuals.col(k) += filter.off.cwiseProduct(beyond) - filter.far * slope * beyond;
    }
  }
  at.residuals.col(0) -= source_of_noise(filter, total, at);
  at.mean_residual = filter.kept.cwiseProduct(state.mean) - ensemble.coupling_mean * f + threshold;
  at.frozen_residual = filter.kept.cwiseAbs2().cwiseProduct(state.frozen) - total * at.outputs.col(lags) +
                       ensemble.centred * f.cwiseAbs2() - threshold_variance;

  const double floor = 1e-8 * variance.maxCoeff() + 1e-300;
  for (Eigen::Index a = 0; a < count; ++a) {
    const double scale = std::max(variance(a), floor);
    const double largest =
        std::max(at.residuals.row(a).cwiseAbs().maxCoeff(), std::abs(at.frozen_residual(a))) / scale +
        std::abs(at.mean_residual(a)) / (std::sqrt(scale) + std::abs(state.mean(a)));
    // A comparison with NaN is false: it must not pass as small.
    if (!(largest <= at.size)) at.size = largest;
  }
  return at;
}

PopulationLagSensitivities sensitivities(const PopulationEnsemble& ensemble, const PopulationLags& state,
                                         const PopulationLagEvaluation& at, Accuracy accuracy) {
  const Eigen::VectorXd variance = state.variance();
  const Eigen::Index columns = at.gains.cols();
  PopulationLagSensitivities partials;
  partials.by_mean.resize(state.mean.size(), columns);
  partials.by_variance.resize(state.mean.size(), columns);
  for (Eigen::Index b = 0; b < state.mean.size(); ++b) {
    const transfer::Transfer& f = ensemble.populations[b].transfer;
    const double scale = variance(b) + 1e-6 * variance.maxCoeff() + 1e-300;
    // Where f has kinks PairMoments resolves C badly for means close beside zero.
    const bool kinked = transfer::has_kink(f);
    const bool rough = kinked && accuracy == Accuracy::kExact;
    const double dm = (rough ? 2e-2 : 1e-4) * std::sqrt(scale);
    const bool even = state.mean(b) == 0.0 && transfer::is_odd(f);  // C is even in the mean
    const double dv = 1e-4 * scale;
    const std::vector<double> c = covariances(state, b);
    const auto outputs = [&](double mean, double v) {
      std::vector<double> values(c.size());
      OutputCovariance(accuracy, f, mean, v).outputs(c, values);
      return values;
    };
    const auto up = even ? std::vector<double>(c.size()) : outputs(state.mean(b) + dm, variance(b));
    const auto down = even ? up : outputs(state.mean(b) - dm, variance(b));
    // Upwards in v, since covariances reach up to v itself; of second order.
    const auto here = outputs(state.mean(b), variance(b));
    const auto wide = outputs(state.mean(b), variance(b) + dv);
    const auto wider = outputs(state.mean(b), variance(b) + 2.0 * dv);
    for (Eigen::Index k = 0; k < columns; ++k) {
      partials.by_mean(b, k) = (up[k] - down[k]) / (2.0 * dm);
      partials.by_variance(b, k) = (4.0 * wide[k] - 3.0 * here[k] - wider[k]) / (2.0 * dv);
    }
  }
  return partials;
}

PopulationLags swept(const PopulationEnsemble& ensemble, const LagFilter& filter, const PopulationLags& state,
                     const PopulationLagEvaluation& at) {
  const Eigen::Index count = state.mean.size();
  const Eigen::Index lags = state.connected.cols();
  const Eigen::MatrixXd total = total_variance(ensemble);
  const Eigen::MatrixXd field = connected_field(total, at);
  PopulationLags next;
  next.mean = state.mean - at.mean_residual.cwiseQuotient(filter.kept);
  next.frozen = state.frozen - at.frozen_residual.cwiseQuotient(filter.kept.cwiseAbs2());
  next.connected.resize(count, lags);
  const Eigen::VectorXd source = source_of_noise(filter, total, at);
  // One tridiagonal system per population (Thomas), c_{K+1} = 0; row 0 holds the mirror image.
  std::vector<double> upper(static_cast<std::size_t>(lags));
  for (Eigen::Index a = 0; a < count; ++a) {
    const double off = filter.off(a);
    for (Eigen::Index k = 0; k < lags; ++k) {
      const double left = k == 0 ? field(a, 1) : field(a, k - 1);
      const double right = k + 1 < lags ? field(a, k + 1) : 0.0;
      const double value = filter.near * field(a, k) + filter.far * (left + right) + (k == 0 ? source(a) : 0.0);
      const double pivot = filter.diagonal(a) - (k == 0 ? 0.0 : off * upper[k - 1]);
      upper[k] = (k == 0 ? 2.0 * off : off) / pivot;
      next.connected(a, k) = (value - (k == 0 ? 0.0 : off * next.connected(a, k - 1))) / pivot;
    }
    for (Eigen::Index k = lags - 1; k-- > 0;) next.connected(a, k) -= upper[k] * next.connected(a, k + 1);
  }
  return next;
}

}  // namespace limes::rate::theory

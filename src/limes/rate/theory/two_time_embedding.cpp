#include "limes/rate/theory/two_time_embedding.hpp"

#include <algorithm>
#include <cmath>

namespace limes::rate::theory {
namespace {

std::size_t points_of(double horizon, double output_step) {
  return static_cast<std::size_t>(std::ceil(horizon / output_step - 1e-9)) + 1;
}

/// Every `stride`-th time of a series.
std::vector<double> thinned(const std::vector<double>& values, std::size_t stride, std::size_t points) {
  std::vector<double> result;
  for (std::size_t t = 0; t < points; ++t) result.push_back(values[t * stride]);
  return result;
}

TwoTimeCorrelated thinned(const TwoTimeCorrelated& fine, std::size_t stride, std::size_t points) {
  TwoTimeCorrelated result;
  result.neuron.mean = thinned(fine.neuron.mean, stride, points);
  result.neuron.variance = thinned(fine.neuron.variance, stride, points);
  result.neuron.mean_output = thinned(fine.neuron.mean_output, stride, points);
  result.neuron.covariance = TwoTimeFunction(points);
  for (std::size_t t = 0; t < points; ++t) {
    const std::span<double> row = result.neuron.covariance.row(t);
    for (std::size_t s = 0; s <= t; ++s) row[s] = fine.neuron.covariance(t * stride, s * stride);
  }
  for (const std::vector<double>& row : fine.neighbour_covariance) {
    result.neighbour_covariance.push_back(thinned(row, stride, points));
  }
  return result;
}

Eigen::MatrixXd thinned(const Eigen::MatrixXd& fine, Eigen::Index stride, Eigen::Index points) {
  Eigen::MatrixXd result(points, points);
  for (Eigen::Index t = 0; t < points; ++t) {
    for (Eigen::Index s = 0; s < points; ++s) result(t, s) = fine(t * stride, s * stride);
  }
  return result;
}

/// finer + (finer - coarser)/(2^order - 1) in the place of `coarser`; the largest correction.
double extrapolate(TwoTimeCorrelated& coarser, const TwoTimeCorrelated& finer, int order) {
  const double weight = 1.0 / (std::ldexp(1.0, order) - 1.0);
  double largest = 0.0;
  const auto combine = [&](std::span<double> to, std::span<const double> from) {
    for (std::size_t i = 0; i < to.size(); ++i) {
      const double correction = weight * (from[i] - to[i]);
      to[i] = from[i] + correction;
      largest = std::max(largest, std::abs(correction) / std::max(1.0, std::abs(to[i])));
    }
  };
  combine(coarser.neuron.mean, finer.neuron.mean);
  combine(coarser.neuron.variance, finer.neuron.variance);
  combine(coarser.neuron.mean_output, finer.neuron.mean_output);
  for (std::size_t t = 0; t < coarser.neuron.mean.size(); ++t) {
    combine(coarser.neuron.covariance.row(t), finer.neuron.covariance.row(t));
  }
  for (std::size_t k = 0; k < coarser.neighbour_covariance.size(); ++k) {
    combine(coarser.neighbour_covariance[k], finer.neighbour_covariance[k]);
  }
  return largest;
}

InputSeries series_of(const InputFunctions& input, double step, std::size_t horizon) {
  InputSeries series;
  for (const auto& function : input) {
    std::vector<double>& values = series.emplace_back();
    for (std::size_t t = 0; t < horizon; ++t) {
      values.push_back(function ? step * function(static_cast<double>(t) * step) : 0.0);
    }
  }
  return series;
}

}  // namespace

PopulationEnsemble euler_embedding(const PopulationEnsemble& flow, double step) {
  PopulationEnsemble map = flow;
  map.coupling_mean *= step;
  map.second_moment *= step * step;
  map.centred *= step * step;
  for (Population& population : map.populations) {
    population.leak = 1.0 - step;
    population.threshold_mean *= step;
    population.threshold_deviation *= step;
    population.noise_deviation = std::sqrt(2.0 * population.noise_intensity * step);
    population.noise_intensity = 0.0;
  }
  return map;
}

CorrelatedFlow two_time_correlated_flow(const PopulationEnsemble& flow, const CorrelatedCouplings& couplings,
                                        double horizon, double output_step, const InputFunctions& input,
                                        const StopToken& stop) {
  const std::size_t points = points_of(horizon, output_step);
  CorrelatedFlow result;
  result.step = output_step;
  std::vector<TwoTimeCorrelated> table;  // the last row of Richardson's table, highest order first
  for (const std::size_t stride : {4U, 8U, 16U}) {
    const double step = output_step / static_cast<double>(stride);
    const std::size_t steps = (points - 1) * stride;
    table.push_back(
        thinned(two_time_correlated(euler_embedding(flow, step), couplings, steps, series_of(input, step, steps), stop),
                stride, points));
    for (std::size_t order = 1; order < table.size(); ++order) {
      result.error = extrapolate(table[table.size() - 1 - order], table[table.size() - order], static_cast<int>(order));
    }
  }
  result.solution = std::move(table.front());
  return result;
}

SymmetricFlow two_time_symmetric_flow(const PopulationEnsemble& flow, double symmetry, double horizon,
                                      double output_step, const SymmetricOptions& options, const StopToken& stop) {
  const std::size_t points = points_of(horizon, output_step);
  const auto at = [&](std::size_t stride) {
    const TwoTimeSymmetric fine = two_time_symmetric(euler_embedding(flow, output_step / static_cast<double>(stride)),
                                                     symmetry, (points - 1) * stride, options, stop);
    const auto width = static_cast<Eigen::Index>(stride), count = static_cast<Eigen::Index>(points);
    return TwoTimeSymmetric{thinned(fine.mean, stride, points),        thinned(fine.variance, stride, points),
                            thinned(fine.mean_output, stride, points), thinned(fine.covariance, width, count),
                            thinned(fine.correlation, width, count),   thinned(fine.response, width, count)};
  };
  const TwoTimeSymmetric coarser = at(1), finer = at(2);
  SymmetricFlow result{finer, finer};
  for (const auto series : {&TwoTimeSymmetric::mean, &TwoTimeSymmetric::variance, &TwoTimeSymmetric::mean_output}) {
    for (std::size_t t = 0; t < points; ++t) {
      const double correction = (finer.*series)[t] - (coarser.*series)[t];
      (result.correction.*series)[t] = correction;
      (result.solution.*series)[t] += correction;
    }
  }
  for (const auto matrix :
       {&TwoTimeSymmetric::covariance, &TwoTimeSymmetric::correlation, &TwoTimeSymmetric::response}) {
    result.correction.*matrix = finer.*matrix - coarser.*matrix;
    result.solution.*matrix += result.correction.*matrix;
  }
  return result;
}

}  // namespace limes::rate::theory

#include "limes/rate/theory/two_time_field.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "limes/base/errors.hpp"

namespace limes::rate::theory {

TwoTimeSolution empty_solution(const PopulationEnsemble& ensemble, std::size_t points) {
  TwoTimeSolution solution;
  for (const Population& population : ensemble.populations) {
    TwoTimePopulation law;
    law.mean.resize(points);
    law.variance.resize(points);
    law.mean_output.resize(points);
    law.covariance = TwoTimeFunction(points);
    law.mean.front() = population.initial_mean;
    law.variance.front() = law.covariance.row(0).front() = population.initial_variance;
    solution.populations.push_back(std::move(law));
  }
  return solution;
}

double field_mean(const PopulationEnsemble& ensemble, std::size_t a, std::span<const double> outputs) {
  double mean = -ensemble.populations[a].threshold_mean;
  for (std::size_t b = 0; b < ensemble.size(); ++b)
    mean += ensemble.coupling_mean(static_cast<Eigen::Index>(a), static_cast<Eigen::Index>(b)) * outputs[b];
  return mean;
}

void field_covariance(const PopulationEnsemble& ensemble, std::size_t a,
                      const std::vector<std::vector<double>>& products, const std::vector<std::vector<double>>& outputs,
                      std::size_t t, std::span<double> field) {
  std::fill_n(field.begin(), t + 1, ensemble.populations[a].threshold_variance());
  for (std::size_t b = 0; b < ensemble.size(); ++b) {
    const auto row = static_cast<Eigen::Index>(a);
    const auto column = static_cast<Eigen::Index>(b);
    const double centred = ensemble.centred(row, column);
    const double weight = ensemble.second_moment(row, column) + centred;
    const std::vector<double>& m = outputs[b];
    const double taken = centred * m[t];
    if (weight == 0) continue;
    for (std::size_t s = 0; s <= t; ++s) field[s] += weight * products[b][s] - taken * m[s];
  }
}

void advance_covariance(double leak, double noise, std::span<const double> field, std::span<const double> now,
                        std::span<double> next) {
  const std::size_t t = now.size() - 1;
  double with_field = 0;  // U(s,t)
  for (std::size_t s = 0; s < t; ++s) {
    next[s] = leak * now[s] + with_field;
    with_field = leak * with_field + field[s];
  }
  next[t] = leak * now[t] + with_field;
  next[t + 1] = leak * (leak * now[t] + 2 * with_field) + field[t] + noise;
}

void require_map(const PopulationEnsemble& ensemble, std::size_t horizon, const InputSeries& input) {
  for (std::size_t a = 0; a < ensemble.size(); ++a)
    if (ensemble.populations[a].noise_intensity != 0)
      throw InputError(fmt::format("population {}: a noise intensity belongs to a flow", a),
                       "give the noise deviation sigma");
  if (input.empty()) return;
  if (input.size() != ensemble.size())
    throw InputError(
        fmt::format("an input needs one series per population, {}, not {}", ensemble.size(), input.size()));
  for (std::size_t a = 0; a < input.size(); ++a) {
    if (input[a].size() < horizon)
      throw InputError(
          fmt::format("the input of population {} has {} values for {} steps", a, input[a].size(), horizon));
    for (std::size_t t = 0; t < horizon; ++t)
      if (!std::isfinite(input[a][t]))
        throw InputError(fmt::format("the input of population {} is not finite at step {}", a, t));
  }
}

void require_bounded(double mean, double variance, std::size_t population, double time) {
  if (std::abs(mean) < 1e8 && variance < 1e16) return;
  throw DivergenceError(
      fmt::format("the two-time theory diverges: population {} reaches mean {:.3g} and variance {:.3g} "
                  "at time {}",
                  population, mean, variance, time));
}

}  // namespace limes::rate::theory

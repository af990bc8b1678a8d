#include "limes/rate/theory/two_time_correlated.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string_view>

#include "limes/base/errors.hpp"
#include "limes/rate/theory/output_history.hpp"
#include "limes/rate/theory/two_time_field.hpp"

namespace limes::rate::theory {
namespace {

void require_covariance(const std::vector<double>& covariance, std::string_view name) {
  if (covariance.empty() || covariance.front() != 1.0)
    throw InputError(fmt::format("the {} covariance must start with 1", name));
  double smallest = 1;
  // The transform is a polynomial of degree n in cos w: its minimum is found to (n/points)^2.
  const std::size_t points = 256 * covariance.size();
  for (std::size_t i = 0; i <= points; ++i) {
    const double w = std::numbers::pi * static_cast<double>(i) / static_cast<double>(points);
    double sum = 1;
    for (std::size_t k = 1; k < covariance.size(); ++k) {
      if (!std::isfinite(covariance[k]))
        throw InputError(fmt::format("the {} covariance is not finite at lag {}", name, k));
      sum += 2 * covariance[k] * std::cos(w * static_cast<double>(k));
    }
    smallest = std::min(smallest, sum);
  }
  if (smallest < -1e-9)
    throw InputError(
        fmt::format("{} covariance not positive semidefinite: smallest spectral value {:.6g}", name, smallest));
}

void require_correlated(const PopulationEnsemble& ensemble, const CorrelatedCouplings& couplings) {
  require_valid(ensemble);
  if (ensemble.size() != 1)
    throw InputError(fmt::format("correlated couplings are for one population, not {}", ensemble.size()));
  if (ensemble.centred(0, 0) != 0) throw InputError("correlated couplings have no fixed in-degree");
  require_covariance(couplings.row_covariance, "row");
  require_covariance(couplings.column_covariance, "column");
}

}  // namespace

TwoTimeCorrelated two_time_correlated(const PopulationEnsemble& ensemble, const CorrelatedCouplings& couplings,
                                      std::size_t horizon, const InputSeries& input, const StopToken& stop) {
  require_correlated(ensemble, couplings);
  require_map(ensemble, horizon, input);
  const Population& population = ensemble.populations.front();
  const double gamma = population.leak;
  const std::vector<double>& a = couplings.row_covariance;
  const std::vector<double>& b = couplings.column_covariance;
  double far = 0;  // sum of B over the lags at which neurons are independent
  for (std::size_t l = a.size(); l < b.size(); ++l) far += 2 * b[l];

  TwoTimeCorrelated result;
  result.neuron = empty_solution(ensemble, horizon + 1).populations.front();
  TwoTimePopulation& law = result.neuron;
  result.neighbour_covariance.assign(a.size(), std::vector<double>(horizon + 1, 0.0));
  result.neighbour_covariance[0][0] = population.initial_variance;
  // The latest row of D^k for k >= 1; that of D^0 stands in the solution.
  std::vector<std::vector<double>> rows(a.size(), std::vector<double>(horizon + 1, 0.0));
  std::vector<double> next(horizon + 1), products(horizon + 1), shared(horizon + 1);
  OutputHistory history(population.transfer);
  for (std::size_t t = 0;; ++t) {
    stop.check();
    history.push(law.mean[t], law.variance[t]);
    law.mean_output[t] = history.mean_output(t);
    if (t == horizon) return result;
    // shared = sum_l B(l) M^l(t,s)
    for (std::size_t s = 0; s <= t; ++s) shared[s] = far * law.mean_output[t] * law.mean_output[s];
    for (std::size_t l = 0; l < std::min(a.size(), b.size()); ++l) {
      const std::span<const double> row = l == 0 ? std::span<const double>(law.covariance.row(t)) : rows[l];
      history.products(row.first(t + 1), products);
      const double weight = l == 0 ? 1.0 : 2 * b[l];
      for (std::size_t s = 0; s <= t; ++s) shared[s] += weight * products[s];
    }
    const double outputs[1] = {law.mean_output[t]};
    law.mean[t + 1] = gamma * law.mean[t] + field_mean(ensemble, 0, outputs) + (input.empty() ? 0.0 : input[0][t]);
    for (std::size_t k = 0; k < a.size(); ++k) {
      const double own = k == 0 ? population.threshold_variance() : 0.0;
      const double weight = ensemble.second_moment(0, 0) * a[k];
      for (std::size_t s = 0; s <= t; ++s) products[s] = own + weight * shared[s];
      const double noise = k == 0 ? population.noise_deviation * population.noise_deviation : 0.0;
      if (k == 0) {
        advance_covariance(gamma, noise, products, law.covariance.row(t), law.covariance.row(t + 1));
      } else {
        advance_covariance(gamma, noise, products, std::span(rows[k]).first(t + 1), std::span(next).first(t + 2));
        std::swap(rows[k], next);
      }
      result.neighbour_covariance[k][t + 1] = k == 0 ? law.covariance.row(t + 1)[t + 1] : rows[k][t + 1];
    }
    law.variance[t + 1] = result.neighbour_covariance[0][t + 1];
    require_bounded(law.mean[t + 1], law.variance[t + 1], 0, static_cast<double>(t + 1));
  }
}

}  // namespace limes::rate::theory

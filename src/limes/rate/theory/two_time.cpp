#include "limes/rate/theory/two_time.hpp"

#include <fmt/format.h>

#include <cmath>

#include "limes/base/errors.hpp"
#include "limes/rate/theory/output_history.hpp"
#include "limes/rate/theory/two_time_field.hpp"

namespace limes::rate::theory {
namespace {

void require_input(const InputSeries& input, std::size_t populations, std::size_t horizon) {
  if (input.empty()) return;
  if (input.size() != populations)
    throw InputError(fmt::format("an input needs one series per population, {}, not {}", populations, input.size()));
  for (std::size_t a = 0; a < populations; ++a) {
    if (input[a].size() < horizon)
      throw InputError(
          fmt::format("the input of population {} has {} values for {} steps", a, input[a].size(), horizon));
    for (std::size_t t = 0; t < horizon; ++t)
      if (!std::isfinite(input[a][t]))
        throw InputError(fmt::format("the input of population {} is not finite at step {}", a, t));
  }
}

}  // namespace

TwoTimeSolution two_time_map(const PopulationEnsemble& ensemble, std::size_t horizon, const InputSeries& input,
                             const StopToken& stop) {
  require_valid(ensemble);
  require_input(input, ensemble.size(), horizon);
  TwoTimeSolution solution = empty_solution(ensemble, horizon + 1);
  std::vector<OutputHistory> histories;
  for (const Population& population : ensemble.populations) histories.emplace_back(population.transfer);
  std::vector<std::vector<double>> products(ensemble.size(), std::vector<double>(horizon + 1));
  std::vector<double> outputs(ensemble.size());
  std::vector<double> field(horizon + 1);

  for (std::size_t t = 0;; ++t) {
    stop.check();
    for (std::size_t a = 0; a < ensemble.size(); ++a) {
      TwoTimePopulation& law = solution.populations[a];
      histories[a].push(law.mean[t], law.variance[t]);
      outputs[a] = law.mean_output[t] = histories[a].mean_output(t);
    }
    if (t == horizon) return solution;
    for (std::size_t a = 0; a < ensemble.size(); ++a)
      histories[a].products(solution.populations[a].covariance.row(t), products[a]);
    for (std::size_t a = 0; a < ensemble.size(); ++a) {
      const Population& population = ensemble.populations[a];
      const double gamma = population.leak;
      TwoTimePopulation& law = solution.populations[a];
      law.mean[t + 1] = gamma * law.mean[t] + field_mean(ensemble, a, outputs) + (input.empty() ? 0.0 : input[a][t]);
      field_covariance(ensemble, a, products, solution, t, field);
      const std::span<const double> now = law.covariance.row(t);
      const std::span<double> next = law.covariance.row(t + 1);
      double with_field = 0;  // U(s,t)
      for (std::size_t s = 0; s < t; ++s) {
        next[s] = gamma * now[s] + with_field;
        with_field = gamma * with_field + field[s];
      }
      next[t] = gamma * now[t] + with_field;
      next[t + 1] = gamma * (gamma * now[t] + 2 * with_field) + field[t] +
                    population.noise_deviation * population.noise_deviation;
      law.variance[t + 1] = next[t + 1];
      require_bounded(law.mean[t + 1], law.variance[t + 1], a, static_cast<double>(t + 1));
    }
  }
}

}  // namespace limes::rate::theory

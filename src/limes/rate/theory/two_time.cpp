#include "limes/rate/theory/two_time.hpp"

#include "limes/rate/theory/output_history.hpp"
#include "limes/rate/theory/two_time_field.hpp"

namespace limes::rate::theory {
TwoTimeSolution two_time_map(const PopulationEnsemble& ensemble, std::size_t horizon, const InputSeries& input,
                             const StopToken& stop) {
  require_valid(ensemble);
  require_map(ensemble, horizon, input);
  TwoTimeSolution solution = empty_solution(ensemble, horizon + 1);
  std::vector<OutputHistory> histories;
  for (const Population& population : ensemble.populations) histories.emplace_back(population.transfer);
  std::vector<std::vector<double>> products(ensemble.size(), std::vector<double>(horizon + 1));
  std::vector<std::vector<double>> outputs(ensemble.size(), std::vector<double>(horizon + 1));
  std::vector<double> outputs_now(ensemble.size());
  std::vector<double> field(horizon + 1);

  for (std::size_t t = 0;; ++t) {
    stop.check();
    for (std::size_t a = 0; a < ensemble.size(); ++a) {
      TwoTimePopulation& law = solution.populations[a];
      histories[a].push(law.mean[t], law.variance[t]);
      outputs_now[a] = outputs[a][t] = law.mean_output[t] = histories[a].mean_output(t);
    }
    if (t == horizon) {
      for (const OutputHistory& history : histories) {
        solution.work.coefficients += history.work().coefficients;
        solution.work.terms += history.work().terms;
      }
      return solution;
    }
    for (std::size_t a = 0; a < ensemble.size(); ++a)
      histories[a].products(solution.populations[a].covariance.row(t), products[a]);
    for (std::size_t a = 0; a < ensemble.size(); ++a) {
      const Population& population = ensemble.populations[a];
      const double gamma = population.leak;
      TwoTimePopulation& law = solution.populations[a];
      law.mean[t + 1] =
          gamma * law.mean[t] + field_mean(ensemble, a, outputs_now) + (input.empty() ? 0.0 : input[a][t]);
      field_covariance(ensemble, a, products, outputs, t, field);
      const std::span<double> next = law.covariance.row(t + 1);
      advance_covariance(gamma, population.noise_deviation * population.noise_deviation, field, law.covariance.row(t),
                         next);
      law.variance[t + 1] = next[t + 1];
      require_bounded(law.mean[t + 1], law.variance[t + 1], a, static_cast<double>(t + 1));
    }
  }
}

}  // namespace limes::rate::theory

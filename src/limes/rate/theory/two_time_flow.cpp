#include "limes/rate/theory/two_time_flow.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "limes/base/errors.hpp"
#include "limes/rate/theory/two_time_trapezoid.hpp"

namespace limes::rate::theory {
namespace {

void require_flow(const PopulationEnsemble& ensemble, double horizon, const TwoTimeFlowOptions& options,
                  const InputFunctions& input) {
  require_valid(ensemble);
  for (std::size_t a = 0; a < ensemble.size(); ++a) {
    if (ensemble.populations[a].leak != 0)
      throw InputError(fmt::format("population {}: a flow has no leak gamma", a), "set it to 0");
    if (ensemble.populations[a].noise_deviation != 0)
      throw InputError(fmt::format("population {}: a noise deviation belongs to a map", a),
                       "give the noise intensity D");
  }
  if (!(horizon >= 0) || !std::isfinite(horizon))
    throw InputError(fmt::format("a horizon must be finite and not negative, not {}", horizon));
  if (!(options.output_step > 0) || !(options.output_step < 1))
    throw InputError(fmt::format("the output step must lie in (0, 1) tau, not {}", options.output_step));
  if (options.most_levels < 2) throw InputError("an extrapolation needs at least two levels");
  if (!input.empty() && input.size() != ensemble.size())
    throw InputError(
        fmt::format("an input needs one function per population, {}, not {}", ensemble.size(), input.size()));
}

/// Calls visit(x, y) for every pair of values of two solutions of one shape.
template <typename Visit>
void visit_values(TwoTimeSolution& first, const TwoTimeSolution& second, Visit&& visit) {
  for (std::size_t a = 0; a < first.populations.size(); ++a) {
    TwoTimePopulation& x = first.populations[a];
    const TwoTimePopulation& y = second.populations[a];
    for (std::size_t t = 0; t < x.mean.size(); ++t) {
      visit(x.mean[t], y.mean[t]);
      visit(x.variance[t], y.variance[t]);
      visit(x.mean_output[t], y.mean_output[t]);
      const std::span<double> to = x.covariance.row(t);
      const std::span<const double> from = y.covariance.row(t);
      for (std::size_t s = 0; s <= t; ++s) visit(to[s], from[s]);
    }
  }
}

/// One entry of Romberg's table: the finer value plus (finer - coarser)/(4^order - 1), in the place of `coarser`.
/// Returns the largest correction.
double extrapolate(TwoTimeSolution& coarser, const TwoTimeSolution& finer, int order) {
  const double weight = 1 / (std::pow(4.0, order) - 1);
  double largest = 0;
  visit_values(coarser, finer, [&](double& x, const double& y) {
    const double correction = weight * (y - x);
    x = y + correction;
    largest = std::max(largest, std::abs(correction) / std::max(1.0, std::abs(x)));
  });
  return largest;
}

}  // namespace

TwoTimeFlow two_time_flow(const PopulationEnsemble& ensemble, double horizon, const TwoTimeFlowOptions& options,
                          const InputFunctions& input, const StopToken& stop) {
  require_flow(ensemble, horizon, options, input);
  const auto points = static_cast<std::size_t>(std::ceil(horizon / options.output_step - 1e-9)) + 1;
  TwoTimeFlow flow;
  flow.step = options.output_step;
  std::vector<TwoTimeSolution> table;  // the last row of Romberg's table, highest order first
  for (int level = 0; level < options.most_levels && !flow.converged; ++level) {
    const auto stride = static_cast<std::size_t>(1) << level;
    table.push_back(
        two_time_trapezoid(ensemble, options.output_step / static_cast<double>(stride), stride, points, input, stop));
    // The row of the level before is turned into that of this level from the back.
    for (std::size_t order = 1; order < table.size(); ++order)
      flow.error = extrapolate(table[table.size() - 1 - order], table[table.size() - order], static_cast<int>(order));
    flow.converged = level >= 2 && flow.error <= options.tolerance;
  }
  flow.solution = std::move(table.front());
  return flow;
}

}  // namespace limes::rate::theory

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "limes/rate/renormalized/theory/loop_state.hpp"

namespace limes::rate::renormalized {
namespace {

constexpr double kFirstPanel = 0.5;
constexpr double kShortestWindow = 25.0;
constexpr double kDecayTimes = 16.0;     // of the slowest mode within the window: linear from there on to 1e-14
constexpr double kSpreadTimes = 32.0;    // where (7) is on: its tail is taken as 0
constexpr double kSmallestStep = 3e-4;   // of the path, relative to gbar
constexpr double kNearlyCritical = 0.9;  // where a path that ends is one that has come to the transition
constexpr double kFieldTail = 1e-11;     // Chebyshev tails relative to the largest value
constexpr double kOutputTail = 1e-10;
constexpr int kMostRefinements = 12;
constexpr int kSpreadRounds = 30;
constexpr double kSpreadTolerance = 1e-11;

/// The slowest decay rate of the tail.
double slowest_rate(const LoopModel& model, const VarianceTerms& terms) {
  const auto root = positive_root(terms.tail(model));
  if (!root) return 0.0;
  return root->eigenvalues().real().minCoeff();
}

double window_for(const LoopModel& model, double rate) {
  return std::max(kShortestWindow, (model.gain_spread ? kSpreadTimes : kDecayTimes) / std::max(rate, 1e-4));
}

/// A solution on its panels.
struct Solved {
  LagPanels panels;
  double theta;
  LagFields fields;
  double residual;
};

Eigen::VectorXd moved(const LagPanels& from, const LagPanels& to, const Eigen::VectorXd& values, double rate) {
  Eigen::VectorXd result = from.interpolated(values, to.lags());
  for (Eigen::Index j = 0; j < result.size(); ++j) {
    const double beyond = to.lags()(j) - from.window();
    if (beyond > 0.0) result(j) *= std::exp(-rate * beyond);
  }
  return result;
}

LagFields moved(const LagPanels& from, const LagPanels& to, const LagFields& fields, double rate) {
  return {moved(from, to, fields.covariance, rate), moved(from, to, fields.filtered, rate),
          moved(from, to, fields.spread, rate), moved(from, to, fields.spread_curvature, rate),
          moved(from, to, fields.pairs, rate)};
}

/// Newton's method, with E of equation (7) and c - b of (6') iterated around it.
std::optional<Solved> solved(const LoopModel& model, const LagPanels& panels, double theta, const LagFields& start) {
  NewtonResult found = newton(model, panels, theta, start);
  if (!found.converged) return std::nullopt;
  if ((model.gain_spread || model.own_feedback) && model.inverse_size > 0.0) {
    double change = 1.0;
    for (int round = 0; change > kSpreadTolerance; ++round) {
      const VarianceTerms terms(model, found.theta);
      if (round == kSpreadRounds) return std::nullopt;
      LagFields fields = found.fields;
      if (model.gain_spread) {
        if (!(model.coupling_deviation * terms.gain < 1.0)) return std::nullopt;
        set_gain_spread(model, panels, terms, fields);
      }
      if (model.own_feedback) fields.pairs = cross_part(model, panels, terms, fields);
      const auto largest = [](const Eigen::VectorXd& values) { return values.cwiseAbs().maxCoeff(); };
      change = std::max(largest(fields.spread - found.fields.spread) / std::max(largest(fields.filtered), 1e-300),
                        largest(fields.pairs - found.fields.pairs) / found.theta);
      found = newton(model, panels, found.theta, fields);
      if (!found.converged) return std::nullopt;
    }
  }
  return Solved{panels, found.theta, found.fields, found.residual};
}

/// The same on panels that reach as far as its slowest mode asks for.
std::optional<Solved> with_window(const LoopModel& model, Solved solution) {
  for (int round = 0; round < 6; ++round) {
    const VarianceTerms terms(model, solution.theta);
    const double rate = slowest_rate(model, terms);
    const double window = window_for(model, rate);
    if (window <= 1.01 * solution.panels.window()) return solution;
    const LagPanels longer = LagPanels::graded(kFirstPanel, 1.3 * window);
    auto next = solved(model, longer, solution.theta, moved(solution.panels, longer, solution.fields, rate));
    if (!next) return std::nullopt;
    solution = *std::move(next);
  }
  return solution;
}

/// The line through two solutions, continued by `ratio` times their distance, on the panels of the second.
Solved extrapolated(const LoopModel& model, const Solved& first, const Solved& second, double ratio) {
  Solved result = second;
  const double theta = second.theta + ratio * (second.theta - first.theta);
  if (!(theta > 0.0)) return result;
  const double rate = slowest_rate(model, VarianceTerms(model, first.theta));
  const LagFields from = moved(first.panels, second.panels, first.fields, std::max(rate, 0.0));
  result.theta = theta;
  result.fields.covariance += ratio * (second.fields.covariance - from.covariance);
  result.fields.filtered += ratio * (second.fields.filtered - from.filtered);
  return result;
}

double shared_variance(const LoopModel& model, const Solved& solution) {
  return model.inverse_size * model.coupling_mean * model.coupling_mean *
         (solution.fields.filtered(0) + solution.fields.spread(0));
}

/// Mean field on panels: gbar = 0.
std::optional<Solved> at_zero(const LoopModel& model, const MeanFieldStart& start) {
  const VarianceTerms terms(model, start.variance);
  const double rate = slowest_rate(model, terms);
  if (!(rate > 0.0)) return std::nullopt;
  const LagPanels panels = LagPanels::graded(kFirstPanel, window_for(model, rate));
  LagFields fields;
  fields.covariance.resize(panels.nodes());
  const auto count = start.autocovariance.size();
  for (Eigen::Index j = 0; j < panels.nodes(); ++j) {
    const double place = panels.lags()(j) / start.step;
    const auto left = static_cast<std::size_t>(place);
    if (left + 1 < count) {
      const double share = place - static_cast<double>(left);
      fields.covariance(j) = (1.0 - share) * start.autocovariance[left] + share * start.autocovariance[left + 1];
    } else {
      fields.covariance(j) = start.autocovariance.back() *
                             std::exp(-rate * (panels.lags()(j) - static_cast<double>(count - 1) * start.step));
    }
  }
  fields.spread = fields.spread_curvature = fields.pairs = Eigen::VectorXd::Zero(panels.nodes());
  Eigen::VectorXd output(panels.nodes());
  const auto nodes = static_cast<std::size_t>(panels.nodes());
  terms.pair.outputs({fields.covariance.data(), nodes}, {output.data(), nodes});
  fields.filtered = panels.filtered(output, 1.0);
  return solved(model, panels, start.variance, fields);
}

/// Panels whose ends of the Chebyshev series have not died out are halved until none is left.
std::optional<Solved> refined(const LoopModel& model, Solved solution, double& change, const StopToken& stop) {
  change = 0.0;
  for (int round = 0; round < kMostRefinements; ++round) {
    stop.check();
    const VarianceTerms terms(model, solution.theta);
    const LagTerms at = lag_terms(model, solution.panels.lags(), terms, solution.fields);
    const auto& edges = solution.panels.edges();
    const auto covariance = solution.panels.tails(solution.fields.covariance);
    const auto filtered = solution.panels.tails(solution.fields.filtered);
    const auto output = solution.panels.tails(at.output);
    const double largest_filtered = solution.fields.filtered.cwiseAbs().maxCoeff();
    std::vector<double> finer{0.0};
    bool coarse = false;
    for (std::size_t k = 0; k + 1 < edges.size(); ++k) {
      if (covariance[k] > kFieldTail * solution.theta || filtered[k] > kFieldTail * largest_filtered ||
          output[k] > kOutputTail * at.output(0)) {
        finer.push_back(0.5 * (edges[k] + edges[k + 1]));
        coarse = true;
      }
      finer.push_back(edges[k + 1]);
    }
    if (!coarse && round > 0) return solution;
    if (!coarse) {
      finer = {0.0};  // one look at another resolution, for the error
      for (std::size_t k = 0; k + 1 < edges.size(); ++k) {
        finer.push_back(0.5 * (edges[k] + edges[k + 1]));
        finer.push_back(edges[k + 1]);
      }
    }
    const LagPanels panels(std::move(finer));
    auto next = solved(model, panels, solution.theta, moved(solution.panels, panels, solution.fields, 0.0));
    if (!next) return std::nullopt;
    change = std::abs(next->theta - solution.theta) / next->theta;
    solution = *std::move(next);
  }
  return solution;
}

LoopState state_of(const LoopModel& model, const Solved& solution, double change) {
  const VarianceTerms terms(model, solution.theta);
  const LagTerms at = lag_terms(model, solution.panels.lags(), terms, solution.fields);
  const LagFields& fields = solution.fields;
  const double epsilon = model.inverse_size, loop = epsilon * model.coupling_mean * model.coupling_mean;
  LoopState state;
  state.panels = solution.panels;
  state.variance = solution.theta;
  state.mean_gain = terms.gain;
  state.loop_gain = model.coupling_mean * terms.gain;
  state.slowest_rate = slowest_rate(model, terms);
  state.residual = solution.residual;
  state.error = std::max({change, solution.residual, 1e-12});
  state.autocovariance = fields.covariance;
  state.output_autocovariance = at.output;
  const Eigen::VectorXd population = at.independent + (1.0 - terms.kappa * terms.kappa) * fields.filtered +
                                     fields.spread - fields.spread_curvature;  // N A
  state.population_autocovariance = epsilon * population;
  state.cross_covariance = epsilon / (1.0 - epsilon) * (population - at.output);
  state.state_cross_covariance = loop * (fields.filtered + fields.spread);
  if (model.cross_term || model.own_feedback) {
    state.state_cross_covariance += cross_part(model, solution.panels, terms, fields);
  }
  state.output_variance = at.output(0);
  state.population_variance = state.population_autocovariance(0);
  state.shared_variance = loop * (fields.filtered(0) + fields.spread(0));
  return state;
}

}  // namespace

LoopOutcome solve_loop(const LoopModel& model, const MeanFieldStart& start, const StopToken& stop) {
  LoopOutcome outcome;
  LoopModel now = model;
  now.coupling_mean = 0.0;
  auto solution = at_zero(now, start);
  if (!solution) return outcome;
  std::optional<Solved> before;
  double last = 0.0, reached = 0.0, step = 1.0;
  const bool interacting = model.inverse_size > 0.0 && model.coupling_mean != 0.0;
  while (interacting && reached < 1.0) {
    stop.check();
    const double target = std::min(1.0, reached + step);
    now.coupling_mean = target * model.coupling_mean;
    const Solved guess =
        before ? extrapolated(now, *before, *solution, (target - reached) / (reached - last)) : *solution;
    auto next = solved(now, solution->panels, guess.theta, guess.fields);
    if (next) next = with_window(now, *std::move(next));
    // A step that changes the variance by much may have led to another solution.
    if (!next || std::abs(next->theta - solution->theta) > 0.3 * solution->theta) {
      step *= 0.5;
      if (step >= kSmallestStep) continue;
      outcome.failure.critical = outcome.failure.gain > kNearlyCritical * kLargestGain;
      return outcome;
    }
    before = std::move(solution);
    solution = std::move(next);
    last = reached;
    reached = target;
    step *= 1.5;
    const double gain = now.coupling_mean * VarianceTerms(now, solution->theta).gain;
    const double share = shared_variance(now, *solution) / solution->theta;
    // The fluctuations of a linear network are Gaussian, however large they are.
    const bool large = model.transfer.kind != transfer::Kind::kLinear && (gain > kLargestGain || share > kLargestShare);
    outcome.failure = {large, gain, now.coupling_mean, share};
    if (outcome.failure.critical) return outcome;
  }
  if (interacting) now.coupling_mean = model.coupling_mean;
  double change = 0.0;
  const auto fine = refined(now, *std::move(solution), change, stop);
  if (fine) outcome.state = state_of(now, *fine, change);
  return outcome;
}

}  // namespace limes::rate::renormalized

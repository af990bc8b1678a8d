#include "limes/rate/two_time_theory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <optional>
#include <tuple>
#include <utility>

#include "limes/math/quadrature.hpp"
#include "limes/rate/population_theory.hpp"
#include "limes/rate/result_shape.hpp"
#include "limes/rate/symmetric_theory.hpp"
#include "limes/rate/theory/two_time.hpp"
#include "limes/rate/theory/two_time_correlated.hpp"
#include "limes/rate/theory/two_time_embedding.hpp"
#include "limes/rate/theory/two_time_exponent.hpp"
#include "limes/rate/theory/two_time_flow.hpp"
#include "limes/rate/theory_input.hpp"

namespace limes::rate {

namespace {

constexpr const char* kBranch = "two_time";
// Paths of common noise that are averaged over: the error of a mean over them is a tenth of the spread between paths.
constexpr std::uint32_t kNoisePaths = 100;
// Step and reach of the trapezoidal rule over the common threshold offset: exponentially accurate for smooth curves.
constexpr double kOffsetStep = 0.5;
constexpr double kOffsetReach = 6.5;
// Of the last correction of Euler's method, small beside the errors of any simulation.
constexpr double kEmbeddingTolerance = 1e-3;
// The shortest horizons, in steps and in tau, whose last half says something about a growth rate.
constexpr std::size_t kExponentSteps = 100;
constexpr double kExponentTau = 40.0;

/// The curves of one solution or of an average over solutions: one row per population.
struct Trajectories {
  std::vector<double> times;
  std::vector<std::vector<double>> mean, variance, mean_output, covariance;
  std::vector<std::vector<double>> neighbours;  ///< D^k(T,T) over neuron lags, correlated couplings only
  std::vector<std::vector<double>> exponent;    ///< of the last half, and of its two halves; empty: none
  double error = 0.0;                           ///< numerical
  double exponent_step_error = 0.0;
  bool converged = true;

  template <typename Combine>
  void combine(const Trajectories& other, Combine combine_values) {
    for (auto rows : {&Trajectories::mean, &Trajectories::variance, &Trajectories::mean_output,
                      &Trajectories::covariance, &Trajectories::neighbours, &Trajectories::exponent}) {
      (this->*rows).resize((other.*rows).size());
      for (std::size_t a = 0; a < (other.*rows).size(); ++a) {
        (this->*rows)[a].resize((other.*rows)[a].size(), 0.0);
        for (std::size_t i = 0; i < (other.*rows)[a].size(); ++i) {
          combine_values((this->*rows)[a][i], (other.*rows)[a][i]);
        }
      }
    }
    times = other.times;
    error = std::max(error, other.error);
    exponent_step_error = std::max(exponent_step_error, other.exponent_step_error);
    converged = converged && other.converged;
  }
};

/// `stride`: points of the solution between two points of the covariance.
Trajectories trajectories_of(const theory::TwoTimeSolution& solution, double step, std::size_t stride,
                             std::size_t points) {
  Trajectories result;
  for (const theory::TwoTimePopulation& population : solution.populations) {
    result.mean.push_back(population.mean);
    result.variance.push_back(population.variance);
    result.mean_output.push_back(population.mean_output);
    std::vector<double>& covariance = result.covariance.emplace_back();
    for (std::size_t i = 0; i < points; ++i) {
      for (std::size_t j = 0; j < points; ++j) covariance.push_back(population.covariance(i * stride, j * stride));
    }
  }
  for (std::size_t k = 0; k < result.mean.front().size(); ++k) result.times.push_back(static_cast<double>(k) * step);
  return result;
}

double drive_period(const RateDescription& description) {
  const StimulusDescription& stimulus = description.stimulus;
  const bool periodic = stimulus.kind == StimulusDescription::Kind::kSine && stimulus.frequency > 0.0;
  return periodic ? 2.0 * std::numbers::pi / stimulus.frequency : 0.0;
}

void add_exponent(Trajectories& result, const theory::TwoTimeExponent& exponent) {
  const std::vector<double> values{exponent.value, exponent.first_half, exponent.last_half};
  if (!std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); })) return;
  result.exponent = {values};
  result.exponent_step_error = exponent.step_error;
}

/// The input at the steps 0, 1, ..., horizon - 1 of a map.
theory::InputSeries series_of(const std::vector<std::function<double(double)>>& input, std::size_t horizon) {
  theory::InputSeries series;
  for (const auto& function : input) {
    std::vector<double>& values = series.emplace_back();
    for (std::size_t t = 0; t < horizon; ++t) values.push_back(function(static_cast<double>(t)));
  }
  return series;
}

theory::CorrelatedCouplings couplings_of(const RateDescription& description) {
  return {description.coupling.row_covariance, description.coupling.column_covariance};
}

Trajectories trajectories_of(const RateDescription& description, const theory::TwoTimeCorrelated& solution, double step,
                             std::size_t stride, std::size_t points) {
  Trajectories result = trajectories_of({{solution.neuron}, {}}, step, stride, points);
  std::vector<double>& neighbours = result.neighbours.emplace_back(neighbour_lags(description), 0.0);
  const std::size_t last = (points - 1) * stride;
  for (std::size_t k = 0; k < std::min(neighbours.size(), solution.neighbour_covariance.size()); ++k) {
    neighbours[k] = solution.neighbour_covariance[k][last];
  }
  return result;
}

Trajectories solve_map(const RateDescription& description, const theory::PopulationEnsemble& ensemble,
                       const std::vector<std::function<double(double)>>& input, const StopToken& stop) {
  const auto horizon = static_cast<std::size_t>(std::floor(description.theory.horizon));
  const theory::InputSeries series = series_of(input, horizon);
  const TwoTimeGrid grid = two_time_grid(description);
  const auto stride = static_cast<std::size_t>(grid.stride);
  if (description.coupling.kind != CouplingDescription::Kind::kCorrelated) {
    const theory::TwoTimeSolution solution = theory::two_time_map(ensemble, horizon, series, stop);
    Trajectories result = trajectories_of(solution, 1.0, stride, grid.points);
    if (horizon >= kExponentSteps)
      add_exponent(result, theory::two_time_map_exponent(ensemble, solution, drive_period(description), stop));
    return result;
  }
  const theory::TwoTimeCorrelated solution =
      theory::two_time_correlated(ensemble, couplings_of(description), horizon, series, stop);
  return trajectories_of(description, solution, 1.0, stride, grid.points);
}

Trajectories solve(const RateDescription& description, double offset, std::uint32_t path, const StopToken& stop) {
  const theory::PopulationEnsemble ensemble = population_ensemble_of(description, offset);
  const auto input = theory_input(description, path);
  if (description.time == TimeKind::kDiscrete) return solve_map(description, ensemble, input, stop);
  if (description.coupling.kind == CouplingDescription::Kind::kCorrelated) {
    const theory::CorrelatedFlow flow = theory::two_time_correlated_flow(
        ensemble, couplings_of(description), description.theory.horizon, lag_step(description), input, stop);
    const TwoTimeGrid grid = two_time_grid(description);
    const double spacing = static_cast<double>(grid.stride) * description.simulation.step;
    const auto stride = static_cast<std::size_t>(std::lround(spacing / flow.step));
    Trajectories result = trajectories_of(description, flow.solution, flow.step, stride, grid.points);
    result.error = flow.error;
    result.converged = flow.error <= kEmbeddingTolerance;
    return result;
  }
  theory::TwoTimeFlowOptions options;
  options.output_step = lag_step(description);
  const theory::TwoTimeFlow flow = theory::two_time_flow(ensemble, description.theory.horizon, options, input, stop);
  const TwoTimeGrid grid = two_time_grid(description);
  const double covariance_step = static_cast<double>(grid.stride) * description.simulation.step;
  const auto stride = static_cast<std::size_t>(std::lround(covariance_step / flow.step));
  Trajectories result = trajectories_of(flow.solution, flow.step, stride, grid.points);
  result.error = flow.error;
  result.converged = flow.converged;
  if (description.theory.horizon >= kExponentTau)
    add_exponent(result,
                 theory::two_time_flow_exponent(ensemble, flow.solution, flow.step, drive_period(description), stop));
  return result;
}

/// The mean over paths of common noise, and its standard error; one path where there is no such noise.
std::pair<Trajectories, Trajectories> averaged_over_paths(const RateDescription& description, double offset,
                                                          const StopToken& stop) {
  const bool noisy = description.stimulus.kind == StimulusDescription::Kind::kCommonNoise;
  if (!noisy) return {solve(description, offset, 0, stop), {}};
  Trajectories sum, squares;
  const auto count = static_cast<double>(kNoisePaths);
  for (std::uint32_t path = 0; path < kNoisePaths; ++path) {
    const Trajectories one = solve(description, offset, path, stop);
    sum.combine(one, [&](double& total, double value) { total += value / count; });
    squares.combine(one, [&](double& total, double value) { total += value * value / count; });
  }
  squares.combine(sum, [&](double& square, double mean) {
    square = std::sqrt(std::max(0.0, square - mean * mean) / (count - 1.0));
  });
  return {std::move(sum), std::move(squares)};
}

void write_curves(const RateDescription& description, const Trajectories& solution, const Trajectories& errors,
                  system::TheoryOutcome& outcome) {
  const std::string unit{time_unit(description.time)};
  const auto write = [&](const char* name, std::vector<system::Axis> axes,
                         std::vector<std::vector<double>> Trajectories::*rows) {
    system::TheoryCurve curve;
    curve.name = name;
    curve.branch = kBranch;
    curve.values = curve_values(description, axes, solution.*rows);
    if (!(errors.*rows).empty()) curve.error = curve_values(description, axes, errors.*rows);
    put_population_axis(description, axes);
    curve.axes = std::move(axes);
    outcome.curves.push_back(std::move(curve));
  };
  const system::Axis time{"time", unit, solution.times};
  write("mean_trajectory", {time}, &Trajectories::mean);
  write("variance_trajectory", {time}, &Trajectories::variance);
  write("mean_output_trajectory", {time}, &Trajectories::mean_output);
  const TwoTimeGrid grid = two_time_grid(description);
  system::Axis coarse{"time", unit, {}};
  for (std::size_t k = 0; k < grid.points; ++k) {
    coarse.values.push_back(static_cast<double>(k) * static_cast<double>(grid.stride) * description.simulation.step);
  }
  write("two_time_covariance", {coarse, coarse}, &Trajectories::covariance);
  if (solution.neighbours.empty()) return;
  system::Axis lag{"neuron_lag", "1", {}};
  for (std::size_t k = 0; k < neighbour_lags(description); ++k) lag.values.push_back(static_cast<double>(k));
  write("neighbour_covariance", {lag}, &Trajectories::neighbours);
}

/// The maximal exponent along the solution: its error is what its two halves differ by.
void write_exponent(const Trajectories& solution, const Trajectories& errors, system::TheoryOutcome& outcome) {
  if (solution.exponent.empty()) return;
  const std::vector<double>& values = solution.exponent.front();
  const double drift = 0.5 * std::abs(values[1] - values[2]);
  const double spread = errors.exponent.empty() ? 0.0 : errors.exponent.front()[0];
  system::TheoryQuantity quantity{
      "lyapunov_exponent", kBranch, values[0], drift + spread + solution.exponent_step_error, true, {}};
  quantity.reason = fmt::format("growth over the last half of the horizon, {:.5g} and {:.5g} in its two halves",
                                values[1], values[2]);
  if (drift > 0.05 * std::max(0.2, std::abs(values[0]))) {
    quantity.valid = false;
    quantity.reason += ": not yet stationary; a longer theory.horizon would tell more";
  }
  outcome.quantities.push_back(std::move(quantity));
}

/// Why there is no two-time theory of this network; none if there is one.
std::optional<std::string> missing_theory(const RateDescription& description) {
  if (description.coupling.symmetry != 0.0) {
    if (description.stimulus.kind != StimulusDescription::Kind::kNone || has_common_offset(description)) {
      return "with partially symmetric couplings the theory knows no stimulus and no common threshold offset";
    }
  }
  return unusable_stimulus(description);
}

}  // namespace

system::TheoryOutcome two_time_theory(const RateDescription& description, const system::Context& context) {
  system::TheoryOutcome outcome;
  outcome.branches.push_back({kBranch, std::nullopt, "", "mean and covariance from the initial state on", true});
  if (const auto reason = missing_theory(description)) {
    outcome.warnings.push_back("two_time: " + *reason + "; no theory is given");
    return outcome;
  }
  if (description.coupling.symmetry != 0.0) return symmetric_theory(description, context);
  Trajectories solution, errors;
  if (has_common_offset(description)) {
    const math::QuadratureRule rule = math::gaussian_trapezoid(kOffsetStep, -kOffsetReach, kOffsetReach);
    for (std::size_t n = 0; n < rule.nodes.size(); ++n) {
      context.progress(static_cast<double>(n) / static_cast<double>(rule.nodes.size()), "two-time theory");
      const auto one = averaged_over_paths(description, rule.nodes[n], context.stop);
      solution.combine(one.first, [&](double& total, double value) { total += rule.weights[n] * value; });
    }
  } else {
    std::tie(solution, errors) = averaged_over_paths(description, 0.0, context.stop);
  }
  if (!solution.converged) {
    outcome.status = system::Status::kNotConverged;
    outcome.warnings.push_back(fmt::format("two_time: the error of the extrapolated step is {:.2g}", solution.error));
  }
  write_curves(description, solution, errors, outcome);
  write_exponent(solution, errors, outcome);
  return outcome;
}

}  // namespace limes::rate

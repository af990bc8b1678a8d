#include "limes/rate/given_matrix/given_matrix_theory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "limes/rate/branch_writer.hpp"
#include "limes/rate/given_matrix/exact.hpp"
#include "limes/rate/given_matrix/fixed_points.hpp"
#include "limes/rate/given_matrix/lag_grid.hpp"
#include "limes/rate/given_matrix/quenched_error.hpp"
#include "limes/rate/network_draws.hpp"
#include "limes/rate/result_shape.hpp"

namespace limes::rate::given_matrix {
namespace {

using system::Tensor;

constexpr std::size_t kReportedFixedPoints = 24;
constexpr std::size_t kReportedValues = 400000;  // of all fixed points together: a page and a file stay readable
constexpr double kLongestCurve = 20000.0;

QuenchedProblem problem_of(const RateDescription& description) {
  QuenchedProblem problem;
  problem.coupling = description.coupling.matrix.get();
  const Population& population = description.population();
  problem.transfer = population.transfer;
  problem.continuous = description.time == TimeKind::kContinuous;
  problem.leak = population.leak;
  problem.threshold = draw_thresholds(description, 0);
  problem.noise_variance = population.noise_deviation * population.noise_deviation;
  problem.noise_intensity = population.noise_intensity;
  return problem;
}

system::Axis counted(const std::string& name, std::size_t count) {
  system::Axis axis{name, "1", {}};
  for (std::size_t i = 0; i < count; ++i) axis.values.push_back(static_cast<double>(i));
  return axis;
}

void write_exact(const RateDescription& description, const QuenchedProblem& problem, system::TheoryOutcome& outcome) {
  BranchWriter writer(description, outcome,
                      {"exact", std::nullopt, "exact", "what holds exactly for this matrix", true}, false);
  try {
    const Bound norm = coupling_norm(*problem.coupling);
    writer.quantity("coupling_norm", norm.value, norm.error);
    if (const auto gain = contraction_gain(problem, norm))
      writer.quantity("contraction_gain", gain->value, gain->error);
  } catch (const ConvergenceError& error) {
    outcome.warnings.push_back(fmt::format("coupling_norm and contraction_gain are left out: {}", error.what()));
  }
  try {
    const CriticalGain critical = critical_gain(problem);
    if (critical.value) writer.quantity("critical_gain", *critical.value, critical.error);
    if (!critical.value) outcome.warnings.push_back("critical_gain is left out: " + critical.reason);
  } catch (const ConvergenceError& error) {
    outcome.warnings.push_back(fmt::format("critical_gain is left out: {}", error.what()));
  }
}

std::size_t lag_points(const RateDescription& description, const QuenchedState& state) {
  const double needed = std::max({20.0, description.simulation.lags, state.lags.back()});
  const double last = std::min(description.theory.lags.value_or(needed), kLongestCurve * lag_step(description));
  return static_cast<std::size_t>(std::ceil(last / lag_step(description) - 1e-9)) + 1;
}

void write_quenched(const RateDescription& description, const QuenchedProblem& problem, const QuenchedOptions& options,
                    const QuenchedState& state, std::size_t index, system::TheoryOutcome& outcome) {
  BranchWriter writer(
      description, outcome,
      {fmt::format("quenched-{}", index), state.stable, "quenched", std::string(kQuenchedDescription), true}, true);
  const QuenchedErrors errors = quenched_errors(problem, state, options);
  const auto doubt = [&](auto& entry) {
    if (!state.converged) {
      entry.valid = false;
      entry.reason = fmt::format("the equations were solved to a residual of {:.1e} only", state.residual);
    } else if (state.switching) {
      entry.valid = false;
      entry.reason = "switching: fluctuations carry the network from this state to another one and back";
    }
  };
  const auto write = [&](const std::string& name, double value, double error) {
    system::TheoryQuantity& quantity = writer.quantity(name, value, error);
    quantity.reason = kQuenchedErrorRule;
    doubt(quantity);
  };
  write("mean", state.population_mean, errors.mean);
  write("variance", state.population_variance, errors.variance);
  write("frozen_variance", state.frozen_variance, errors.frozen_variance);
  write("mean_output", state.mean_output, errors.mean_output);
  if (state.converged && std::isfinite(state.lyapunov_exponent)) {
    system::TheoryQuantity& exponent =
        writer.quantity("lyapunov_exponent", state.lyapunov_exponent, errors.lyapunov_exponent);
    exponent.reason =
        fmt::format("an estimate: the larger of the {} growth rates incoherent {:.6g} and coherent {:.6g}",
                    "mean-field", state.exponent_incoherent, state.exponent_coherent);
  }
  writer.quantity("residual", state.residual, 0.0);

  const std::size_t points = lag_points(description, state);
  const LagGrid grid(problem.continuous, problem.leak, state.lags.back());
  std::vector<double> autocovariance;
  for (std::size_t k = 0; k < points; ++k) {
    autocovariance.push_back(state.frozen_variance +
                             grid.interpolate(state.covariance, static_cast<double>(k) * lag_step(description)));
  }
  doubt(writer.curve("autocovariance", lag_axis(description, points), std::move(autocovariance)));
  const system::Axis unit = counted("unit", state.mean.size());
  doubt(writer.curve("neuron_mean", unit, state.mean, errors.neuron_mean));
  doubt(writer.curve("neuron_variance", unit, state.variance, errors.neuron_variance));
}

void write_fixed_point(const RateDescription& description, const FixedPoint& point, std::size_t index, bool noisy,
                       system::TheoryOutcome& outcome) {
  BranchWriter writer(
      description, outcome,
      {fmt::format("fixed_point-{}", index), point.stable, "fixed_point",
       noisy ? "fixed point of the network without its noise" : "fixed point of this network", !noisy && point.stable},
      false);
  const double error = 1e-9 + 10.0 * point.residual;
  writer.quantity("mean", point.mean, error);
  writer.quantity("variance", point.variance, error);
  writer.quantity("frozen_variance", point.variance, error);
  writer.quantity("mean_output", point.mean_output, error);
  if (std::isfinite(point.lyapunov_exponent)) {
    writer.quantity("lyapunov_exponent", point.lyapunov_exponent, point.exponent_error);
  }
  writer.quantity("residual", point.residual, 0.0);
  writer.curve("neuron_mean", counted("unit", point.state.size()), point.state);
  if (point.spectrum.empty()) return;
  Tensor spectrum({point.spectrum.size()}, {}, true);
  for (const std::complex<double> lambda : point.spectrum) {
    spectrum.values.push_back(lambda.real());
    spectrum.values.push_back(lambda.imag());
  }
  writer.curve("jacobian_spectrum", counted("index", point.spectrum.size()), std::move(spectrum));
}

/// The points to report, in their order: all of them, or the stable ones and then the first others.
std::vector<FixedPoint> reported(FixedPointSearch search, std::size_t size, system::TheoryOutcome& outcome) {
  outcome.warnings.push_back(search.statement);
  if (search.leading_only > 0) {
    outcome.warnings.push_back(fmt::format(
        "the Jacobian of {} of the fixed points is known by its leading eigenvalue only: all eigenvalues of {} neurons "
        "would take too long",
        search.leading_only, size));
  }
  const std::size_t most = std::clamp<std::size_t>(kReportedValues / size, 1, kReportedFixedPoints);
  if (search.points.size() <= most) return std::move(search.points);
  outcome.warnings.push_back(fmt::format("{} of the fixed points are reported, stable ones first", most));
  std::stable_partition(search.points.begin(), search.points.end(), [](const FixedPoint& p) { return p.stable; });
  search.points.resize(most);
  std::stable_sort(search.points.begin(), search.points.end(), [](const FixedPoint& a, const FixedPoint& b) {
    return std::pair(a.mean, a.variance) < std::pair(b.mean, b.variance);
  });
  return std::move(search.points);
}

}  // namespace

system::TheoryOutcome given_matrix_theory(const RateDescription& description, const system::Context& context) {
  system::TheoryOutcome outcome;
  QuenchedProblem problem = problem_of(description);
  const bool noisy = (problem.continuous ? problem.noise_intensity : problem.noise_variance) > 0.0;
  std::vector<std::vector<double>> means;
  if (description.theory.quenched) {
    QuenchedOptions options;
    options.tolerance = description.theory.tolerance;
    options.stop = context.stop;
    problem.squares = std::make_shared<const CouplingSquares>(*problem.coupling, context.threads);
    const std::vector<QuenchedState> states = quenched_states(problem, options);
    for (std::size_t k = 0; k < states.size(); ++k) {
      write_quenched(description, problem, options, states[k], k, outcome);
      means.push_back(states[k].mean);
      if (!states[k].converged) outcome.status = system::Status::kNotConverged;
      if (states[k].lag_tail > 1e-4) {
        outcome.warnings.push_back(
            fmt::format("quenched-{}: at the longest lag the autocovariance is still {:.1e} of its "
                        "start",
                        k, states[k].lag_tail));
      }
    }
  }
  context.progress(0.5, "fixed points");
  FixedPointOptions options;
  options.stop = context.stop;
  const std::vector<FixedPoint> points = reported(fixed_points(problem, options, means), description.size(), outcome);
  for (std::size_t k = 0; k < points.size(); ++k) write_fixed_point(description, points[k], k, noisy, outcome);
  write_exact(description, problem, outcome);
  return outcome;
}

}  // namespace limes::rate::given_matrix

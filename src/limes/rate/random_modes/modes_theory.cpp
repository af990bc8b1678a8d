#include "limes/rate/random_modes/modes_theory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "limes/base/errors.hpp"
#include "limes/rate/random_modes/given_theory.hpp"
#include "limes/rate/random_modes/mode_branch.hpp"
#include "limes/rate/random_modes/overlap_branch.hpp"

namespace limes::rate::random_modes {

namespace {

TwoPointProblem single_unit(const ModesDescription& description) {
  TwoPointProblem single;
  single.transfer = description.transfer;
  single.coupling = description.deviation;
  single.classes = log_normal_classes(description.left_width);
  single.right_square = std::exp(2.0 * description.right_width * description.right_width);
  single.noise_intensity = description.noise_intensity;
  return single;
}

}  // namespace

void write_quiescent(double coupling, double inverse_rank, system::Branch branch, bool approximate,
                     system::TheoryOutcome& outcome) {
  branch.stable = true;
  ModeBranch write(outcome, std::move(branch), approximate);
  for (const char* name : {"variance", "output_variance"}) write.quantity(name, 0.0);
  write.exact("effective_coupling", coupling);
  write.exact("inverse_rank", inverse_rank);
  const std::string text = "quiescent: the only attractor is x = 0";
  if (std::find(outcome.warnings.begin(), outcome.warnings.end(), text) == outcome.warnings.end()) {
    outcome.warnings.push_back(text);
  }
}

void write_ladder(const LadderProblem& problem, system::Branch branch, bool approximate, std::optional<double> lags,
                  double measured_lags, std::optional<double> size, const StopToken& stop,
                  system::TheoryOutcome& outcome) {
  const TwoPointProblem& single = *problem.single;
  const TwoPointSolution& solution = *problem.solution;
  branch.stable = true;
  ModeBranch write(outcome, std::move(branch), approximate);
  const Dimensions all = dimensions(problem, stop);
  // Psi of one network scatters by about one over the square root of its dimension.
  const double doubt = size ? 1.0 / std::sqrt(*size * all.output.participation_ratio()) : 0.0;
  write.quantity("variance", all.state.trace, std::max(solution.residual, 0.5 * doubt) * all.state.trace);
  write.quantity("output_variance", all.output.trace, std::max(solution.residual, 0.5 * doubt) * all.output.trace);
  write.dimension("output", all.output, doubt);
  write.dimension("state", all.state, doubt);
  write.dimension("output_zscored", all.output_zscored, doubt);
  write.dimension("state_zscored", all.state_zscored, doubt);
  write.exact("effective_coupling", single.coupling);
  write.exact("inverse_rank", problem.inverse_rank);
  double slope = 0.0;
  Eigen::VectorXd weights(static_cast<Eigen::Index>(single.classes.size()));
  for (Eigen::Index k = 0; k < weights.size(); ++k) {
    weights(k) = single.classes[static_cast<std::size_t>(k)].weight;
    slope += weights(k) * solution.slope(k);
  }
  write.exact("mean_gain", slope, solution.residual);
  write.exact("residual", solution.residual);
  const LagAxis axis = lag_axis(solution.decay, lags, measured_lags);
  const PanelSeries state(solution.grid, solution.state * weights, solution.decay);
  const PanelSeries output(solution.grid, solution.output * weights, solution.decay);
  std::vector<double> states, outputs;
  for (std::size_t k = 0; k < axis.points; ++k) {
    states.push_back(state.at(axis.step * static_cast<double>(k))(0));
    outputs.push_back(output.at(axis.step * static_cast<double>(k))(0));
  }
  write.curve("autocovariance", axis.step, states, doubt);
  write.curve("output_autocovariance", axis.step, outputs, doubt);
  write.time_scales(axis.step, outputs, cross_covariance_curve(problem, axis.step, axis.points, stop), doubt);
}

system::TheoryOutcome solve_theory(const ModesDescription& description, const system::Context& context) {
  system::TheoryOutcome outcome;
  try {
    if (description.kind == Kind::kGiven) {
      solve_given(description, context, outcome);
      return outcome;
    }
    if (description.has_overlaps()) {
      solve_overlaps(description, context, outcome);
      return outcome;
    }
    const TwoPointProblem single = single_unit(description);
    const double inverse_rank = description.random_inverse_rank();
    const TwoPointSolution solution = solve_two_point(single, context.stop);
    if (solution.quiescent) {
      write_quiescent(single.coupling, inverse_rank, {"static-0", true, "", ""}, false, outcome);
      return outcome;
    }
    const LadderProblem ladder{&single, &solution, inverse_rank,
                               std::exp(8.0 * description.right_width * description.right_width)};
    write_ladder(ladder, {"fluctuating-0", true, "", ""}, false, description.theory.lags, description.simulation.lags,
                 std::nullopt, context.stop, outcome);
  } catch (const ConvergenceError& error) {
    outcome.status = system::Status::kNotConverged;
    outcome.warnings.push_back(fmt::format("the theory was not solved: {}", error.what()));
  }
  return outcome;
}

}  // namespace limes::rate::random_modes

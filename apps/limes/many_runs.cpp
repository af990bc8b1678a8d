#include "many_runs.hpp"

#include "continuation_page.hpp"
#include "grid_page.hpp"
#include "limes/experiment/continuation.hpp"
#include "limes/experiment/converge.hpp"
#include "limes/experiment/registry.hpp"
#include "limes/experiment/sweep.hpp"
#include "run_output.hpp"

namespace limes::app {

int sweep(const Arguments& arguments, const StopToken& stop) {
  const experiment::Grid grid = experiment::read_grid(arguments.name, arguments.sets, arguments.seed, arguments.over);
  const experiment::Experiment& first = grid.points.front().experiment;
  const system::System& system = experiment::find_system(first.system, first.system_place);
  ProgressLine progress;
  const experiment::RunOutcome outcome = experiment::sweep(system, grid, run_options(arguments, stop, progress));
  progress.clear();
  return print_outcome(arguments, outcome, sweep_page(outcome.result));
}

int converge(const Arguments& arguments, const StopToken& stop) {
  const experiment::Grid sizes = experiment::read_sizes(arguments.name, arguments.sets, arguments.seed, arguments.over);
  const experiment::Experiment& first = sizes.points.front().experiment;
  const system::System& system = experiment::find_system(first.system, first.system_place);
  ProgressLine progress;
  const experiment::RunOutcome outcome = experiment::converge(system, sizes, run_options(arguments, stop, progress));
  progress.clear();
  return print_outcome(arguments, outcome, convergence_page(outcome.result));
}

int follow_branches(const Arguments& arguments, const StopToken& stop) {
  const experiment::ContinuationRange range =
      experiment::read_range(arguments.name, arguments.sets, arguments.seed, arguments.over, arguments.simulate);
  const system::System& system = experiment::find_system(range.first.system, range.first.system_place);
  ProgressLine progress;
  const experiment::RunOutcome outcome =
      experiment::continue_branches(system, range, run_options(arguments, stop, progress));
  progress.clear();
  return print_outcome(arguments, outcome, continuation_page(outcome.result));
}

}  // namespace limes::app

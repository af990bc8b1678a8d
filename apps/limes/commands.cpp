#include "commands.hpp"

#include <fmt/format.h>

#include "limes/coupling/heavy_tailed.hpp"
#include "limes/coupling_files/write.hpp"
#include "limes/experiment/experiment_text.hpp"
#include "limes/experiment/json_text.hpp"
#include "limes/experiment/registry.hpp"
#include "limes/experiment/report_folder.hpp"
#include "limes/experiment/version.hpp"
#include "many_runs.hpp"
#include "result_page.hpp"
#include "run_output.hpp"
#include "streams.hpp"
#include "system_pages.hpp"

namespace limes::app {

namespace {

int run(const Arguments& arguments, const StopToken& stop) {
  const auto experiment = experiment::read_experiment(arguments.name, arguments.sets, arguments.seed);
  const system::System& system = experiment::find_system(experiment.system, experiment.system_place);
  ProgressLine progress;
  const experiment::RunOptions options = run_options(arguments, stop, progress);
  const experiment::RunOutcome outcome = experiment::run(system, experiment, options);
  progress.clear();
  return print_outcome(arguments, outcome, result_page(outcome.result));
}

void write_matrix(const Arguments& arguments) {
  coupling::HeavyTailed law;
  law.size = arguments.matrix_size;
  law.mean_degree = arguments.mean_degree;
  const coupling::Matrix matrix = coupling::heavy_tailed_matrix(arguments.seed.value_or(1), law);
  coupling::write_matrix_market(arguments.name, matrix);
  print_result(arguments.name + "\n");
}

}  // namespace

int execute(const Arguments& arguments, const StopToken& stop) {
  using Command = Arguments::Command;
  switch (arguments.command) {
    case Command::kHelp:
      print_result(arguments.help);
      return 0;
    case Command::kVersion:
      print_result(fmt::format("limes {} ({})\n", experiment::version(), experiment::commit()));
      return 0;
    case Command::kList:
      print_result(list_page(experiment::systems()));
      return 0;
    case Command::kShow:
      print_result(arguments.markdown ? markdown_page(experiment::find_system(arguments.name))
                                      : show_page(experiment::find_system(arguments.name)));
      return 0;
    case Command::kNew:
      print_result(experiment::new_experiment(experiment::find_system(arguments.name)));
      return 0;
    case Command::kRun:
      return run(arguments, stop);
    case Command::kSweep:
      return sweep(arguments, stop);
    case Command::kConverge:
      return converge(arguments, stop);
    case Command::kContinue:
      return follow_branches(arguments, stop);
    case Command::kReport:
      print_result(experiment::rebuild_report(arguments.name) + "\n");
      return 0;
    case Command::kMatrix:
      write_matrix(arguments);
      return 0;
  }
  return 1;
}

}  // namespace limes::app

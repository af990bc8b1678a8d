#include "run_output.hpp"

#include <fmt/format.h>

#include "limes/experiment/json_text.hpp"

namespace limes::app {

namespace {

int exit_status(system::Status status) {
  switch (status) {
    case system::Status::kOk:
      return 0;
    case system::Status::kNotConverged:
    case system::Status::kDiverged:
      return 3;
    case system::Status::kInterrupted:
      return 130;
  }
  return 1;
}

}  // namespace

experiment::RunOptions run_options(const Arguments& arguments, const StopToken& stop, ProgressLine& progress) {
  experiment::RunOptions options;
  options.only = arguments.only;
  options.quick = arguments.quick;
  options.threads = arguments.threads;
  options.directory = arguments.out;
  options.default_directory = !arguments.json;
  options.stop = stop;
  options.progress = [&progress](const std::string& phase, double fraction, const std::string& activity) {
    progress.show(phase, fraction, activity);
  };
  options.notice = [&progress](const std::string& text) {
    progress.clear();
    print_message(text);
  };
  return options;
}

int print_outcome(const Arguments& arguments, const experiment::RunOutcome& outcome, const std::string& page) {
  if (arguments.json) {
    print_result(experiment::json_text(outcome.result));
  } else {
    const std::string place =
        outcome.directory.empty() ? "" : fmt::format("\nresults: {0}\nreport:  {0}/report.html\n", outcome.directory);
    print_result(page + place);
  }
  if (outcome.output_error) std::rethrow_exception(outcome.output_error);
  return exit_status(outcome.status);
}

}  // namespace limes::app

#include "limes/experiment/publication.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "limes/experiment/figures.hpp"
#include "limes/experiment/json_text.hpp"
#include "limes/experiment/report.hpp"
#include "limes/experiment/result_hdf5.hpp"
#include "limes/experiment/version.hpp"

namespace limes::experiment {

namespace {

std::string place_of_results(const Experiment& experiment, const RunOptions& options, const std::string& fingerprint) {
  if (options.directory) return *options.directory;
  if (experiment.output_directory) return *experiment.output_directory;
  if (!options.default_directory) return "";
  const std::string stem = std::filesystem::path(experiment.file).stem().string();
  return fmt::format("runs/{}-{}", stem.empty() ? experiment.system : stem, fingerprint.substr(0, 8));
}

}  // namespace

std::unique_ptr<ResultDirectory> open_results(const Experiment& experiment, const RunOptions& options,
                                              const std::string& identity, const std::string& what) {
  const std::string place = place_of_results(experiment, options, identity);
  if (place.empty() && !options.directory) return nullptr;
  auto directory =
      std::make_unique<ResultDirectory>(place, identity, version() + " " + commit() + " " + compiler(), options.notice);
  if (directory->continues()) {
    options.notice(fmt::format("going on with the interrupted {} in {}.partial", what, directory->path()));
  }
  return directory;
}

void publish_results(ResultDirectory* directory, const RunOptions& options, const system::System& system,
                     const std::string& experiment_text, RunOutcome& outcome) {
  if (directory == nullptr) return;
  try {
    options.progress("writing", 0.0, "");
    ResultFiles files = {{"result.json", json_text(outcome.result)},
                         {"result.h5", result_hdf5(outcome.result)},
                         {"report.html", report_html(outcome.result, &system)},
                         {"experiment.toml", experiment_text}};
    for (auto& [name, svg] : figures_svg(outcome.result)) files.emplace_back("figures/" + name, std::move(svg));
    directory->publish(files, outcome.status == system::Status::kInterrupted);
    outcome.directory = directory->path();
  } catch (const Error&) {
    outcome.output_error = std::current_exception();
  }
}

}  // namespace limes::experiment

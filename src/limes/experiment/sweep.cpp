#include "limes/experiment/sweep.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "limes/base/suggestion.hpp"
#include "limes/experiment/experiment_text.hpp"
#include "limes/experiment/fingerprint.hpp"
#include "limes/experiment/point_runs.hpp"
#include "limes/experiment/preparation.hpp"
#include "limes/experiment/publication.hpp"
#include "limes/experiment/sweep_json.hpp"

namespace limes::experiment {

namespace {

using system::Status;

std::string over_text(const Grid& grid) {
  std::string text;
  for (const GridAxis& axis : grid.axes) {
    text += fmt::format("{}--over {}={}", text.empty() ? "" : " ", axis.path, fmt::join(axis.texts, ","));
  }
  return text;
}

/// A short form for people: `--over network.gain=0.5,0.75,...,2`.
std::string brief_text(const Grid& grid) {
  std::string text;
  for (const GridAxis& axis : grid.axes) {
    const bool all = axis.texts.size() <= 12;
    const std::string values = all ? fmt::format("{}", fmt::join(axis.texts, ","))
                                   : fmt::format("{},{},...,{}", axis.texts[0], axis.texts[1], axis.texts.back());
    text += fmt::format("{}--over {}={}", text.empty() ? "" : " ", axis.path, values);
  }
  return text;
}

/// Throws InputError with the nearest name for one that is no `kind` (curve, quantity) of the system.
template <typename Info>
void check_names(const std::vector<std::string>& said, const Place& place, const std::vector<Info>& infos,
                 const char* kind, const system::System& system) {
  std::vector<std::string> names;
  for (const Info& info : infos) names.push_back(info.name);
  for (const std::string& name : said) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const std::string nearest = nearest_name(name, names);
    throw InputError(place, fmt::format("'{}' is no {} of {}", name, kind, system.id),
                     nearest.empty() ? fmt::format("it has {}", fmt::join(names, ", "))
                                     : fmt::format("did you mean '{}'?", nearest));
  }
}

}  // namespace

RunOutcome sweep(const system::System& plain, const Grid& grid, const RunOptions& options) {
  const system::System system = for_points(plain, grid.axes);
  const std::vector<std::string>& curves = grid.said.curves;
  check_names(curves, grid.said.curves_place, system.schema.curves, "curve", system);
  check_names(grid.said.figures, grid.said.figures_place, system.schema.quantities, "quantity", system);
  std::string identity_text = "sweep " + over_text(grid);
  for (const std::string& point : check_points(system, grid.points, options)) identity_text += "\n" + point;
  if (!curves.empty()) identity_text += fmt::format("\ncurves {}", fmt::join(curves, " "));
  const Experiment& first = grid.points.front().experiment;
  const Prepared prepared = prepare(first, system, options.quick);
  const std::string identity = fingerprint(system, prepared.parameters, identity_text);

  const auto directory = open_results(first, options, identity, "sweep");
  const PointRuns runs = run_points(system, grid.points, options, directory ? &directory->checkpoints() : nullptr,
                                    threads_of(options), curves);

  RunOutcome outcome;
  for (const auto& point : runs.points)
    outcome.status = worse(outcome.status, point ? point->status : Status::kInterrupted);
  const std::string shown = option_text(options) + (option_text(options).empty() ? "" : " ") + brief_text(grid);
  const ResultHead head{system, prepared.parameters, first.title, outcome.status, identity, shown, threads_of(options)};
  outcome.result = sweep_json(head, grid, runs);
  if (!grid.said.figures.empty()) outcome.result["sweep"]["figures"] = grid.said.figures;
  const std::string text = fmt::format("# The first point of: limes sweep experiment.toml {}\n", shown) +
                           resolved_experiment(system, prepared.parameters, first.title);
  publish_results(directory.get(), options, system, text, outcome);
  return outcome;
}

}  // namespace limes::experiment

#include "limes/experiment/continuation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

#include "limes/experiment/continuation_json.hpp"
#include "limes/experiment/continuation_runs.hpp"
#include "limes/experiment/experiment_text.hpp"
#include "limes/experiment/fingerprint.hpp"
#include "limes/experiment/grid.hpp"
#include "limes/experiment/preparation.hpp"
#include "limes/experiment/publication.hpp"
#include "limes/experiment/toml_reading.hpp"
#include "limes/system/parameter_check.hpp"

namespace limes::experiment {

namespace {

using system::Json;
using system::Parameters;
using system::Status;

constexpr const char* kMend = "write, for example, --over network.gain=0.5:2";

[[noreturn]] void refuse(const std::string& over, const std::string& what, const std::string& mend = kMend) {
  throw InputError(fmt::format("--over {}: {}", over, what), mend);
}

double number_in(const std::string& over, const std::string& text) {
  double number = 0.0;
  const std::size_t first = std::min(text.find_first_not_of(' '), text.size());
  const std::size_t end = text.find_last_not_of(' ') == std::string::npos ? first : text.find_last_not_of(' ') + 1;
  const std::string plain = text.substr(first + (text.substr(first).starts_with('+') ? 1 : 0), end - first);
  const auto [stopped, error] = std::from_chars(plain.data(), plain.data() + plain.size(), number);
  if (error != std::errc() || stopped != plain.data() + plain.size() || plain.empty()) {
    refuse(over, fmt::format("'{}' is no number", text));
  }
  if (!std::isfinite(number)) refuse(over, fmt::format("{} is not finite", text));
  return number;
}

Place place_of(const ContinuationRange& range) {
  return Place{.file = "--over " + range.path, .line = 0, .column = 0, .key = range.key};
}

/// The key must be a real number of the schema.
const system::Parameter& parameter_of(const system::System& system, const ContinuationRange& range) {
  const system::Parameter* parameter = system.schema.find(range.key);
  if (parameter == nullptr) system::throw_unknown_key(system.schema, range.key, {Json(range.start), place_of(range)});
  if (parameter->type != system::Type::kReal) {
    const bool integer = parameter->type == system::Type::kInteger;
    throw InputError(place_of(range),
                     fmt::format("'{}' is {}, which can't be changed gradually", range.key,
                                 integer ? "an integer" : "no real number"),
                     "continue in a real parameter, for example network.gain; use `limes sweep` for others");
  }
  return *parameter;
}

/// The parameters with the key (or one element of its array) at `value`.
Parameters with_value(const Parameters& base, const system::Parameter& parameter, const ContinuationRange& range,
                      double value) {
  std::string pointer = fmt::format("/{}", range.key);
  std::replace(pointer.begin(), pointer.end(), '.', '/');
  Json whole = base.resolved().at(Json::json_pointer(pointer));
  for (const auto& indices : range.elements) {
    Json* element = &whole;
    for (const std::size_t index : indices) element = &element->at(index);
    *element = value;
  }
  return base.with(range.key, system::checked_value(parameter, {whole, place_of(range)}));
}

Prepared prepared_at(const Experiment& experiment, const system::System& system, const RunOptions& options,
                     const ContinuationRange& range, double value) {
  try {
    return prepare(experiment, system, options.quick);
  } catch (const InputError& error) {
    throw at_point(error, fmt::format("{} = {}", range.path, value));
  }
}

}  // namespace

ContinuationRange read_range(const std::string& file, const std::vector<std::string>& overrides,
                             std::optional<std::uint64_t> seed, const std::vector<std::string>& given_over,
                             const std::string& given_simulate) {
  const std::string content = file.empty() ? "" : experiment_file_text(file);
  std::vector<std::string> over = given_over;
  std::string simulate = given_simulate;
  if (over.empty() && !file.empty()) {
    const auto tables = read_experiment_text(content, file, overrides, seed).many_runs;
    if (const auto found = tables.find("continue"); found != tables.end()) {
      over = found->second.over;
      if (simulate.empty()) simulate = found->second.simulate;
    }
  }
  if (over.empty()) throw InputError("no parameter to continue in is given", kMend);
  if (over.size() > 1) throw InputError("branches are followed in one parameter", "give --over once");
  const std::string& text = over.front();
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) refuse(text, "not of the form KEY=START:STOP");
  ContinuationRange range;
  range.path = text.substr(0, equals);
  const std::string values = text.substr(equals + 1);
  const ElementPaths paths = read_paths(range.path, text);
  range.key = paths.key;
  range.elements = paths.elements;
  if (range.key.find('.') == std::string::npos || range.key.starts_with("output.")) {
    refuse(text, fmt::format("'{}' is no parameter of a theory", range.key));
  }
  const std::size_t colon = values.find(':');
  if (colon == std::string::npos) refuse(text, "not of the form KEY=START:STOP");
  if (values.find(':', colon + 1) != std::string::npos) {
    refuse(text, "a range of a continuation has no STEP: it chooses its own", kMend);
  }
  const std::string first = values.substr(0, colon), last = values.substr(colon + 1);
  range.start = number_in(text, first);
  range.stop = number_in(text, last);
  if (range.start == range.stop) refuse(text, "START and STOP are the same");
  for (const std::string& set : overrides) {
    if (range.is_whole() && read_override(set).key == range.key) {
      throw InputError(fmt::format("conflicting options --over {} and --set {}", range.path, set), "give one of them");
    }
  }
  const auto experiment = [&](double value) {
    std::vector<std::string> all = overrides;
    // Seventeen digits are the number to the last bit; a point keeps it a real number.
    for (const std::string& path : paths.paths) all.push_back(fmt::format("{}={:.17g}", path, value));
    try {
      return read_experiment_text(content, file, all, seed);
    } catch (const InputError& error) {
      throw at_point(error, fmt::format("{} = {}", range.path, value));
    }
  };
  range.first = experiment(range.start);
  range.last = experiment(range.stop);
  range.middle = experiment(0.5 * (range.start + range.stop));
  if (!simulate.empty()) range.simulated = read_grid(file, overrides, seed, {range.path + "=" + simulate}, "continue");
  return range;
}

RunOutcome continue_branches(const system::System& system, const ContinuationRange& range, const RunOptions& options) {
  if (!system.continuation) {
    throw InputError(range.first.system_place, fmt::format("{} has no branches to continue", system.id),
                     "use `limes sweep`");
  }
  const system::Parameter& parameter = parameter_of(system, range);
  const Prepared prepared = prepared_at(range.first, system, options, range, range.start);
  (void)prepared_at(range.last, system, options, range, range.stop);
  // Choices that follow from the parameter (the integrator of a flow with noise) are those inside the range: an end may
  // be a special case, as no noise is.
  const double halfway = 0.5 * (range.start + range.stop);
  const Prepared inside = prepared_at(range.middle, system, options, range, halfway);
  std::string over = fmt::format("--over {}={}:{}", range.path, range.start, range.stop);
  if (range.simulated) over += fmt::format(" --simulate {}", fmt::join(range.simulated->axes.front().texts, ","));
  const std::string identity = fingerprint(system, prepared.parameters, "continue " + over + option_text(options));

  const auto directory = open_results(range.first, options, identity, "continuation");
  system::ContinuationRequest request{range.path, range.start, range.stop, [&](double value) {
                                        return with_value(inside.parameters, parameter, range, value);
                                      }};
  system::Context context;
  context.threads = threads_of(options);
  context.stop = options.stop;
  context.progress = [&](double fraction, const std::string& activity) {
    options.progress("branches", fraction, activity);
  };
  if (directory) context.checkpoints = &directory->checkpoints();
  system::BranchDiagram diagram;
  const auto begin = std::chrono::steady_clock::now();
  try {
    diagram = system.continuation(request, context);
  } catch (const InterruptedError&) {
    diagram = {};
    diagram.status = Status::kInterrupted;
  } catch (const ConvergenceError& error) {
    diagram.status = Status::kNotConverged;
    diagram.warnings.push_back(fmt::format("theory: {} (residual {:.3g})", error.what(), error.residual()));
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;

  RunOutcome outcome;
  outcome.status = diagram.status;
  const std::string shown = option_text(options).empty() ? over : option_text(options) + " " + over;
  const ResultHead head{system, prepared.parameters, range.first.title, diagram.status, identity,
                        shown,  threads_of(options)};
  outcome.result = continuation_json(head, range, diagram, elapsed.count());
  if (range.simulated && diagram.status != Status::kInterrupted) {
    outcome.status =
        worse(outcome.status, simulate_along(system, range, options, directory.get(), head, outcome.result));
    outcome.result["status"] = status_name(outcome.status);
  }
  if (outcome.status != Status::kInterrupted) {
    const std::string text = fmt::format("# The start of: limes continue experiment.toml {}\n", shown) +
                             resolved_experiment(system, prepared.parameters, range.first.title);
    publish_results(directory.get(), options, system, text, outcome);
  }
  return outcome;
}

}  // namespace limes::experiment

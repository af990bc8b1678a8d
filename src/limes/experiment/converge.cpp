#include "limes/experiment/converge.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <memory>

#include "limes/experiment/converge_json.hpp"
#include "limes/experiment/experiment_text.hpp"
#include "limes/experiment/fingerprint.hpp"
#include "limes/experiment/point_runs.hpp"
#include "limes/experiment/preparation.hpp"
#include "limes/experiment/publication.hpp"
#include "limes/experiment/theory_once.hpp"
#include "limes/math/random_portable.hpp"

namespace limes::experiment {

namespace {

using system::Json;
using system::Status;

/// The seed of one size; 53 bits, so that it can be written into an experiment.
std::uint64_t seed_of_size(std::uint64_t seed, double size) {
  return math::splitmix64(math::splitmix64(seed, 1) ^ std::bit_cast<std::uint64_t>(size), 1) >> 11;
}

/// A total split in the ratios of `shares`, in whole numbers that add up to it (largest remainders first).
Json split(std::int64_t total, const std::vector<double>& shares) {
  double sum = 0.0;
  for (const double share : shares) sum += share;
  std::vector<std::int64_t> parts;
  std::vector<std::pair<double, std::size_t>> remainders;
  std::int64_t left = total;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const double exact = static_cast<double>(total) * shares[i] / sum;
    parts.push_back(static_cast<std::int64_t>(std::floor(exact)));
    left -= parts.back();
    remainders.emplace_back(static_cast<double>(parts.back()) - exact, i);
  }
  std::sort(remainders.begin(), remainders.end());
  for (std::size_t i = 0; left > 0; ++i, --left) ++parts[remainders[i % parts.size()].second];
  return parts;
}

std::optional<std::vector<double>> sizes_of_populations(const Experiment& experiment, const std::string& key) {
  const auto found = experiment.given.find(key);
  if (found == experiment.given.end() || !found->second.value.is_array()) return std::nullopt;
  std::vector<double> sizes;
  for (const Json& size : found->second.value) {
    if (!size.is_number() || !(size.get<double>() > 0.0)) return std::nullopt;
    sizes.push_back(size.get<double>());
  }
  return sizes.empty() ? std::nullopt : std::optional(sizes);
}

/// Laws are written in how many of something there are; in a gain they would be nonsense.
void require_size(const system::System& system, const GridAxis& axis) {
  if (axis.key == system.size_parameter) return;
  for (const char* ending : {".size", ".count", ".volume", ".degree"}) {
    if (axis.key.ends_with(ending)) return;
  }
  throw InputError(
      fmt::format("--over {}: this is no size", axis.path),
      system.size_parameter.empty()
          ? "use limes sweep for other keys"
          : fmt::format("write, for example, --over {}=250,500,1000,2000, or use limes sweep for other keys",
                        system.size_parameter));
}

}  // namespace

double size_number(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (!value.is_array() || value.empty()) return NAN;
  double sum = 0.0;
  for (const Json& part : value) sum += part.is_number() ? part.get<double>() : NAN;
  return sum;
}

Grid read_sizes(const std::string& file, const std::vector<std::string>& overrides, std::optional<std::uint64_t> seed,
                const std::vector<std::string>& given_over) {
  constexpr const char* kMend = "write, for example, --over network.size=250,500,1000,2000";
  const Experiment base = read_experiment(file, overrides, seed);
  const auto said = base.many_runs.find("converge");
  const std::vector<std::string>& over =
      given_over.empty() && said != base.many_runs.end() ? said->second.over : given_over;
  if (over.size() != 1) throw InputError("the sizes are given by one --over", kMend);
  GridAxis axis = read_over(over.front());
  if (axis.values.size() < 2)
    throw InputError(fmt::format("--over {}: a law needs at least two sizes", over[0]), kMend);
  const auto populations = axis.whole ? sizes_of_populations(base, axis.key) : std::nullopt;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < axis.values.size(); ++i) {
    if (!(size_number(axis.values[i]) > 0.0)) {
      throw InputError(fmt::format("--over {}: {} is no size", over[0], axis.texts[i]), kMend);
    }
    if (populations && axis.values[i].is_number_integer()) {
      axis.texts[i] = split(axis.values[i].get<std::int64_t>(), *populations).dump();
    }
    texts.push_back(axis.texts[i]);
  }
  Grid grid = read_grid(file, overrides, seed, {fmt::format("{}={}", axis.path, fmt::join(texts, ","))}, "converge");
  for (std::size_t i = 0; i < grid.points.size(); ++i) {
    Experiment& experiment = grid.points[i].experiment;
    experiment.seed = seed_of_size(experiment.seed, size_number(grid.axes.front().values[i]));
  }
  return grid;
}

RunOutcome converge(const system::System& plain, const Grid& sizes, const RunOptions& options) {
  if (options.only != Only::kBoth) throw InputError("a difference needs both sides", "leave out --only");
  system::System system = for_points(plain, sizes.axes);
  system.half_size = {};  // the sizes are those that were asked for
  std::string identity_text = "converge";
  for (const std::string& point : check_points(system, sizes.points, options)) identity_text += "\n" + point;
  require_size(plain, sizes.axes.front());
  const Experiment& first = sizes.points.front().experiment;
  const Prepared prepared = prepare(first, system, options.quick);
  const std::string identity = fingerprint(system, prepared.parameters, identity_text);

  const auto directory = open_results(first, options, identity, "study");
  CheckpointFiles* store = directory ? &directory->checkpoints() : nullptr;
  // One size after the other, each with all threads: the largest takes most of the time.
  const PointRuns runs =
      run_points(with_theory_once(system, sizes.axes.front().key, store), sizes.points, options, store, 1);

  RunOutcome outcome;
  for (const auto& point : runs.points) {
    outcome.status = worse(outcome.status, point ? point->status : Status::kInterrupted);
  }
  const std::string over =
      fmt::format("--over {}={}", sizes.axes.front().path, fmt::join(sizes.axes.front().texts, ","));
  const std::string shown = option_text(options) + (option_text(options).empty() ? "" : " ") + over;
  const ResultHead head{system, prepared.parameters, first.title, outcome.status, identity, shown, threads_of(options)};
  outcome.result = convergence_json(head, sizes, runs);
  const std::string text = fmt::format("# The first size, with its own seed, of: limes converge ... {}\n", shown) +
                           resolved_experiment(system, prepared.parameters, first.title);
  publish_results(directory.get(), options, system, text, outcome);
  return outcome;
}

}  // namespace limes::experiment

#include "limes/experiment/continuation_runs.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "limes/experiment/point_runs.hpp"
#include "limes/experiment/sweep_json.hpp"

namespace limes::experiment {

namespace {

using system::Json;
using system::Status;

/// The quantity in whose figure this one is drawn; empty where no branch has that.
std::string host_of(const std::string& name, const system::Schema& schema, const std::set<std::string>& drawn) {
  if (drawn.contains(name)) return name;
  const auto& infos = schema.quantities;
  const auto info = std::find_if(infos.begin(), infos.end(), [&](const auto& i) { return i.name == name; });
  return info != infos.end() && drawn.contains(info->beside) ? info->beside : std::string();
}

}  // namespace

Status simulate_along(const system::System& plain, const ContinuationRange& range, const RunOptions& options,
                      ResultDirectory* directory, const ResultHead& head, Json& result) {
  const Grid& grid = *range.simulated;
  const system::System system = for_points(plain, grid.axes);
  (void)check_points(system, grid.points, options);
  const PointRuns runs = run_points(system, grid.points, options,
                                    directory != nullptr ? &directory->checkpoints() : nullptr, threads_of(options));
  Status status = Status::kOk;
  for (const auto& point : runs.points) status = worse(status, point ? point->status : Status::kInterrupted);
  if (status == Status::kInterrupted) return status;

  std::set<std::string> drawn;
  for (const Json& curve : result["curves"]) drawn.insert(curve["name"].get<std::string>());
  const Json swept = sweep_json(head, grid, runs);
  for (Json curve : swept["curves"]) {
    const std::string host = host_of(curve["name"].get<std::string>(), system.schema, drawn);
    if (host.empty() || curve["simulation"].empty()) continue;
    const std::string branch = curve.value("branch", "");
    curve["branch"] = branch.empty() || branch == "all_states" ? "simulation" : "simulation/" + branch;
    if (host != curve["name"]) curve["beside"] = host;
    curve["theory"] = Json::array();
    for (const char* member : {"theory_error", "stable", "stability", "verdicts"}) curve.erase(member);
    result["curves"].push_back(std::move(curve));
  }
  for (const Json& warning : swept["warnings"]) result["warnings"].push_back(warning);
  if (swept["seconds"].contains("simulation")) result["seconds"]["simulation"] = swept["seconds"]["simulation"];
  return status;
}

}  // namespace limes::experiment

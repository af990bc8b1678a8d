#include "limes/experiment/point_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <set>
#include <thread>

#include "limes/experiment/fingerprint.hpp"
#include "limes/experiment/preparation.hpp"
#include "limes/experiment/result_json.hpp"

namespace limes::experiment {

namespace {

using system::Json;
using system::Status;

/// The states of one unfinished point: remembers their names, so that they can be removed.
class PointStore : public system::CheckpointStore {
 public:
  PointStore(CheckpointFiles& files, std::string prefix) : files_(files), prefix_(std::move(prefix)) {}

  void save(const std::string& name, const std::string& bytes) override {
    note(name);
    files_.save(prefix_ + name, bytes);
  }

  [[nodiscard]] std::optional<std::string> load(const std::string& name) const override {
    auto bytes = files_.load(prefix_ + name);
    if (bytes) note(name);
    return bytes;
  }

  void remove_all() {
    for (const std::string& name : names_) files_.remove(prefix_ + name);
  }

 private:
  void note(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    names_.insert(name);
  }

  CheckpointFiles& files_;
  std::string prefix_;
  mutable std::mutex mutex_;
  mutable std::set<std::string> names_;
};

std::optional<Status> status_of(const std::string& name) {
  for (const Status status : {Status::kOk, Status::kNotConverged, Status::kDiverged}) {
    if (status_name(status) == name) return status;
  }
  return std::nullopt;
}

PointResult extract(const RunOutcome& outcome, const std::vector<std::string>& curves) {
  PointResult point;
  point.status = outcome.status;
  point.quantities = outcome.result.at("quantities");
  for (const Json& curve : outcome.result.at("curves")) {
    Json brief = {{"name", curve.at("name")}};
    for (const char* member : {"branch", "verdict"}) {
      if (curve.contains(member)) brief[member] = curve[member];
    }
    point.curves.push_back(std::move(brief));
    if (std::find(curves.begin(), curves.end(), curve.at("name")) != curves.end()) point.kept.push_back(curve);
  }
  for (const Json& warning : outcome.result.at("warnings")) point.warnings.push_back(warning.get<std::string>());
  point.seconds = outcome.result.at("seconds");
  return point;
}

// JSON keeps every bit of a finite number; those that are not finite are null already.
std::string packed(const PointResult& point) {
  return Json{{"status", status_name(point.status)}, {"quantities", point.quantities}, {"curves", point.curves},
              {"warnings", point.warnings},          {"seconds", point.seconds},       {"kept", point.kept}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<PointResult> unpacked(const std::string& bytes) {
  const Json json = Json::parse(bytes, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  try {
    const auto status = status_of(json.at("status").get<std::string>());
    if (!status) return std::nullopt;
    return PointResult{*status,
                       json.at("quantities"),
                       json.at("curves"),
                       json.at("warnings").get<std::vector<std::string>>(),
                       json.at("seconds"),
                       json.at("kept")};
  } catch (const Json::exception&) {
    return std::nullopt;  // no point of this version: it is computed again
  }
}

std::string kept_name(std::size_t index) { return fmt::format("point {}", index); }

/// How far all points are together.
class Progress {
 public:
  Progress(const RunOptions& options, std::size_t count, std::size_t finished)
      : options_(options), share_(count, 0.0), finished_(finished) {}

  void show(std::size_t index, double share, const std::string& activity) {
    const std::lock_guard lock(mutex_);
    sum_ += share - share_[index];
    share_[index] = share;
    const auto count = static_cast<double>(share_.size());
    options_.progress("points", (sum_ + static_cast<double>(finished_)) / count, activity);
  }

 private:
  const RunOptions& options_;
  std::mutex mutex_;
  std::vector<double> share_;
  double sum_ = 0.0;
  std::size_t finished_;
};

PointResult run_point(const system::System& system, const GridPoint& point, RunOptions options, CheckpointFiles* store,
                      std::size_t index, const std::vector<std::string>& curves) {
  Experiment experiment = point.experiment;
  experiment.output_directory.reset();
  options.directory.reset();
  options.default_directory = false;
  options.notice = [](const std::string&) {};
  if (store == nullptr) return extract(run(system, experiment, options), curves);
  PointStore own(*store, fmt::format("of {}/", index));
  options.checkpoints = &own;
  PointResult result = extract(run(system, experiment, options), curves);
  if (result.status != Status::kInterrupted) {
    store->save(kept_name(index), packed(result));
    own.remove_all();
  }
  return result;
}

}  // namespace

system::System for_points(const system::System& system, const std::vector<GridAxis>& axes) {
  system::System guarded = system;
  const auto lock = std::make_shared<std::mutex>();
  guarded.prepare = [prepare = system.prepare, lock](const system::Parameters& parameters) {
    const std::lock_guard guard(*lock);
    return prepare(parameters);
  };
  for (system::Parameter& parameter : guarded.schema.parameters) {
    const bool swept = std::any_of(axes.begin(), axes.end(), [&](const GridAxis& a) { return a.key == parameter.key; });
    if (swept) parameter.quick_maximum.reset();
  }
  return guarded;
}

std::vector<std::string> check_points(const system::System& system, const std::vector<GridPoint>& points,
                                      const RunOptions& options) {
  std::vector<std::string> fingerprints;
  std::set<std::string> said;
  for (const GridPoint& point : points) {
    try {
      const Prepared prepared = prepare(point.experiment, system, options.quick);
      fingerprints.push_back(fingerprint(system, prepared.parameters, option_text(options)));
      for (const std::string& notice : prepared.notices) {
        if (said.insert(notice).second) options.notice(notice);
      }
      for (const std::string& lowered : prepared.lowered) {
        if (said.insert(lowered).second) options.notice("quick run: " + lowered);
      }
    } catch (const InputError& error) {
      throw at_point(error, point.name);
    }
  }
  return fingerprints;
}

PointRuns run_points(const system::System& system, const std::vector<GridPoint>& points, const RunOptions& options,
                     CheckpointFiles* store, int side_by_side, const std::vector<std::string>& curves) {
  PointRuns runs;
  runs.points.resize(points.size());
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto kept = store == nullptr ? std::nullopt : store->load(kept_name(i));
    if (kept) runs.points[i] = unpacked(*kept);
    if (!runs.points[i]) open.push_back(i);
  }
  runs.found = points.size() - open.size();

  const int threads = threads_of(options);
  const int workers = std::max(1, std::min({side_by_side, threads, static_cast<int>(open.size())}));
  Progress progress(options, points.size(), runs.found);
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto work = [&] {
    while (!failed && !options.stop.stop_requested()) {
      const std::size_t position = next++;
      if (position >= open.size()) return;
      const std::size_t index = open[position];
      try {
        RunOptions own = options;
        own.threads = std::max(1, threads / workers);
        own.progress = [&](const std::string&, double, const std::string&) {};
        progress.show(index, 0.0, points[index].name);
        PointResult result = run_point(system, points[index], own, store, index, curves);
        if (result.status != Status::kInterrupted) runs.points[index] = std::move(result);
        progress.show(index, 1.0, points[index].name);
      } catch (...) {
        const std::lock_guard lock(failure_mutex);
        if (!failed.exchange(true)) failure = std::current_exception();
      }
    }
  };
  std::vector<std::thread> others;
  for (int i = 1; i < workers; ++i) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
  if (failure) std::rethrow_exception(failure);
  return runs;
}

}  // namespace limes::experiment

#include "limes/rate/fixed_point_geometry/simulation/simulation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

#include "limes/base/archive.hpp"
#include "limes/rate/fixed_point_geometry/simulation/network_measures.hpp"
#include "limes/rate/fixed_point_geometry/simulation/pooling.hpp"
#include "limes/rate/simulation/network.hpp"
#include "limes/rate/simulation/progress.hpp"
#include "limes/system/saved_realisation.hpp"

namespace limes::rate::fixed_points {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kSavingInterval = std::chrono::seconds(20);
// Scale of random starts, of the root mean square of the trajectory; where that has settled at 0, of the fields.
constexpr double kStartScale = 0.8, kLeastScale = 0.2;
constexpr std::int64_t kPartsOfRealisation = 1000;  // of the progress

constexpr std::size_t kMostNamed = 10;  // networks that a warning lists

// Raise this when the saved form changes.
constexpr int kFormat = 1;

std::string identity_of(const FixedPointsDescription& d) {
  return fmt::format("{} {} D {} activity {} search {} {} spacing {} spectra {} lines {}", kFormat,
                     simulation_identity(d.network), d.field_variance, d.activity, d.search.starts, d.search.coverage,
                     d.spacing, d.spectra, d.lines);
}

class Simulation {
 public:
  Simulation(const FixedPointsDescription& description, const system::Context& context)
      : description_(description),
        context_(context),
        threads_(static_cast<std::size_t>(std::max(1, context.threads))),
        states_(context.checkpoints, "fixed points",
                context.checkpoints == nullptr ? std::string{} : identity_of(description)),
        progress_(context, kPartsOfRealisation * description.network.simulation.realisations),
        results_(static_cast<std::size_t>(description.network.simulation.realisations)) {}

  system::SimulationOutcome run() {
    compute::parallel_for(threads_, 0, results_.size(), 1, [&](std::size_t first, std::size_t last) {
      for (std::size_t r = first; r < last && !context_.stop.stop_requested(); ++r) {
        try {
          realise(static_cast<std::uint32_t>(r));
        } catch (const InterruptedError&) {
          return;
        }
      }
    });
    return outcome();
  }

 private:
  void realise(std::uint32_t number) {
    const std::string finished = fmt::format("finished-{}", number);
    if (const auto bytes = states_.load(finished)) {
      results_[number] = system::realisation_from_bytes(*bytes);
      progress_.add(kPartsOfRealisation);
      return;
    }
    const Network<double> network(description_.network, number, threads_, context_.stop);
    context_.stop.check();
    std::vector<double> input;
    for (const double threshold : network.thresholds()) input.push_back(threshold == 0.0 ? 0.0 : -threshold);
    const VectorField field(network.dense(threads_), std::move(input), description_.network.population().transfer);
    const Trajectory trajectory = run_trajectory(description_, number, threads_, context_.stop);
    const FixedPointSet found = search(number, field, trajectory);
    results_[number] = measure_network(description_, number, field, trajectory, found, threads_, context_.stop);
    if (states_.kept()) states_.save(finished, to_bytes(*results_[number]));
  }

  FixedPointSet search(std::uint32_t number, const VectorField& field, const Trajectory& trajectory) {
    SearchPlan plan;
    plan.starts = description_.search.starts;
    plan.coverage = description_.search.coverage;
    plan.scale = std::max(kStartScale * std::sqrt(trajectory.second_moment()), kLeastScale * description_.scale);
    plan.snapshots = trajectory.snapshots;
    plan.indices_add_up = transfer::is_bounded(field.transfer());
    plan.seed = stream_seed(description_.network.seed, field.size());
    plan.realisation = number;
    FixedPointSet found;
    const std::string name = fmt::format("searching-{}", number);
    if (const auto bytes = states_.load(name)) {
      ArchiveReader reader(*bytes);
      reader(found);
    }
    std::int64_t told = 0;
    auto saved = Clock::now();
    search_fixed_points(field, plan, found, threads_, context_.stop, [&](const FixedPointSet& now) {
      const std::int64_t done = now.starts * kPartsOfRealisation / plan.starts;
      progress_.add(done - told);
      told = done;
      if (!states_.kept() || Clock::now() - saved < kSavingInterval) return;
      ArchiveWriter writer;
      writer(now);
      states_.save(name, writer.bytes());
      saved = Clock::now();
    });
    progress_.add(kPartsOfRealisation - told);
    return found;
  }

  system::SimulationOutcome outcome() {
    system::SimulationOutcome outcome;
    outcome.planned = description_.network.simulation.realisations;
    outcome.one_matrix = has_fixed_matrix(description_.network);
    for (auto& result : results_) {
      if (result) outcome.realisations.push_back(std::move(*result));
    }
    if (outcome.realisations.size() < results_.size()) outcome.status = system::Status::kInterrupted;
    flag_periodic(outcome);
    pool(outcome.realisations, description_.size());
    return outcome;
  }

  /// Shell and landmarks of a network that runs around a small cycle are those of the cycle.
  static void flag_periodic(system::SimulationOutcome& outcome) {
    std::vector<int> periodic;
    for (const system::Realisation& realisation : outcome.realisations) {
      for (const system::Measurement& measured : realisation.quantities) {
        if (measured.name == "periodic_fraction" && measured.value.scalar() == 1.0)
          periodic.push_back(realisation.index);
      }
    }
    if (periodic.empty()) return;
    const std::size_t shown = std::min(periodic.size(), kMostNamed);
    outcome.warnings.push_back(fmt::format(
        "{} of {} networks are periodic, not chaotic, and their shells and landmarks are those of cycles: {}{}",
        periodic.size(), outcome.realisations.size(),
        fmt::join(periodic.begin(), periodic.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
        shown < periodic.size() ? ", ..." : ""));
  }

  const FixedPointsDescription& description_;
  const system::Context& context_;
  compute::Threads threads_;
  system::SavedStates states_;
  Progress progress_;
  std::vector<std::optional<system::Realisation>> results_;
};

}  // namespace

system::SimulationOutcome simulate_fixed_points(const FixedPointsDescription& description,
                                                const system::Context& context) {
  return Simulation(description, context).run();
}

}  // namespace limes::rate::fixed_points

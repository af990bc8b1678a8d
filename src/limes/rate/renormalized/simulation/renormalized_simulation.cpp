#include "limes/rate/renormalized/simulation/renormalized_simulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "limes/base/archive.hpp"
#include "limes/compute/threads.hpp"
#include "limes/rate/renormalized/simulation/network_measures.hpp"
#include "limes/rate/renormalized/simulation/trajectory_batch.hpp"
#include "limes/rate/simulation/progress.hpp"
#include "limes/system/progress.hpp"
#include "limes/system/saved_realisation.hpp"

namespace limes::rate::renormalized {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kSavingInterval = std::chrono::seconds(30);
constexpr double kConcurrentMatrix = 2.6e8;  // bytes; larger matrices are stepped one after the other
// A noise-free trajectory whose mean square has fallen to this part of its start dies out. Chaos with an amplitude so
// small would need g - 1 < 1e-6.
constexpr double kDeadShare = 1e-6;
constexpr int kFormat = 2;  // raise this when the saved form changes

/// The random part J0 of the couplings; a given matrix as it is.
RateDescription random_part(const RenormalizedDescription& description) {
  RateDescription part = description.network;
  if (!description.has_given_matrix()) part.coupling.mean.setZero();
  return part;
}

bool is_magnetised(const system::Realisation& result) {
  return std::any_of(result.quantities.begin(), result.quantities.end(),
                     [](const system::Measurement& measurement) { return !measurement.branch.empty(); });
}

/// Keeps what was measured of one phase: under a label where magnetised, without one where not.
void keep_phase(bool magnetised, system::Realisation& result) {
  std::erase_if(result.quantities, [&](const system::Measurement& measurement) {
    return measurement.name != "magnetised_fraction" && measurement.branch.empty() == magnetised;
  });
  std::erase_if(result.curves, [&](const system::MeasuredCurve& curve) { return curve.branch.empty() == magnetised; });
}

template <typename Real>
class NetworkRun {
 public:
  NetworkRun(const RenormalizedDescription& description, const SamplePlan& plan, const Network<Real>& network,
             std::uint32_t realisation)
      : description_(description),
        plan_(plan),
        name_(fmt::format("running-{}", realisation)),
        batch_(description, network, realisation) {
    recorders_.assign(description.paired ? 2 : 1, TrajectoryRecorder<Real>(description, plan));
  }

  /// Runs to the end, or to a stop: then false, with the state saved.
  bool run(compute::Threads& threads, const StopToken& stop, system::SavedStates& saved, system::Progress& progress) {
    if (const auto bytes = saved.load(name_)) {
      ArchiveReader reader(*bytes);
      archive(reader);
    }
    progress.add(batch_.step());
    auto last_saved = Clock::now();
    for (;;) {
      if (stop.stop_requested()) {
        if (batch_.step() > 0) save(saved);
        return false;
      }
      if (saved.kept() && Clock::now() - last_saved > kSavingInterval) {
        save(saved);
        last_saved = Clock::now();
      }
      if (plan_.is_sample(batch_.step())) {
        if (batch_.step() == plan_.transient && description_.population().noise_intensity == 0.0) {
          batch_.lay_to_rest(kDeadShare);
        }
        diverged_ = batch_.out_of_bounds();
        if (diverged_) break;
        record((batch_.step() - plan_.transient) / plan_.stride);
      }
      if (batch_.step() >= plan_.total_steps()) break;
      batch_.advance(threads);
      progress.add(1);
    }
    progress.add(plan_.total_steps() - batch_.step());
    return true;
  }

  void finish(system::Realisation& result) const {
    result.diverged = diverged_;
    if (diverged_) {
      result.warnings.push_back(fmt::format("diverged: |x| exceeded 1e8 before time {}",
                                            static_cast<double>(batch_.step()) * description_.network.simulation.step));
      return;
    }
    const NetworkAverages averages = recorders_.front().finish();
    std::optional<NetworkAverages> without;
    if (recorders_.size() > 1) without = recorders_.back().finish();
    write_measures(description_, plan_, averages, without, result);
  }

 private:
  /// Each half of the columns to its recorder.
  void record(std::int64_t sample) {
    const auto trajectories = static_cast<std::size_t>(description_.trajectories);
    const std::size_t n = batch_.size(), columns = batch_.columns();
    half_.resize(n * trajectories);
    for (std::size_t half = 0; half < recorders_.size(); ++half) {
      for (std::size_t i = 0; i < n; ++i) {
        const Real* row = batch_.state().data() + i * columns + half * trajectories;
        std::copy(row, row + trajectories, half_.data() + i * trajectories);
      }
      recorders_[half].record(sample, half_);
    }
  }

  template <typename Archive>
  void archive(Archive& a) {
    a(batch_);
    for (auto& recorder : recorders_) a(recorder);
  }
  // The sample at the present step has not been taken yet.
  void save(system::SavedStates& saved) {
    if (!saved.kept()) return;
    ArchiveWriter writer;
    archive(writer);
    saved.save(name_, writer.bytes());
  }

  const RenormalizedDescription& description_;
  const SamplePlan& plan_;
  std::string name_;
  TrajectoryBatch<Real> batch_;
  std::vector<TrajectoryRecorder<Real>> recorders_;
  std::vector<Real> half_;
  bool diverged_ = false;
};

template <typename Real>
class Simulation {
 public:
  Simulation(const RenormalizedDescription& description, const system::Context& context)
      : description_(description),
        plan_(description),
        context_(context),
        threads_(static_cast<std::size_t>(std::max(1, context.threads))),
        saved_(context.checkpoints, "renormalized", context.checkpoints == nullptr ? std::string{} : identity()),
        progress_(context,
                  std::max<std::int64_t>(1, plan_.total_steps()) * description.network.simulation.realisations),
        part_(random_part(description)),
        results_(static_cast<std::size_t>(description.network.simulation.realisations)) {}

  system::SimulationOutcome run() {
    std::optional<Network<Real>> only;
    if (has_fixed_matrix(part_)) only.emplace(part_, 0, threads_, context_.stop);
    const auto realisation = [&](std::size_t index) {
      const auto number = static_cast<std::uint32_t>(index);
      if (context_.stop.stop_requested() || load_finished(number)) return;
      if (only) return run_on(*only, number);
      const Network<Real> network(part_, number, threads_, context_.stop);
      if (!context_.stop.stop_requested()) run_on(network, number);
    };
    const auto size = static_cast<double>(part_.size());
    if (size * size * sizeof(Real) > kConcurrentMatrix) {
      for (std::size_t r = 0; r < results_.size(); ++r) realisation(r);
    } else {
      compute::parallel_for(threads_, 0, results_.size(), 1, [&](std::size_t first, std::size_t last) {
        for (std::size_t r = first; r < last; ++r) realisation(r);
      });
    }
    return outcome();
  }

 private:
  [[nodiscard]] std::string identity() const {
    return fmt::format("{} {} columns {} {} scheme {} lags {}", kFormat, simulation_identity(description_.network),
                       description_.trajectories, description_.paired, static_cast<int>(description_.integrator),
                       plan_.lags);
  }

  bool load_finished(std::uint32_t number) {
    const auto bytes = saved_.load(fmt::format("finished-{}", number));
    if (!bytes) return false;
    results_[number] = system::realisation_from_bytes(*bytes);
    progress_.add(plan_.total_steps());
    return true;
  }

  void run_on(const Network<Real>& network, std::uint32_t number) {
    NetworkRun<Real> run(description_, plan_, network, number);
    if (!run.run(threads_, context_.stop, saved_, progress_)) return;
    system::Realisation result;
    result.index = static_cast<int>(number);
    run.finish(result);
    if (saved_.kept()) saved_.save(fmt::format("finished-{}", number), system::to_bytes(result));
    results_[number] = std::move(result);
  }

  system::SimulationOutcome outcome() {
    system::SimulationOutcome outcome;
    outcome.planned = description_.network.simulation.realisations;
    outcome.one_matrix = has_fixed_matrix(part_);
    int diverged = 0, magnetised = 0;
    for (auto& result : results_) {
      if (!result) continue;
      diverged += result->diverged ? 1 : 0;
      magnetised += is_magnetised(*result) ? 1 : 0;
      outcome.realisations.push_back(std::move(*result));
    }
    const bool phase = 2 * magnetised > static_cast<int>(outcome.realisations.size()) - diverged;
    for (system::Realisation& result : outcome.realisations) keep_phase(phase, result);
    if (outcome.realisations.size() < results_.size()) {
      outcome.status = system::Status::kInterrupted;
    } else if (diverged > 0) {
      outcome.status = system::Status::kDiverged;
    }
    if (diverged > 0) {
      outcome.warnings.push_back(fmt::format("{} of {} realisations diverged (|x| > 1e8) and are not used", diverged,
                                             outcome.realisations.size()));
    }
    if (magnetised > 0) {
      outcome.warnings.push_back(fmt::format(
          "{} of {} networks are magnetised (the mean output keeps its sign): {}", magnetised,
          outcome.realisations.size(),
          phase ? "only they are used, and compared with the magnetised mean field"
                : "being the fewer, they count among the others, over all of which the loop theory averages"));
    }
    return outcome;
  }

  const RenormalizedDescription& description_;
  const SamplePlan plan_;
  const system::Context& context_;
  compute::Threads threads_;
  system::SavedStates saved_;
  system::Progress progress_;
  RateDescription part_;
  std::vector<std::optional<system::Realisation>> results_;
};

}  // namespace

system::SimulationOutcome simulate_renormalized(const RenormalizedDescription& description,
                                                const system::Context& context) {
  if (description.network.simulation.single_precision) return Simulation<float>(description, context).run();
  return Simulation<double>(description, context).run();
}

}  // namespace limes::rate::renormalized

#include "limes/rate/simulation/simulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>

#include "limes/rate/simulation/archive.hpp"
#include "limes/rate/simulation/batch.hpp"
#include "limes/rate/simulation/lyapunov_spectrum.hpp"
#include "limes/rate/simulation/matrix_measures.hpp"
#include "limes/rate/simulation/progress.hpp"
#include "limes/rate/simulation/recorder.hpp"
#include "limes/rate/simulation/trajectory_distance.hpp"
#include "limes/system/saved_realisation.hpp"

namespace limes::rate {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostTrialsPerBatch = 32;  // 64 columns with the tangents: the product is then arithmetic-bound
constexpr double kBatchMemory = 1e8;             // bytes of per-neuron statistics of a batch
constexpr std::size_t kLagMemory = 80'000'000;   // bytes of the streamed autocovariance of all trials of a batch
constexpr double kConcurrentMatrix = 2.6e8;      // bytes; larger matrices are stepped one after the other
constexpr auto kSavingInterval = std::chrono::seconds(30);
// A state whose variance in time is below this share of its variance over neurons is static: its outlier has meaning.
constexpr double kStaticShare = 1e-6;

/// One column of a batch array as doubles.
template <typename Real>
void copy_column(std::span<const Real> array, std::size_t column, std::size_t columns, std::vector<double>& result) {
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = static_cast<double>(array[i * columns + column]);
}

/// The trials of one batch, from their start (or saved state) to their results.
template <typename Real>
class BatchRun {
 public:
  BatchRun(const RateDescription& description, const Network<Real>& network, std::vector<std::uint32_t> trials)
      : description_(description),
        plan_(description),
        network_(network),
        numbers_(std::move(trials)),
        batch_(description, network, numbers_),
        distances_(description, numbers_.size()),
        diverged_at_(numbers_.size(), -1) {
    for (std::size_t b = 0; b < numbers_.size(); ++b)
      recorders_.emplace_back(description, kLagMemory / numbers_.size());
    for (auto* values : {&state_, &output_, &slope_, &field_}) values->resize(description.size());
  }

  /// Runs to the end, or to a stop: then false, with the state saved.
  bool run(compute::Threads& threads, const StopToken& stop, Checkpoints& checkpoints, Progress& progress) {
    const std::string name = fmt::format("running-{}", numbers_.front());
    restore(checkpoints.load(name));
    const auto trials = static_cast<std::int64_t>(numbers_.size());
    progress.add(batch_.step() * trials);
    auto saved = Clock::now();
    while (batch_.step() < plan_.total_steps() && !all_diverged()) {
      if (stop.stop_requested()) {
        if (batch_.step() > 0) save(checkpoints, name);
        return false;
      }
      if (checkpoints.kept() && Clock::now() - saved > kSavingInterval) {
        save(checkpoints, name);
        saved = Clock::now();
      }
      step(threads);
      progress.add(trials);
    }
    progress.add((plan_.total_steps() - batch_.step()) * trials);
    return true;
  }

  /// The results, one realisation per trial. `coupling_norm`: |J|_2, where it is known.
  std::vector<system::Realisation> finish(compute::Threads& threads, std::optional<double> coupling_norm) {
    if (description_.simulation.jacobian_spectrum) batch_.evaluate(threads);  // slopes at the final state
    std::vector<system::Realisation> results;
    for (std::size_t b = 0; b < numbers_.size(); ++b) {
      auto& result = results.emplace_back();
      result.index = static_cast<int>(numbers_[b]);
      result.diverged = batch_.diverged(b);
      if (result.diverged) {
        recorders_[b].finish_trajectories(result);
        result.warnings.push_back(fmt::format("diverged: |u| exceeded 1e8 at step {}", diverged_at_[b]));
        continue;
      }
      recorders_[b].finish(result, threads);
      if (!batch_.diverged(0)) distances_.finish(b, coupling_norm, result);
      if (description_.simulation.jacobian_spectrum) {
        copy_column(batch_.slope(), b, numbers_.size(), slope_);
        const bool is_static = recorders_[b].temporal_share() < kStaticShare;
        measure_jacobian<Real>(description_, network_, slope_, is_static, threads, result);
      }
    }
    return results;
  }

 private:
  void step(compute::Threads& threads) {
    const std::int64_t now = batch_.step();
    batch_.evaluate(threads);
    if (plan_.is_on_trajectory(now)) distances_.record(batch_.state());
    if (plan_.is_on_trajectory(now) || plan_.is_measured(now)) {
      for (std::size_t b = 0; b < numbers_.size(); ++b) {
        if (batch_.diverged(b)) continue;
        copy_column(batch_.state(), b, numbers_.size(), state_);
        copy_column(batch_.output(), b, numbers_.size(), output_);
        copy_column(batch_.slope(), b, numbers_.size(), slope_);
        copy_column(batch_.field(), b, numbers_.size(), field_);
        recorders_[b].record(now, {state_, output_, slope_, field_}, network_.column_power(), threads);
      }
    }
    batch_.advance(threads, plan_.is_frame_border(now + 1));
    for (std::size_t b = 0; b < numbers_.size(); ++b) {
      if (batch_.diverged(b)) {
        if (diverged_at_[b] < 0) diverged_at_[b] = batch_.step();
      } else if (batch_.vectors() == 1) {
        recorders_[b].record_growth(now, batch_.log_growth(b));
      } else if (batch_.vectors() > 1) {
        recorders_[b].record_growth(now, batch_.frame_growth(b));
      }
    }
  }

  [[nodiscard]] bool all_diverged() const {
    return std::all_of(diverged_at_.begin(), diverged_at_.end(), [](std::int64_t step) { return step >= 0; });
  }

  template <typename Archive>
  void archive(Archive& a) {
    a(batch_, diverged_at_, distances_);
    for (auto& recorder : recorders_) a(recorder);
  }

  void save(Checkpoints& checkpoints, const std::string& name) {
    if (!checkpoints.kept()) return;
    ArchiveWriter writer;
    archive(writer);
    checkpoints.save(name, writer.bytes());
  }

  void restore(const std::optional<std::string>& bytes) {
    if (!bytes) return;
    ArchiveReader reader(*bytes);
    archive(reader);
  }

  const RateDescription& description_;
  SamplingPlan plan_;
  const Network<Real>& network_;
  std::vector<std::uint32_t> numbers_;
  Batch<Real> batch_;
  TrajectoryDistance distances_;
  std::vector<Recorder> recorders_;
  std::vector<std::int64_t> diverged_at_;
  std::vector<double> state_, output_, slope_, field_;
};

template <typename Real>
class Simulation {
 public:
  Simulation(const RateDescription& description, const system::Context& context)
      : description_(description),
        context_(context),
        threads_(static_cast<std::size_t>(std::max(1, context.threads))),
        checkpoints_(description, context.checkpoints),
        progress_(context, SamplingPlan(description).total_steps() * description.simulation.realisations),
        results_(static_cast<std::size_t>(description.simulation.realisations)) {}

  system::SimulationOutcome run() {
    if (has_fixed_matrix(description_)) {
      run_repeats();
    } else {
      run_ensemble();
    }
    return outcome();
  }

 private:
  /// All trials on one matrix, in batches.
  void run_repeats() {
    const auto count = static_cast<std::uint32_t>(results_.size());
    if (load_finished(0, count)) return;
    const Network<Real> network(description_, 0, threads_, context_.stop);
    if (context_.stop.stop_requested()) return;
    system::Realisation once;
    try {
      measure_matrix(description_, network, threads_, context_.stop, once);
    } catch (const InterruptedError&) {
      return;
    }
    const double per_trial = 512.0 * static_cast<double>(description_.size()) + frame_memory();
    const auto size =
        std::clamp<std::size_t>(static_cast<std::size_t>(kBatchMemory / per_trial), 1, kMostTrialsPerBatch);
    for (std::uint32_t first = 0; first < count; first += static_cast<std::uint32_t>(size)) {
      const auto last = std::min(count, first + static_cast<std::uint32_t>(size));
      if (!load_finished(first, last) && !run_batch(network, first, last, once)) return;
    }
  }

  /// Bytes of the frame of one trial: itself, products and stages, and the work of its factorisation.
  [[nodiscard]] double frame_memory() const {
    const int vectors = description_.simulation.exponents;
    return vectors > 1 ? 7.0 * sizeof(Real) * static_cast<double>(description_.size()) * vectors : 0.0;
  }

  /// Every realisation has a matrix of its own.
  void run_ensemble() {
    const auto realisation = [&](std::size_t index) {
      const auto number = static_cast<std::uint32_t>(index);
      if (context_.stop.stop_requested() || load_finished(number, number + 1)) return;
      const Network<Real> network(description_, number, threads_, context_.stop);
      if (context_.stop.stop_requested()) return;
      system::Realisation once;
      try {
        measure_matrix(description_, network, threads_, context_.stop, once);
      } catch (const InterruptedError&) {
        return;
      }
      run_batch(network, number, number + 1, once);
    };
    const auto size = static_cast<double>(description_.size());
    if (size * size * sizeof(Real) + frame_memory() > kConcurrentMatrix) {
      for (std::size_t r = 0; r < results_.size(); ++r) realisation(r);
      return;
    }
    compute::parallel_for(threads_, 0, results_.size(), 1, [&](std::size_t first, std::size_t last) {
      for (std::size_t r = first; r < last; ++r) realisation(r);
    });
  }

  /// False if stopped.
  bool run_batch(const Network<Real>& network, std::uint32_t first, std::uint32_t last,
                 const system::Realisation& once) {
    std::vector<std::uint32_t> trials;
    for (std::uint32_t number = first; number < last; ++number) trials.push_back(number);
    BatchRun<Real> run(description_, network, trials);
    if (!run.run(threads_, context_.stop, checkpoints_, progress_)) return false;
    std::optional<double> norm;
    for (const system::Measurement& measured : once.quantities) {
      if (measured.name == "coupling_norm") norm = measured.value.scalar();
    }
    auto finished = run.finish(threads_, norm);
    for (auto& result : finished) {
      if (!result.diverged) {
        result.quantities.insert(result.quantities.end(), once.quantities.begin(), once.quantities.end());
        result.warnings.insert(result.warnings.end(), once.warnings.begin(), once.warnings.end());
      }
      if (checkpoints_.kept()) checkpoints_.save(fmt::format("finished-{}", result.index), to_bytes(result));
      results_[static_cast<std::size_t>(result.index)] = std::move(result);
    }
    return true;
  }

  /// True if all of these realisations had been finished and saved.
  bool load_finished(std::uint32_t first, std::uint32_t last) {
    for (std::uint32_t number = first; number < last; ++number) {
      if (results_[number]) continue;
      const auto bytes = checkpoints_.load(fmt::format("finished-{}", number));
      if (!bytes) return false;
      results_[number] = system::realisation_from_bytes(*bytes);
      progress_.add(SamplingPlan(description_).total_steps());
    }
    return true;
  }

  system::SimulationOutcome outcome() {
    system::SimulationOutcome outcome;
    outcome.planned = description_.simulation.realisations;
    outcome.one_matrix = has_fixed_matrix(description_);
    int diverged = 0;
    for (auto& result : results_) {
      if (!result) continue;
      diverged += result->diverged ? 1 : 0;
      outcome.realisations.push_back(std::move(*result));
    }
    keep_common_exponents(outcome.realisations);
    if (outcome.realisations.size() < results_.size()) {
      outcome.status = system::Status::kInterrupted;
    } else if (diverged > 0) {
      outcome.status = system::Status::kDiverged;
    }
    if (diverged > 0) {
      outcome.warnings.push_back(fmt::format("{} of {} realisations diverged (|u| > 1e8) and are not used", diverged,
                                             outcome.realisations.size()));
    }
    return outcome;
  }

  const RateDescription& description_;
  const system::Context& context_;
  compute::Threads threads_;
  Checkpoints checkpoints_;
  Progress progress_;
  std::vector<std::optional<system::Realisation>> results_;
};

}  // namespace

system::SimulationOutcome simulate_network(const RateDescription& description, const system::Context& context) {
  if (description.simulation.single_precision) return Simulation<float>(description, context).run();
  return Simulation<double>(description, context).run();
}

}  // namespace limes::rate

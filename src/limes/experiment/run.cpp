#include "limes/experiment/run.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <memory>
#include <numeric>
#include <thread>

#include "limes/experiment/checkpoint_files.hpp"
#include "limes/experiment/comparison.hpp"
#include "limes/experiment/directory.hpp"
#include "limes/experiment/experiment_text.hpp"
#include "limes/experiment/fingerprint.hpp"
#include "limes/experiment/preparation.hpp"
#include "limes/experiment/publication.hpp"
#include "limes/experiment/result_json.hpp"
#include "limes/experiment/theory_archive.hpp"
#include "limes/math/random_portable.hpp"

namespace limes::experiment {

namespace {

using system::Json;
using system::SimulationOutcome;
using system::Status;
using system::TheoryOutcome;

/// The seed of the second size, unrelated to that of the first: the two sizes must be independent samples, or their
/// difference would not have the error that the comparison computes. 53 bits, so that it can stand in an experiment.
std::uint64_t second_seed(std::uint64_t seed) { return math::splitmix64(seed, 1) >> 11; }

class Runner {
 public:
  Runner(const RunOptions& options, system::CheckpointStore* store) : options_(options), store_(store) {}

  /// Calls `work` with the context of one phase and notes the seconds that it took.
  template <typename Work>
  auto phase(const std::string& name, Work work) {
    std::unique_ptr<CheckpointPart> checkpoints;
    if (store_ != nullptr) checkpoints = std::make_unique<CheckpointPart>(*store_, name + "/");
    system::Context context;
    context.threads = threads_of(options_);
    context.stop = options_.stop;
    context.checkpoints = checkpoints.get();
    context.progress = [this, &name](double fraction, const std::string& activity) {
      options_.progress(name, fraction, activity);
    };
    options_.progress(name, 0.0, "");
    const auto start = std::chrono::steady_clock::now();
    auto outcome = work(context);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    seconds[name] = std::round(elapsed.count() * 1e4) / 1e4;
    return outcome;
  }

  TheoryOutcome theory(const system::Model& model, const std::string& name = "theory") {
    constexpr const char* kOutcome = "outcome";
    return phase(name, [&](const system::Context& context) {
      if (const auto bytes = context.checkpoints == nullptr ? std::nullopt : context.checkpoints->load(kOutcome)) {
        if (auto solved = theory_from_archive(*bytes)) return *std::move(solved);
      }
      const auto start = std::chrono::steady_clock::now();
      TheoryOutcome outcome = solve(model, context);
      const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
      const bool keep = context.checkpoints != nullptr && elapsed.count() > options_.keep_theory_after_seconds;
      if (keep && outcome.status != Status::kInterrupted) context.checkpoints->save(kOutcome, archived(outcome));
      return outcome;
    });
  }

  SimulationOutcome simulation(const std::string& name, const system::Model& model) {
    return phase(name, [&](const system::Context& context) {
      SimulationOutcome outcome;
      try {
        outcome = model.simulate(context);
      } catch (const InterruptedError&) {
        outcome.status = Status::kInterrupted;
      } catch (const DivergenceError& error) {
        outcome.status = Status::kDiverged;
        outcome.warnings.push_back(fmt::format("{}: {}", name, error.what()));
      }
      return outcome;
    });
  }

  Json seconds = Json::object();

 private:
  static TheoryOutcome solve(const system::Model& model, const system::Context& context) {
    TheoryOutcome outcome;
    try {
      outcome = model.theory(context);
    } catch (const InterruptedError&) {
      outcome.status = Status::kInterrupted;
    } catch (const ConvergenceError& error) {
      outcome.status = Status::kNotConverged;
      outcome.warnings.push_back(fmt::format("theory: {} (residual {:.3g})", error.what(), error.residual()));
    }
    return outcome;
  }

  const RunOptions& options_;
  system::CheckpointStore* store_;
};

/// The size of a run in the system's own measure, all populations together.
std::optional<double> size_of(const system::System& system, const system::Parameters& parameters) {
  if (system.size_parameter.empty() || !parameters.has(system.size_parameter)) return std::nullopt;
  const std::vector<double> sizes = parameters.reals(system.size_parameter);
  return std::accumulate(sizes.begin(), sizes.end(), 0.0);
}

void set_sizes(ComparisonOptions& options, std::optional<double> first, std::optional<double> second) {
  if (!first || !second || !(*first > 0.0) || *first == *second) return;
  options.size = first;
  options.second_size_ratio = *second / *first;
}

/// Everything that a run computes, before it is written anywhere.
struct Computed {
  std::optional<TheoryOutcome> theory, second_theory;
  std::optional<SimulationOutcome> simulation, half, surrogates;
  Comparison comparison;
  Status status = Status::kOk;
};

Computed compute(const system::System& system, const Prepared& prepared, const RunOptions& options, Runner& runner) {
  Computed done;
  const auto interrupted = [&] { return done.status == Status::kInterrupted || options.stop.stop_requested(); };
  if (options.only != Only::kSimulation) {
    done.theory = runner.theory(*prepared.model);
    done.status = done.theory->status;
  }
  if (options.only != Only::kTheory && !interrupted()) {
    done.simulation = runner.simulation("simulation", *prepared.model);
    done.status = worse(done.status, done.simulation->status);
  }
  if (options.only == Only::kBoth && !interrupted()) {
    if (const auto ensemble = prepared.model->surrogate_ensemble()) {
      done.surrogates = runner.simulation("surrogates", *ensemble);
      if (done.surrogates->status == Status::kInterrupted) done.status = Status::kInterrupted;
    }
  }
  if (interrupted()) done.status = Status::kInterrupted;
  const auto pointer = [](const auto& outcome) { return outcome ? &*outcome : nullptr; };
  ComparisonOptions comparison;
  const auto compared = [&](const SimulationOutcome* half) {
    return compare(system, pointer(done.theory), pointer(done.simulation), comparison, half, pointer(done.surrogates),
                   pointer(done.second_theory));
  };
  done.comparison = compared(nullptr);
  const bool second_size = done.status == Status::kOk && done.theory && done.simulation && system.half_size &&
                           needs_second_size(done.comparison);
  if (!second_size) return done;
  if (const auto parameters = system.half_size(prepared.parameters)) {
    const auto model = system.prepare(parameters->with_seed(second_seed(prepared.parameters.seed())));
    if (system.theory_depends_on_size) done.second_theory = runner.theory(*model, "second_theory");
    done.half = runner.simulation("second_size", *model);
    if (done.half->status == Status::kInterrupted) done.status = Status::kInterrupted;
    if (done.half->status == Status::kOk) {
      set_sizes(comparison, size_of(system, prepared.parameters), size_of(system, *parameters));
      done.comparison = compared(&*done.half);
    }
  }
  return done;
}

}  // namespace

Status worse(Status a, Status b) {
  const auto rank = [](Status status) {
    switch (status) {
      case Status::kOk:
        return 0;
      case Status::kNotConverged:
        return 1;
      case Status::kDiverged:
        return 2;
      case Status::kInterrupted:
        return 3;
    }
    return 3;
  };
  return rank(a) >= rank(b) ? a : b;
}

std::string option_text(const RunOptions& options) {
  std::string text;
  if (options.only == Only::kTheory) text += "--only theory";
  if (options.only == Only::kSimulation) text += "--only simulation";
  if (options.quick) text += text.empty() ? "--quick" : " --quick";
  return text;
}

int threads_of(const RunOptions& options) {
  return options.threads > 0 ? options.threads : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

RunOutcome run(const system::System& system, const Experiment& experiment, const RunOptions& options) {
  const Prepared prepared = prepare(experiment, system, options.quick);
  const std::string identity = fingerprint(system, prepared.parameters, option_text(options));
  for (const std::string& notice : prepared.notices) options.notice(notice);
  if (!prepared.lowered.empty()) options.notice(fmt::format("quick run: {}", fmt::join(prepared.lowered, ", ")));

  const auto directory = open_results(experiment, options, identity, "run");
  Runner runner(options, directory ? &directory->checkpoints() : options.checkpoints);
  const Computed done = compute(system, prepared, options, runner);

  RunOutcome outcome;
  outcome.status = done.status;
  const ResultHead head{system,   prepared.parameters,  experiment.title,   done.status,
                        identity, option_text(options), threads_of(options)};
  outcome.result = result_json(head, done.comparison, done.theory ? &*done.theory : nullptr,
                               done.simulation ? &*done.simulation : nullptr, runner.seconds);
  publish_results(directory.get(), options, system, resolved_experiment(system, prepared.parameters, experiment.title),
                  outcome);
  return outcome;
}

}  // namespace limes::experiment

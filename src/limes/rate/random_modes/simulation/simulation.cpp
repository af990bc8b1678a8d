#include "limes/rate/random_modes/simulation/simulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>

#include "limes/base/archive.hpp"
#include "limes/base/errors.hpp"
#include "limes/math/random.hpp"
#include "limes/math/random_portable.hpp"
#include "limes/rate/network_draws.hpp"
#include "limes/rate/random_modes/simulation/network_results.hpp"
#include "limes/rate/random_modes/simulation/trajectories.hpp"
#include "limes/system/progress.hpp"
#include "limes/system/saved_realisation.hpp"
#include "limes/transfer/expression.hpp"

namespace limes::rate::random_modes {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kFormat = 1;  // raise this when the saved form changes
constexpr auto kSavingInterval = std::chrono::seconds(30);
constexpr double kConcurrentNumbers = 3.2e7;  // of one network; larger ones are stepped one after the other

std::uint64_t fingerprint(const std::vector<double>& values) {
  return system::fnv1a(values.data(), values.size() * sizeof(double));
}

std::uint64_t fingerprint(const coupling::Matrix& matrix) {
  std::uint64_t hash = system::fnv1a(nullptr, 0);
  coupling::for_each_entry(matrix, [&](Eigen::Index i, Eigen::Index j, double value) {
    hash = system::fnv1a(&i, sizeof i, hash);
    hash = system::fnv1a(&j, sizeof j, hash);
    hash = system::fnv1a(&value, sizeof value, hash);
  });
  return hash;
}

std::string identity_of(const ModesDescription& d) {
  const auto& s = d.simulation;
  return fmt::format(
      "{} N {} f {} {} {} D {} start {} {} seed {} {} kind {} {} {} {} {} {} {} matrix {} run {} {} {} {} {} {} "
      "{} {} {} {} {}",
      kFormat, d.size, static_cast<int>(d.transfer.kind), d.transfer.gain,
      d.transfer.expression ? d.transfer.expression->text() : "", d.noise_intensity, d.initial_mean, d.initial_variance,
      d.seed, d.coupling_seed, static_cast<int>(d.kind), d.deviation, fingerprint(d.strengths), fingerprint(d.overlaps),
      d.left_width, d.right_width, d.portable, d.matrix ? fingerprint(*d.matrix) : 0, static_cast<int>(s.integrator),
      s.step, s.transient, s.duration, s.sample_interval, s.lags, s.realisations, s.trajectories, s.single_precision,
      s.spectrum, s.surrogates);
}

std::string label_of(Draw draw) {
  return draw == Draw::kSpectrumSurrogate   ? "spectrum_surrogate"
         : draw == Draw::kGaussianSurrogate ? "gaussian_surrogate"
                                            : "";
}

/// What all networks of one simulation share.
struct Shared {
  const ModesDescription& description;
  const SnapshotPlan& plan;
  const std::vector<double>& singular_values;
  const StopToken& stop;
  compute::Threads& threads;
  system::SavedStates& saved;
  system::Progress& progress;
};

/// Runs one network to its measurements in `result`; false if stopped, with the state saved.
template <typename Real>
bool run_network(const Shared& shared, std::uint32_t number, Draw draw, const ModeCouplings<Real>& couplings,
                 system::Realisation& result) {
  const ModesDescription& description = shared.description;
  const SnapshotPlan& plan = shared.plan;
  const std::uint64_t seed =
      math::splitmix64(stream_seed(description.seed, description.size), static_cast<std::uint64_t>(draw));
  Trajectories<Real> trajectories(description, couplings, {seed, number});
  Snapshots snapshots(description.size, description.simulation.trajectories, plan);
  const std::string name = fmt::format("running-{}{}", number, label_of(draw));
  if (const auto bytes = shared.saved.load(name)) {
    ArchiveReader reader(*bytes);
    trajectories.archive(reader);
    snapshots.archive(reader);
  }
  const auto save = [&] {
    if (!shared.saved.kept()) return;
    ArchiveWriter writer;
    trajectories.archive(writer);
    snapshots.archive(writer);
    shared.saved.save(name, writer.bytes());
  };
  shared.progress.add(trajectories.step());
  auto last_saved = Clock::now();
  while (trajectories.step() < plan.total_steps()) {
    if (shared.stop.stop_requested()) {
      if (trajectories.step() > 0) save();
      return false;
    }
    if (shared.saved.kept() && Clock::now() - last_saved > kSavingInterval) {
      save();
      last_saved = Clock::now();
    }
    trajectories.advance(shared.threads);
    shared.progress.add(1);
    const std::int64_t measured = trajectories.step() - plan.transient_steps;
    if (measured <= 0 || measured % plan.stride != 0) continue;
    if (trajectories.diverged()) {
      result.diverged = true;
      result.warnings.push_back(fmt::format("diverged: |x| exceeded 1e8 before time {:g}",
                                            static_cast<double>(trajectories.step()) * description.simulation.step));
      shared.progress.add(plan.total_steps() - trajectories.step());
      return true;
    }
    const auto index = static_cast<std::size_t>(measured / plan.stride) - 1;
    if (index < plan.count) snapshots.record(index, trajectories.state(), trajectories.output(shared.threads));
  }
  try {
    const PopulationMeasures measures = snapshots.measure(description.simulation.spectrum, shared.threads, shared.stop);
    write_network(plan, measures, label_of(draw), draw == Draw::kOwn, result);
  } catch (const InterruptedError&) {
    save();
    return false;
  }
  return true;
}

/// One realisation: the network, and its surrogates where they are asked for. None if stopped.
template <typename Real>
std::optional<system::Realisation> run_realisation(const Shared& shared, std::uint32_t number,
                                                   const ModeCouplings<Real>* fixed) {
  const bool surrogates = shared.description.simulation.surrogates;
  const std::string name = fmt::format("finished-{}", number);
  if (const auto bytes = shared.saved.load(name)) {
    shared.progress.add(shared.plan.total_steps() * (surrogates ? 3 : 1));
    return system::realisation_from_bytes(*bytes);
  }
  system::Realisation result;
  result.index = static_cast<int>(number);
  for (const Draw draw : {Draw::kOwn, Draw::kSpectrumSurrogate, Draw::kGaussianSurrogate}) {
    if (draw != Draw::kOwn && !surrogates) break;
    if (shared.stop.stop_requested()) return std::nullopt;
    std::optional<ModeCouplings<Real>> drawn;
    if (draw != Draw::kOwn || fixed == nullptr) {
      drawn.emplace(shared.description, number, draw, shared.singular_values, shared.threads, shared.stop);
    }
    if (shared.stop.stop_requested()) return std::nullopt;
    if (!run_network<Real>(shared, number, draw, drawn ? *drawn : *fixed, result)) return std::nullopt;
  }
  if (shared.saved.kept()) shared.saved.save(name, to_bytes(result));
  return result;
}

/// Networks that are locked are counted, and tell nothing about the chaotic state: their other results go.
void leave_out_locked(system::SimulationOutcome& outcome) {
  std::size_t locked = 0, usable = 0;
  const auto is_locked = [](const system::Realisation& one) {
    return std::any_of(one.quantities.begin(), one.quantities.end(), [](const system::Measurement& measured) {
      return measured.name == "locked_fraction" && measured.value.scalar() > 0.5;
    });
  };
  for (const system::Realisation& one : outcome.realisations) {
    if (one.diverged) continue;
    ++usable;
    locked += is_locked(one) ? 1 : 0;
  }
  if (locked == 0) return;
  const bool all = locked == usable || outcome.one_matrix;
  outcome.warnings.push_back(
      fmt::format("locked: {} of {} networks end in a fixed point or a cycle (the theory is that of chaos){}", locked,
                  usable, all ? "" : "; they are left out of the averages"));
  if (all) return;
  for (system::Realisation& one : outcome.realisations) {
    if (!is_locked(one)) continue;
    std::erase_if(one.quantities, [](const auto& measured) { return measured.name != "locked_fraction"; });
    one.curves.clear();
  }
}

system::SimulationOutcome outcome_of(const ModesDescription& description,
                                     std::vector<std::optional<system::Realisation>> results) {
  system::SimulationOutcome outcome;
  outcome.planned = description.simulation.realisations;
  outcome.one_matrix = description.has_fixed_matrix();
  int diverged = 0;
  for (auto& result : results) {
    if (!result) continue;
    diverged += result->diverged ? 1 : 0;
    outcome.realisations.push_back(std::move(*result));
  }
  leave_out_locked(outcome);
  combine_networks(outcome.realisations);
  if (outcome.realisations.size() < results.size()) {
    outcome.status = system::Status::kInterrupted;
  } else if (diverged > 0) {
    outcome.status = system::Status::kDiverged;
  }
  if (diverged > 0) {
    outcome.warnings.push_back(fmt::format("{} of {} realisations diverged (|x| > 1e8) and are not used", diverged,
                                           outcome.realisations.size()));
  }
  return outcome;
}

template <typename Real>
system::SimulationOutcome simulate(const ModesDescription& description, const system::Context& context) {
  const SnapshotPlan plan(description);
  const auto count = static_cast<std::size_t>(description.simulation.realisations);
  compute::Threads threads(static_cast<std::size_t>(std::max(1, context.threads)));
  system::SavedStates saved(context.checkpoints, "modes",
                            context.checkpoints == nullptr ? std::string{} : identity_of(description));
  const int networks = description.simulation.surrogates ? 3 : 1;
  system::Progress progress(context, plan.total_steps() * static_cast<std::int64_t>(count) * networks);
  std::vector<double> values;
  if (description.simulation.surrogates) values = singular_values(*description.matrix);
  const Shared shared{description, plan, values, context.stop, threads, saved, progress};
  std::optional<ModeCouplings<Real>> fixed;
  if (description.has_fixed_matrix()) fixed.emplace(description, 0, Draw::kOwn, values, threads, context.stop);

  std::vector<std::optional<system::Realisation>> results(count);
  const auto run = [&](std::size_t first, std::size_t last) {
    for (std::size_t r = first; r < last; ++r) {
      results[r] = run_realisation<Real>(shared, static_cast<std::uint32_t>(r), fixed ? &*fixed : nullptr);
    }
  };
  const auto size = static_cast<double>(description.size);
  const bool factors = description.kind == Kind::kRandomModes;
  const double numbers = size * (factors ? 2.0 * static_cast<double>(description.strengths.size()) : size) +
                         2.0 * size * static_cast<double>(plan.count * description.simulation.trajectories);
  if (numbers > kConcurrentNumbers) {
    for (std::size_t r = 0; r < count; ++r) run(r, r + 1);
  } else {
    compute::parallel_for(threads, 0, count, 1, run);
  }
  return outcome_of(description, std::move(results));
}

}  // namespace

system::SimulationOutcome simulate_networks(const ModesDescription& description, const system::Context& context) {
  if (description.inverse_rank) {
    system::SimulationOutcome outcome;
    outcome.warnings.emplace_back("modes.inverse_rank is a number of the theory: no network is simulated");
    return outcome;
  }
  if (description.simulation.single_precision) return simulate<float>(description, context);
  return simulate<double>(description, context);
}

}  // namespace limes::rate::random_modes

#include "limes/spiking/simulation/simulation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <optional>

#include "limes/base/archive.hpp"
#include "limes/compute/threads.hpp"
#include "limes/spiking/simulation/event_simulator.hpp"
#include "limes/spiking/simulation/flux_simulation.hpp"
#include "limes/spiking/simulation/recorder.hpp"
#include "limes/system/progress.hpp"
#include "limes/system/saved_realisation.hpp"

namespace limes::spiking {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kSavingInterval = std::chrono::seconds(30);
// Raise this when the saved form changes.
constexpr int kFormat = 2;

std::string identity_of(const SpikingDescription& d, const std::vector<KnownState>& states) {
  std::string text = fmt::format("{} intensity {} seed {}", kFormat, static_cast<int>(d.network.intensity), d.seed);
  for (const Group& g : d.network.groups) {
    text += fmt::format(" group {} {} {} {}", g.size, g.base_rate, g.time_constant, g.reset);
  }
  const auto& w = d.network.weights;
  text += fmt::format(" weights {}", system::fnv1a(w.data(), static_cast<std::size_t>(w.size()) * sizeof(double)));
  if (d.matrix) {
    std::uint64_t hash = 0;
    coupling::for_each_entry(*d.matrix, [&](Eigen::Index i, Eigen::Index j, double value) {
      hash = system::fnv1a(&i, sizeof i, hash);
      hash = system::fnv1a(&j, sizeof j, hash);
      hash = system::fnv1a(&value, sizeof value, hash);
    });
    text += fmt::format(" matrix {}", hash);
  }
  for (std::size_t a = 0; a < d.network.inputs.size(); ++a) {
    for (const ExternalInput& input : d.network.inputs[a])
      text += fmt::format(" input {} {} {}", a, input.weight, input.rate);
  }
  text += fmt::format(" replicas {} {} start {}", fmt::join(d.replicas, " "), d.replica_list,
                      fmt::join(d.simulation.initial, " "));
  for (const KnownState& state : states)
    text += fmt::format(" state {} {} {}", state.label, state.stable, fmt::join(state.rates, " "));
  if (d.simulation.method == SimulationMethod::kForwardFlux) text += fmt::format(" flux {}", d.simulation.trials);
  return text +
         fmt::format(" run {} {} {} {} {}", d.simulation.duration, d.simulation.transient, d.simulation.realisations,
                     d.detection.filter, d.detection.bin) +
         (d.time_dependent ? fmt::format(" trajectory {}", d.horizon) : std::string{});
}

/// What the runs of one simulation share.
struct Shared {
  const SpikingDescription& description;
  const CoreSets& cores;
  const RunPlan& plan;
  const StopToken& stop;
  system::SavedStates& saved;
  system::Progress& progress;
};

/// One run of one realisation, from its start (or saved state) to its end.
template <Intensity kIntensity>
class Run {
 public:
  Run(const Shared& shared, const EventNetwork& network, std::uint32_t realisation)
      : shared_(shared),
        network_(network),
        name_(fmt::format("running-{}-{}", realisation, network.replicas)),
        simulator_(network, shared.description.seed, realisation, static_cast<std::uint32_t>(network.replicas)),
        recorder_(network, shared.cores, shared.plan, realisation == 0) {
    const bool linear = network.intensity == Intensity::kLinear;
    for (std::size_t n = 0; n < network.neurons(); ++n) {
      const std::size_t unit = n % network.units;
      const double initial = shared.description.simulation.initial[network.group_of[unit]];
      simulator_.set_state(n, linear ? initial - network.base[unit] : initial);
    }
    simulator_.refresh();
  }

  /// False if stopped; the state is then saved.
  bool run() {
    if (const auto bytes = shared_.saved.load(name_)) {
      ArchiveReader reader(*bytes);
      archive(reader);
    }
    shared_.progress.add(recorder_.bin_index());
    const std::uint64_t most_spikes = 1'000'000 + std::uint64_t{2000} * network_.neurons();
    auto saved = Clock::now();
    while (recorder_.bin_index() < shared_.plan.total_bins()) {
      if (shared_.stop.stop_requested()) {
        if (recorder_.bin_index() > 0) save();
        return false;
      }
      if (shared_.saved.kept() && Clock::now() - saved > kSavingInterval) {
        save();
        saved = Clock::now();
      }
      const double end = static_cast<double>(recorder_.bin_index() + 1) * shared_.plan.bin;
      ran_away_ = !simulator_.advance(end, most_spikes,
                                      [&](double time, std::size_t neuron) { recorder_.on_spike(time, neuron); });
      if (ran_away_) break;
      if (recorder_.measuring()) {
        simulator_.for_each_state([&](std::size_t neuron, double y) { recorder_.add_state(neuron, y); });
      }
      recorder_.end_bin(end);
      shared_.progress.add(1);
    }
    shared_.progress.add(shared_.plan.total_bins() - recorder_.bin_index());
    return true;
  }

  void finish(system::Realisation& result) const {
    const auto& description = shared_.description;
    const std::string label = description.replica_list ? fmt::format("replicas-{}", network_.replicas) : "";
    if (ran_away_) {
      result.diverged = true;
      result.warnings.push_back(fmt::format("ran away: more than 2000 spikes per neuron within {} at time {}",
                                            shared_.plan.bin, simulator_.time()));
      return;
    }
    recorder_.finish(label, result);
  }

 private:
  template <typename Archive>
  void archive(Archive& a) {
    a(simulator_, recorder_);
  }
  void save() {
    if (!shared_.saved.kept()) return;
    ArchiveWriter writer;
    archive(writer);
    shared_.saved.save(name_, writer.bytes());
  }

  const Shared& shared_;
  const EventNetwork& network_;
  std::string name_;
  EventSimulator<kIntensity> simulator_;
  Recorder recorder_;
  bool ran_away_ = false;
};

/// Measurements and curves of `part` are appended to `whole`.
void append(const system::Realisation& part, system::Realisation& whole) {
  whole.diverged = whole.diverged || part.diverged;
  whole.quantities.insert(whole.quantities.end(), part.quantities.begin(), part.quantities.end());
  whole.curves.insert(whole.curves.end(), part.curves.begin(), part.curves.end());
  whole.warnings.insert(whole.warnings.end(), part.warnings.begin(), part.warnings.end());
}

/// One run, or what was saved of it when it had been finished; none if stopped.
template <Intensity kIntensity>
std::optional<system::Realisation> result_of(const Shared& shared, const EventNetwork& network,
                                             std::uint32_t realisation) {
  const std::string name = fmt::format("finished-{}-{}", realisation, network.replicas);
  if (const auto bytes = shared.saved.load(name)) {
    shared.progress.add(shared.plan.total_bins());
    return system::realisation_from_bytes(*bytes);
  }
  if (shared.stop.stop_requested()) return std::nullopt;
  Run<kIntensity> run(shared, network, realisation);
  if (!run.run()) return std::nullopt;
  system::Realisation result;
  result.index = static_cast<int>(realisation);
  run.finish(result);
  if (shared.saved.kept()) shared.saved.save(name, system::to_bytes(result));
  return result;
}

system::SimulationOutcome outcome_of(const SpikingDescription& description,
                                     const std::vector<std::optional<system::Realisation>>& parts) {
  system::SimulationOutcome outcome;
  const std::size_t kinds = description.replicas.size();
  outcome.planned = description.simulation.realisations;
  outcome.no_disorder = true;
  outcome.warnings = description.warnings;
  int diverged = 0;
  for (std::size_t r = 0; r < static_cast<std::size_t>(outcome.planned); ++r) {
    system::Realisation whole;
    whole.index = static_cast<int>(r);
    bool complete = true;
    for (std::size_t q = 0; q < kinds; ++q) {
      const auto& part = parts[r * kinds + q];
      complete = complete && part.has_value();
      if (part) append(*part, whole);
    }
    if (!complete) continue;
    diverged += whole.diverged ? 1 : 0;
    outcome.realisations.push_back(std::move(whole));
  }
  if (outcome.realisations.size() < static_cast<std::size_t>(outcome.planned)) {
    outcome.status = system::Status::kInterrupted;
  } else if (diverged > 0) {
    outcome.status = system::Status::kDiverged;
  }
  if (diverged > 0) {
    outcome.warnings.push_back(
        fmt::format("{} of {} realisations ran away and are not used", diverged, outcome.realisations.size()));
  }
  return outcome;
}

}  // namespace

system::SimulationOutcome simulate_network(const SpikingDescription& description, const std::vector<KnownState>& states,
                                           const system::Context& context) {
  std::vector<EventNetwork> networks;
  for (const std::size_t count : description.replicas) {
    networks.emplace_back(description.network, description.matrix.get(), count);
  }
  const CoreSets cores(states);
  const RunPlan plan(description);
  const auto runs = static_cast<std::size_t>(description.simulation.realisations) * networks.size();
  system::SavedStates saved(context.checkpoints, "spiking",
                            context.checkpoints == nullptr ? std::string{} : identity_of(description, states));
  if (description.simulation.method == SimulationMethod::kForwardFlux) {
    return simulate_flux(description, networks, cores, plan, saved, context);
  }
  system::Progress progress(context, plan.total_bins() * static_cast<std::int64_t>(runs));
  const Shared shared{description, cores, plan, context.stop, saved, progress};
  std::vector<std::optional<system::Realisation>> parts(runs);
  compute::Threads threads(static_cast<std::size_t>(std::max(1, context.threads)));
  compute::parallel_for(threads, 0, runs, 1, [&](std::size_t first, std::size_t last) {
    for (std::size_t k = first; k < last; ++k) {
      const EventNetwork& network = networks[k % networks.size()];
      const auto realisation = static_cast<std::uint32_t>(k / networks.size());
      parts[k] = network.intensity == Intensity::kLinear
                     ? result_of<Intensity::kLinear>(shared, network, realisation)
                     : result_of<Intensity::kExponential>(shared, network, realisation);
    }
  });
  return outcome_of(description, parts);
}

}  // namespace limes::spiking

#include "limes/spiking/simulation/flux_simulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "limes/base/archive.hpp"
#include "limes/base/errors.hpp"
#include "limes/compute/threads.hpp"
#include "limes/spiking/simulation/forward_flux.hpp"
#include "limes/system/progress.hpp"

namespace limes::spiking {

namespace {

using Interfaces = std::array<FluxInterfaces, 2>;
using Estimates = std::array<FluxEstimate, 2>;

/// What was saved under `name`, or what `make` gives, which is saved then.
template <typename Value, typename Make>
Value kept_or_made(system::SavedStates& saved, const std::string& name, Make&& make) {
  Value value;
  if (const auto bytes = saved.load(name)) {
    ArchiveReader reader(*bytes);
    for (auto& part : value) part.archive(reader);
    return value;
  }
  value = make();
  if (saved.kept()) {
    ArchiveWriter writer;
    for (auto& part : value) part.archive(writer);
    saved.save(name, writer.bytes());
  }
  return value;
}

/// All estimates of one network; none where one was not finished or the network ran away.
struct Sampled {
  std::optional<Interfaces> interfaces;
  std::vector<std::optional<Estimates>> estimates;
};

/// The mean of g_r is 1/mean(rate) without its bias of order 1/n, and their scatter gives its error: g_r = n/mean -
/// (n - 1)/(mean without r), the pseudo-values of M. H. Quenouille and J. W. Tukey. Empty where one is not finite.
std::vector<double> inverse_pseudo_values(const std::vector<double>& rates) {
  double sum = 0.0;
  for (const double rate : rates) sum += rate;
  const auto n = static_cast<double>(rates.size());
  if (!(sum > 0.0)) return {};
  if (rates.size() == 1) return {1.0 / sum};
  std::vector<double> values;
  for (const double rate : rates) {
    if (!(sum - rate > 0.0)) return {};
    values.push_back(n * n / sum - (n - 1.0) * (n - 1.0) / (sum - rate));
  }
  return values;
}

std::string joined(const std::string& label, const std::string& state) {
  return label.empty() ? state : label + "/" + state;
}

system::MeasuredCurve reaching(const std::string& label, const FluxInterfaces& interfaces,
                               const FluxEstimate& estimate) {
  system::MeasuredCurve curve{"reaching_probability", {{"progress", "1", interfaces.levels}}, {}, std::nullopt, label};
  curve.axes[0].values.push_back(1.0);
  curve.values.shape = {interfaces.levels.size() + 1};
  double probability = 1.0;
  curve.values.values.push_back(probability);
  for (const double step : estimate.probabilities) curve.values.values.push_back(probability *= step);
  return curve;
}

void measure(const Sampled& sampled, const CoreSets& cores, const std::string& label,
             std::vector<system::Realisation>& realisations, std::vector<std::string>& warnings) {
  std::vector<std::size_t> finished;
  for (std::size_t r = 0; r < sampled.estimates.size(); ++r) {
    if (sampled.estimates[r]) finished.push_back(r);
  }
  for (const std::size_t r : finished) {
    const Estimates& estimates = *sampled.estimates[r];
    const system::Tensor rates(std::vector<std::size_t>{2, 2},
                               std::vector<double>{0.0, estimates[0].rate, estimates[1].rate, 0.0});
    realisations[r].quantities.push_back({"transition_rate", rates, std::nullopt, joined(label, "all_states")});
  }
  for (std::size_t k = 0; k < 2; ++k) {
    const std::string state = joined(label, cores.state(k).label);
    std::vector<double> rates;
    for (const std::size_t r : finished) rates.push_back((*sampled.estimates[r])[k].rate);
    const std::vector<double> times = inverse_pseudo_values(rates);
    for (std::size_t f = 0; f < finished.size(); ++f) {
      system::Realisation& result = realisations[finished[f]];
      const FluxEstimate& estimate = (*sampled.estimates[finished[f]])[k];
      const auto scalar = [&](const char* name, double value) {
        result.quantities.push_back({name, system::Tensor(value), std::nullopt, state});
      };
      if (!times.empty()) scalar("mean_residence_time", times[f]);
      scalar("settling_factor", estimate.settling_factor);
      scalar("interface_count", static_cast<double>((*sampled.interfaces)[k].levels.size()));
      result.curves.push_back(reaching(state, (*sampled.interfaces)[k], estimate));
    }
    const auto none = std::count(rates.begin(), rates.end(), 0.0);
    if (none > 0) {
      warnings.push_back(
          fmt::format("{} of {} estimates of leaving {} are 0: no trajectory arrived; take more "
                      "simulation.trials",
                      none, rates.size(), state));
    }
  }
}

}  // namespace

system::SimulationOutcome simulate_flux(const SpikingDescription& description,
                                        const std::vector<EventNetwork>& networks, const CoreSets& cores,
                                        const RunPlan& plan, system::SavedStates& saved,
                                        const system::Context& context) {
  if (cores.count() != 2) {
    const std::string found = cores.count() == 0 ? "fewer than two" : fmt::format("{}", cores.count());
    throw InputError(
        fmt::format("forward flux sampling goes from one of two stable states to the other, and there are {}", found),
        "name two in detection.states, or say simulation.method = \"direct\"");
  }
  const auto count = static_cast<std::size_t>(description.simulation.realisations);
  FluxOptions options;
  options.seed = description.seed;
  options.trials = description.simulation.trials;
  options.flux_bins = plan.measured_bins;

  std::vector<Sampled> sampled(networks.size());
  system::Progress progress(context, static_cast<std::int64_t>(networks.size() * (count + 1)));
  compute::Threads threads(static_cast<std::size_t>(std::max(1, context.threads)));
  std::vector<std::string> failures(networks.size() * (count + 1));  // of the interfaces, then of the runs
  compute::parallel_for(threads, 0, networks.size(), 1, [&](std::size_t first, std::size_t last) {
    for (std::size_t q = first; q < last; ++q) {
      try {
        sampled[q].interfaces = kept_or_made<Interfaces>(
            saved, fmt::format("interfaces-{}", networks[q].replicas),
            [&] { return choose_interfaces(networks[q], cores, plan, options, context.stop); });
        progress.add(1);
      } catch (const InterruptedError&) {  // told from what is missing
      } catch (const ConvergenceError& error) {
        failures[q] = error.what();
      }
    }
  });
  // One byte per run: the threads write side by side.
  std::vector<char> ran_away(networks.size() * count, 0);
  for (Sampled& of_network : sampled) of_network.estimates.resize(count);
  compute::parallel_for(threads, 0, networks.size() * count, 1, [&](std::size_t first, std::size_t last) {
    for (std::size_t k = first; k < last; ++k) {
      const std::size_t q = k % networks.size();
      const std::size_t r = k / networks.size();
      if (!sampled[q].interfaces) continue;
      try {
        sampled[q].estimates[r] =
            kept_or_made<Estimates>(saved, fmt::format("flux-{}-{}", r, networks[q].replicas), [&] {
              const auto estimates = sample_forward_flux(networks[q], cores, plan, *sampled[q].interfaces, options,
                                                         static_cast<std::uint32_t>(r), context.stop);
              if (!estimates) ran_away[k] = 1;
              return estimates.value_or(Estimates{});
            });
        progress.add(1);
      } catch (const InterruptedError&) {
      } catch (const ConvergenceError& error) {
        failures[networks.size() + k] = error.what();
      }
    }
  });

  system::SimulationOutcome outcome;
  outcome.planned = description.simulation.realisations;
  outcome.no_disorder = true;
  outcome.warnings = description.warnings;
  std::vector<system::Realisation> realisations(count);
  std::vector<bool> complete(count, true);
  for (std::size_t q = 0; q < networks.size(); ++q) {
    for (std::size_t r = 0; r < count; ++r) {
      complete[r] = complete[r] && sampled[q].estimates[r].has_value();
      if (ran_away[r * networks.size() + q] == 0) continue;
      realisations[r].diverged = true;
      sampled[q].estimates[r].reset();
    }
    const std::string label = description.replica_list ? fmt::format("replicas-{}", networks[q].replicas) : "";
    if (sampled[q].interfaces) measure(sampled[q], cores, label, realisations, outcome.warnings);
  }
  bool diverged = false;
  for (std::size_t r = 0; r < count; ++r) {
    if (!complete[r]) continue;
    realisations[r].index = static_cast<int>(r);
    diverged = diverged || realisations[r].diverged;
    outcome.realisations.push_back(std::move(realisations[r]));
  }
  bool failed = false;
  for (const std::string& failure : failures) {
    if (failure.empty()) continue;
    failed = true;
    if (std::find(outcome.warnings.begin(), outcome.warnings.end(), failure) == outcome.warnings.end()) {
      outcome.warnings.push_back(failure);
    }
  }
  if (failed) {
    outcome.status = system::Status::kNotConverged;
  } else if (outcome.realisations.size() < count) {
    outcome.status = system::Status::kInterrupted;
  } else if (diverged) {
    outcome.status = system::Status::kDiverged;
  }
  return outcome;
}

}  // namespace limes::spiking

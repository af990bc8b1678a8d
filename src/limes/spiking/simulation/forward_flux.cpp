#include "limes/spiking/simulation/forward_flux.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "limes/base/errors.hpp"
#include "limes/math/random.hpp"
#include "limes/spiking/simulation/flux_walker.hpp"

namespace limes::spiking {

namespace {

constexpr double kSettling = 10.0;          // filter times after which a state has forgotten how it was entered
constexpr std::int64_t kChoiceBins = 4000;  // at least, by which the first levels are chosen
constexpr double kShare = 0.25;             // of the trajectories that reach the next interface
constexpr double kStartQuantile = 0.9;
constexpr std::size_t kMostInterfaces = 500;
constexpr int kMostAttempts = 1000;
// Realisations of the sampling and of the choice of interfaces; direct runs have those from 0.
constexpr std::uint32_t kSamplingRealisation = 1U << 30;
constexpr std::uint32_t kChoiceRealisation = 1U << 31;
constexpr std::uint64_t kChoiceOfStates = std::uint64_t{1} << 40;  // the stream by which stored states are drawn

struct RanAway {};

template <Intensity kIntensity>
class ForwardFlux {
 public:
  ForwardFlux(const EventNetwork& network, const CoreSets& cores, const RunPlan& plan, const FluxOptions& options,
              std::uint32_t realisation, const StopToken& stop)
      : network_(network),
        cores_(cores),
        options_(options),
        stop_(stop),
        settling_bins_(static_cast<std::int64_t>(std::ceil(kSettling * plan.filter / plan.bin))),
        bin_(plan.bin),
        walker_(network, cores, plan, options.seed, realisation),
        draws_(options.seed, realisation, math::Purpose::kEvents, kChoiceOfStates) {}

  FluxInterfaces choose(std::size_t from);
  /// The estimate from the settled state; `arrived` are the states in which the other core was entered.
  FluxEstimate leave(std::size_t from, const FluxInterfaces& interfaces, std::vector<FluxState>& arrived);
  /// The share of `arrivals` in state `in` that does not leave it while it settles.
  double staying(std::size_t in, const std::vector<FluxState>& arrivals);
  [[nodiscard]] double settling_time() const { return static_cast<double>(settling_bins_) * bin_; }

 private:
  void step() {
    if (!walker_.step()) throw RanAway{};
    if ((++steps_ & 63U) == 0) stop_.check();
  }
  [[nodiscard]] FluxState typical(std::size_t state) const;
  void settle(std::size_t in);
  template <typename OnBin>
  void hold(std::size_t in, std::int64_t bins, OnBin&& on_bin);
  template <typename OnEnd>
  void try_from(const std::vector<FluxState>& states, std::size_t from, double home, double goal, OnEnd&& on_end);
  std::vector<FluxState> cross_first(std::size_t from, const FluxInterfaces& interfaces, std::int64_t bins,
                                     double& flux);

  const EventNetwork& network_;
  const CoreSets& cores_;
  const FluxOptions& options_;
  const StopToken& stop_;
  std::int64_t settling_bins_;
  double bin_;
  FluxWalker<kIntensity> walker_;
  math::RandomStream draws_;
  std::uint64_t steps_ = 0;
};

/// All neurons where their intensity is the rate of the state, and the trace there.
template <Intensity kIntensity>
FluxState ForwardFlux<kIntensity>::typical(std::size_t state) const {
  FluxState result{std::vector<double>(network_.neurons()), cores_.state(state).rates};
  for (std::size_t n = 0; n < result.y.size(); ++n) {
    const std::size_t unit = n % network_.units;
    const double rate = std::max(cores_.state(state).rates[network_.group_of[unit]], 1e-12);
    const double base = network_.base[unit];
    result.y[n] = kIntensity == Intensity::kExponential ? std::log(rate / base) : rate - base;
  }
  return result;
}

/// Starts in a state and goes on until it has settled there.
template <Intensity kIntensity>
void ForwardFlux<kIntensity>::settle(std::size_t in) {
  const FluxState start = typical(in);
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    walker_.start(start);
    bool held = true;
    bool seen = false;
    for (std::int64_t bin = 0; bin < settling_bins_ && held; ++bin) {
      step();
      seen = seen || walker_.is_in(in);
      held = !walker_.is_in(1 - in);
    }
    if (held && seen) return;
  }
  throw ConvergenceError(
      fmt::format("forward flux sampling: none of {} runs from {} held that state for {:g} filter time constants",
                  kMostAttempts, cores_.state(in).label, kSettling),
      1.0);
}

/// `bins` bins of the settled state. When the other core is entered, the bin of which is the last, another run begins.
/// on_bin(whether this is the first bin of a run).
template <Intensity kIntensity>
template <typename OnBin>
void ForwardFlux<kIntensity>::hold(std::size_t in, std::int64_t bins, OnBin&& on_bin) {
  settle(in);
  bool first = true;
  for (std::int64_t bin = 0; bin < bins; ++bin) {
    step();
    on_bin(first);
    first = walker_.is_in(1 - in);
    if (first) settle(in);
  }
}

/// One trial after the other from states drawn at random, each until it is home or at its goal (a level, or beyond 1
/// the other core). on_end(whether at the goal).
template <Intensity kIntensity>
template <typename OnEnd>
void ForwardFlux<kIntensity>::try_from(const std::vector<FluxState>& states, std::size_t from, double home, double goal,
                                       OnEnd&& on_end) {
  for (std::size_t trial = 0; trial < options_.trials; ++trial) {
    walker_.start(states[draws_.below(states.size())]);
    while (true) {
      const double place = walker_.progress(from);
      if (place >= goal || walker_.is_in(1 - from)) {
        on_end(true);
        break;
      }
      if (place < home) {
        on_end(false);
        break;
      }
      step();
    }
  }
}

/// States that cross the first level outwards, having been home before: at most `trials`, drawn from all.
template <Intensity kIntensity>
std::vector<FluxState> ForwardFlux<kIntensity>::cross_first(std::size_t from, const FluxInterfaces& interfaces,
                                                            std::int64_t bins, double& flux) {
  std::vector<FluxState> crossing;
  std::uint64_t count = 0;
  bool home = false;
  hold(from, bins, [&](bool first) {
    const double place = walker_.progress(from);
    if (first) home = false;
    home = home || place < interfaces.home;
    if (!home || place < interfaces.levels.front()) return;
    home = false;
    ++count;
    if (crossing.size() < options_.trials) {
      crossing.push_back(walker_.state());
    } else if (const std::uint64_t slot = draws_.below(count); slot < crossing.size()) {
      crossing[slot] = walker_.state();
    }
  });
  flux = static_cast<double>(count) / (static_cast<double>(bins) * bin_);
  return crossing;
}

template <Intensity kIntensity>
FluxInterfaces ForwardFlux<kIntensity>::choose(std::size_t from) {
  FluxInterfaces result;
  std::vector<double> places;
  const std::int64_t bins = std::max(kChoiceBins, options_.flux_bins);
  hold(from, bins, [&](bool) { places.push_back(walker_.progress(from)); });
  std::sort(places.begin(), places.end());
  const auto quantile = [](const std::vector<double>& sorted, double share) {
    return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
  };
  result.home = quantile(places, 0.5);
  result.levels = {std::min(quantile(places, kStartQuantile), 0.9)};
  double flux = 0.0;
  std::vector<FluxState> states = cross_first(from, result, bins, flux);
  while (!states.empty() && result.levels.size() < kMostInterfaces) {
    // How far the trajectories get, ...
    std::vector<double> reached;
    for (std::size_t trial = 0; trial < options_.trials; ++trial) {
      walker_.start(states[draws_.below(states.size())]);
      double farthest = walker_.progress(from);
      while (walker_.progress(from) >= result.home && !walker_.is_in(1 - from)) {
        step();
        farthest = std::max(farthest, walker_.progress(from));
      }
      reached.push_back(walker_.is_in(1 - from) ? 1.0 : std::min(farthest, 1.0));
    }
    std::sort(reached.begin(), reached.end());
    double next = quantile(reached, 1.0 - kShare);
    // ... and where steps are coarse, the nearest place beyond this interface.
    const auto beyond = std::upper_bound(reached.begin(), reached.end(), result.levels.back() + 1e-6);
    if (beyond == reached.end()) break;
    next = std::max(next, *beyond);
    if (next >= 0.999) return result;
    std::vector<FluxState> arrived;
    try_from(states, from, result.home, next, [&](bool there) {
      if (there) arrived.push_back(walker_.state());
    });
    result.levels.push_back(next);
    states = std::move(arrived);
  }
  throw ConvergenceError(
      fmt::format("forward flux sampling: no trajectory from {} gets beyond {:.3f} of the way to {}; take more "
                  "simulation.trials or a longer simulation.duration",
                  cores_.state(from).label, result.levels.back(), cores_.state(1 - from).label),
      1.0 - result.levels.back());
}

template <Intensity kIntensity>
FluxEstimate ForwardFlux<kIntensity>::leave(std::size_t from, const FluxInterfaces& interfaces,
                                            std::vector<FluxState>& arrived) {
  FluxEstimate result;
  result.probabilities.assign(interfaces.levels.size(), 0.0);
  std::vector<FluxState> states = cross_first(from, interfaces, options_.flux_bins, result.flux);
  result.rate = result.flux;
  for (std::size_t i = 0; i < interfaces.levels.size(); ++i) {
    arrived.clear();
    if (states.empty()) {
      result.rate = 0.0;
      return result;
    }
    const bool last = i + 1 == interfaces.levels.size();
    // Beyond any progress: only the core of the other state ends a trial of the last interface.
    const double goal = last ? HUGE_VAL : interfaces.levels[i + 1];
    try_from(states, from, interfaces.home, goal, [&](bool there) {
      if (there) arrived.push_back(walker_.state());
    });
    result.probabilities[i] = static_cast<double>(arrived.size()) / static_cast<double>(options_.trials);
    result.rate *= result.probabilities[i];
    if (!last) states.swap(arrived);
  }
  return result;
}

template <Intensity kIntensity>
double ForwardFlux<kIntensity>::staying(std::size_t in, const std::vector<FluxState>& arrivals) {
  std::size_t stayed = 0;
  for (std::size_t trial = 0; trial < options_.trials; ++trial) {
    walker_.start(arrivals[draws_.below(arrivals.size())]);
    bool here = true;
    for (std::int64_t bin = 0; bin < settling_bins_ && here; ++bin) {
      step();
      here = !walker_.is_in(1 - in);
    }
    stayed += here ? 1 : 0;
  }
  return static_cast<double>(stayed) / static_cast<double>(options_.trials);
}

template <Intensity kIntensity>
std::array<FluxEstimate, 2> estimate(ForwardFlux<kIntensity>& sampling,
                                     const std::array<FluxInterfaces, 2>& interfaces) {
  std::array<FluxEstimate, 2> result;
  std::array<std::vector<FluxState>, 2> arrivals;  // in each state
  for (std::size_t from : {0U, 1U}) result[from] = sampling.leave(from, interfaces[from], arrivals[1 - from]);
  for (std::size_t in : {0U, 1U}) {
    // Where nobody arrived, the other rate is estimated as 0, and how visits begin does not matter beside it.
    if (arrivals[in].empty()) continue;
    const double settled = result[in].rate;
    const double lasting = sampling.staying(in, arrivals[in]) * std::exp(settled * sampling.settling_time());
    result[in].settling_factor = lasting;
    if (lasting > 0.0) result[in].rate = settled / lasting;
  }
  return result;
}

}  // namespace

std::array<FluxInterfaces, 2> choose_interfaces(const EventNetwork& network, const CoreSets& cores, const RunPlan& plan,
                                                const FluxOptions& options, const StopToken& stop) {
  const auto choose = [&](auto sampling) -> std::array<FluxInterfaces, 2> {
    return {sampling.choose(0), sampling.choose(1)};
  };
  try {
    if (network.intensity == Intensity::kLinear) {
      return choose(ForwardFlux<Intensity::kLinear>(network, cores, plan, options, kChoiceRealisation, stop));
    }
    return choose(ForwardFlux<Intensity::kExponential>(network, cores, plan, options, kChoiceRealisation, stop));
  } catch (const RanAway&) {
    throw ConvergenceError("forward flux sampling: the network ran away: more than 2000 spikes per neuron within a bin",
                           1.0);
  }
}

std::optional<std::array<FluxEstimate, 2>> sample_forward_flux(const EventNetwork& network, const CoreSets& cores,
                                                               const RunPlan& plan,
                                                               const std::array<FluxInterfaces, 2>& interfaces,
                                                               const FluxOptions& options, std::uint32_t realisation,
                                                               const StopToken& stop) {
  const std::uint32_t own = kSamplingRealisation + realisation;
  try {
    if (network.intensity == Intensity::kLinear) {
      ForwardFlux<Intensity::kLinear> sampling(network, cores, plan, options, own, stop);
      return estimate(sampling, interfaces);
    }
    ForwardFlux<Intensity::kExponential> sampling(network, cores, plan, options, own, stop);
    return estimate(sampling, interfaces);
  } catch (const RanAway&) {
    return std::nullopt;
  }
}

}  // namespace limes::spiking

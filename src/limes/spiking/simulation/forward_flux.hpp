#pragma once
// Rates of leaving metastable states, however rare, by forward flux sampling.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/spiking/simulation/core_sets.hpp"
#include "limes/spiking/simulation/event_network.hpp"
#include "limes/spiking/simulation/recorder.hpp"

namespace limes::spiking {

/// Levels of CoreSets::progress on the way out of a state. A trajectory is back home below `home`, a level within the
/// state; it sets out by crossing levels[0] upwards and has arrived in the core of the other state, the last interface.
struct FluxInterfaces {
  double home = 0.0;
  std::vector<double> levels;

  template <typename Archive>
  void archive(Archive& a) {
    a(home, levels);
  }
};

/// One estimate of leaving a state for the other.
struct FluxEstimate {
  double flux = 0.0;                  ///< crossings of levels[0] per time, each after a return home
  std::vector<double> probabilities;  ///< of reaching the next interface from each
  double settling_factor = 1.0;       ///< survival of a visit from its start over that of the settled state, in the end
  double rate = 0.0;                  ///< exits per time in the state, as core sets count them

  template <typename Archive>
  void archive(Archive& a) {
    a(flux, probabilities, settling_factor, rate);
  }
};

/// What one estimate is made with.
struct FluxOptions {
  std::uint64_t seed = 1;
  std::size_t trials = 1000;      ///< trajectories from each interface
  std::int64_t flux_bins = 4000;  ///< bins in each state by which the flux is measured
};

/// Chooses interfaces for leaving both states of `cores` (which tells two apart): `home` is the median of the progress
/// in a run within the state, levels[0] its nine-tenths quantile, and every further level is reached by a quarter of
/// the trajectories from the one before; when a quarter reaches the other core, the way is complete. Throws
/// ConvergenceError if a state cannot be held for ten filter times, or nothing gets any further; InterruptedError.
[[nodiscard]] std::array<FluxInterfaces, 2> choose_interfaces(const EventNetwork& network, const CoreSets& cores,
                                                              const RunPlan& plan, const FluxOptions& options,
                                                              const StopToken& stop);

/// Forward flux sampling (R. J. Allen, P. B. Warren, P. R. ten Wolde, Phys. Rev. Lett. 94 (2005) 018104) out of both
/// states: rate = flux prod_i P(next interface | interface i), by `trials` trajectories from states drawn from those
/// that arrived, with interfaces that were chosen beforehand, so that every estimate is unbiased. Neurons and trace at
/// the ends of bins are a Markov process, and bins and cores are those of StateDetector: the rate is that which a long
/// run would count.
///
/// A visit begins at the border of its core, where it may end at once, or deep in it, where it will not end soon. Let q
/// be the rate from the settled state, that is ten filter times after entering, and c e^{-q t} the survival of a visit
/// from then on: the mean visit lasts c/q, up to a share of the order |1 - c| settling time q, and the rate of exits is
/// q/c. c, the settling factor, follows from the trajectories that arrived from the other state.
///
/// Nothing if the network runs away. Throws InterruptedError. Same arguments, same bits.
[[nodiscard]] std::optional<std::array<FluxEstimate, 2>> sample_forward_flux(
    const EventNetwork& network, const CoreSets& cores, const RunPlan& plan,
    const std::array<FluxInterfaces, 2>& interfaces, const FluxOptions& options, std::uint32_t realisation,
    const StopToken& stop);

}  // namespace limes::spiking

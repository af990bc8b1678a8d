#pragma once
#include "limes/rate/rate_description.hpp"
#include "limes/system/outcome.hpp"
#include "limes/system/system.hpp"

namespace limes::rate {

/// Simulates the network: `simulation.realisations` independent draws, several at once on the threads of `context`, or
/// repeats on one fixed matrix, batched as columns of one product. Results do not depend on the number of threads.
/// Polls the stop token at every step: an interruption gives status kInterrupted with the finished realisations. With
/// checkpoints, finished realisations are saved at once and running ones every 30 s and on a stop; the same call later
/// goes on from there and gives the bits of an uninterrupted run. Realisations that leave every bound are marked
/// diverged (status kDiverged) and carry only the trajectories up to there.
[[nodiscard]] system::SimulationOutcome simulate_network(const RateDescription& description,
                                                         const system::Context& context);

}  // namespace limes::rate

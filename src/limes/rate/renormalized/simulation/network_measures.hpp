#pragma once
#include "limes/rate/renormalized/simulation/trajectory_recorder.hpp"

namespace limes::rate::renormalized {

/// The named measurements of one network from the averages with gbar, and without it where the run is paired: those of
/// a network without magnetisation, and if most of its trajectories keep a sign those of `magnetised-0` too.
void write_measures(const RenormalizedDescription& description, const SamplePlan& plan, const NetworkAverages& averages,
                    const std::optional<NetworkAverages>& without, system::Realisation& result);

}  // namespace limes::rate::renormalized

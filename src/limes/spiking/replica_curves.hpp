#pragma once
// The curves of one state of the replica limit.

#include <Eigen/Core>

#include "limes/base/interruption.hpp"
#include "limes/spiking/spiking_network.hpp"
#include "limes/spiking/state_writer.hpp"

namespace limes::spiking {

/// The law of the intervals of each group and that of its log-intensity at the state `rates`. `held`: a network holds
/// the state for a while, so that the intervals of its visits stand beside.
void write_curves(const SpikingNetwork& network, const Eigen::VectorXd& rates, bool held, const StopToken& stop,
                  StateWriter& write);

}  // namespace limes::spiking

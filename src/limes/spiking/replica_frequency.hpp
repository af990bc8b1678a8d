#pragma once
// How a state of the replica limit answers modulations, and the spectra of its spike trains.

#include <Eigen/Core>

#include "limes/base/interruption.hpp"
#include "limes/spiking/spiking_network.hpp"
#include "limes/spiking/state_writer.hpp"

namespace limes::spiking {

/// Curves at the state `rates` against angular frequency, 0 first:
/// `frequency_response`: C_ac Jhat_ac(i omega) (note 2.1, equation 10), the modulation of a group's rate by that of
/// another, all other inputs held; rate_gain at 0.
/// `input_response`: of the whole network, the loop closed, to a modulation of the k-th external input of all groups:
/// (I - C o Jhat)^{-1} Jhat_in; left out where the groups have different numbers of external inputs.
/// `power_spectrum`: of one neuron's spikes, beta (1 - |phi|^2)/|1 - phi|^2 with phi = E e^{-i omega ISI} (note 9);
/// beta CV^2 at 0, beta far up.
void write_frequency_curves(const SpikingNetwork& network, const Eigen::VectorXd& rates,
                            const std::vector<double>& isi_cv, const StopToken& stop, StateWriter& write);

}  // namespace limes::spiking

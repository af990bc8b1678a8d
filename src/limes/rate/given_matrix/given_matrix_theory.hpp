#pragma once
#include "limes/rate/rate_description.hpp"
#include "limes/system/outcome.hpp"
#include "limes/system/system.hpp"

namespace limes::rate::given_matrix {

/// The theory of the one network that a given matrix defines:
///   `exact`            |J|_2, the contraction gain, the critical gain (family `exact`);
///   `quenched-0`, ...  the states of the quenched mean field (family `quenched`): an approximation, whose `error` is
///   the
///                      size of what it neglects; curves per neuron over the axis `unit`;
///   `fixed_point-0`, ... fixed points of the network without its noise, with their Jacobian spectra (family
///                      `fixed_point`): at most 24 of those found, stable ones first; never realised with noise.
/// Thresholds that are drawn are those of the simulation. A stimulus is left to the caller. Throws InterruptedError.
[[nodiscard]] system::TheoryOutcome given_matrix_theory(const RateDescription& description,
                                                        const system::Context& context);

}  // namespace limes::rate::given_matrix

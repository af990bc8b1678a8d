#pragma once
// The weights of `spiking.replica`, and whether the network can have a stationary state. Used by describe() only.

#include <memory>
#include <string>

#include "limes/spiking/spiking_description.hpp"

namespace limes::spiking {

/// The matrix of `coupling.file` or `coupling.values`, or null; `origin` is where it came from. Throws InputError where
/// more than one of coupling.weights, total, file and values is given.
[[nodiscard]] std::shared_ptr<const coupling::Matrix> given_matrix(const system::Parameters& parameters,
                                                                   std::string& origin);

/// Sets the weights of a description whose groups and matrix are there. Throws InputError for a wrong shape, and
/// for a negative weight of the linear model.
void describe_weights(const system::Parameters& parameters, SpikingDescription& description);

/// Throws InputError for networks that die out, fall silent or run away (note section 3).
void check_stationarity(const system::Parameters& parameters, const SpikingDescription& description);

}  // namespace limes::spiking

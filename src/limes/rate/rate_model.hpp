#pragma once
// What both rate systems share: the model made from parameters, and the parameters at half the size.

#include <memory>
#include <optional>

#include "limes/rate/rate_description.hpp"
#include "limes/system/system.hpp"

namespace limes::rate {

/// The two witnesses of one network: simulate_network() and solve_theory(), and for a given matrix of at most 3000
/// neurons an ensemble of 39 iid surrogates (with 39 a value beyond all of them has p = 0.05, two-sided).
[[nodiscard]] std::unique_ptr<system::Model> make_model(RateDescription description);

/// `parameters` with every default that depends on other keys or on a file filled in from their description.
[[nodiscard]] system::Parameters complete_parameters(const system::Parameters& parameters,
                                                     const RateDescription& description);

/// The same network at half its size, everything else as it is; none where the size is tied to a fixed matrix or to
/// values given per neuron, or is too small to halve.
[[nodiscard]] std::optional<system::Parameters> half_size_parameters(const system::Parameters& parameters,
                                                                     TimeKind time);

/// References of the note, section 0, that both systems rest on.
[[nodiscard]] std::vector<std::string> shared_references();

/// Sign, noise and unit conventions that both systems share.
[[nodiscard]] std::vector<std::string> shared_conventions();

/// Where the theory of either system fails, one statement a line.
[[nodiscard]] std::vector<std::string> shared_limits();

}  // namespace limes::rate

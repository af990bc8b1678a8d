#pragma once
// Reading of `network.transfer` and `network.expression`. Used by the describe() of each system only.

#include <memory>

#include "limes/system/parameters.hpp"
#include "limes/transfer/expression.hpp"
#include "limes/transfer/transfer.hpp"

namespace limes::rate {

using KnownExpression = std::shared_ptr<const transfer::Expression>;

/// `network.transfer`, and where that is the user's own function `network.expression`; at gain 1. An expression of the
/// same text that is `known` is not parsed again. Throws InputError with the key's place.
[[nodiscard]] transfer::Transfer describe_transfer(const system::Parameters& parameters, const KnownExpression& known);

/// Throws InputError with the key's place unless f(-u) = -f(u).
void require_odd(const system::Parameters& parameters, const transfer::Transfer& transfer);

}  // namespace limes::rate

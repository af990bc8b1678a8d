#pragma once

#include <span>

#include "limes/transfer/transfer.hpp"

namespace limes::compute {

/// f[i] = f(u[i]), vectorised, for every kind of transfer function. `f` may be `u` itself, but must not overlap it
/// otherwise; both have the same length. The result of an element does not depend on its place in the span.
/// double: within 4 units in the last place or 1e-15 absolute of the exact value; float: within 1e-6 (bounded kinds,
/// relative for relu and linear). NaN stays NaN; infinities give the limits.
void apply_transfer(const transfer::Transfer& transfer, std::span<const double> u, std::span<double> f);
void apply_transfer(const transfer::Transfer& transfer, std::span<const float> u, std::span<float> f);

/// As above, and slope[i] = f'(u[i]), to the same accuracy times max f'. The value is bit for bit that of
/// `apply_transfer`.
void apply_transfer_with_slope(const transfer::Transfer& transfer, std::span<const double> u, std::span<double> f,
                               std::span<double> slope);
void apply_transfer_with_slope(const transfer::Transfer& transfer, std::span<const float> u, std::span<float> f,
                               std::span<float> slope);

}  // namespace limes::compute

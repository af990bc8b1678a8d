#pragma once
// The user's own transfer function on vectors, operation by operation on blocks. For transfer_kernels.cpp only.

#include <span>

#include "limes/transfer/transfer.hpp"

namespace limes::compute {

/// f[i] = h(g u[i]), and where `slope` is not empty slope[i] = g h'(g u[i]). Single precision is computed in double, so
/// that an expression with cancellation loses no more digits than it must.
void apply_expression(const transfer::Transfer& transfer, std::span<const double> u, std::span<double> f,
                      std::span<double> slope);
void apply_expression(const transfer::Transfer& transfer, std::span<const float> u, std::span<float> f,
                      std::span<float> slope);

}  // namespace limes::compute

#pragma once
// What the machine itself can do, measured with the instructions that the kernels use and with all its processors.

#include <cstddef>

#include "limes/compute/threads.hpp"

namespace limes::bench {

/// Reads `bytes` (a multiple of 64) at `memory` (aligned to 64) once, each thread its chunks from end to end, and does
/// next to nothing with them. The result depends on the contents, so that nothing can be left out.
double read_through(compute::Threads& threads, const std::byte* memory, std::size_t bytes);

/// `rounds` rounds of twelve independent fused multiply-adds on registers, on every thread of the team; returns how
/// many floating-point operations that was (two per multiply-add and lane). T: double or float.
template <typename T>
double multiply_add_in_registers(compute::Threads& threads, std::size_t rounds);

}  // namespace limes::bench

#pragma once
// One integration of the two-time equations of the flow at one step. Internal to two_time_flow.

#include "limes/rate/theory/two_time_flow.hpp"

namespace limes::rate::theory {

/// The trapezoidal solution at `points` times of spacing stride h.
[[nodiscard]] TwoTimeSolution two_time_trapezoid(const PopulationEnsemble& ensemble, double h, std::size_t stride,
                                                 std::size_t points, const InputFunctions& input,
                                                 const StopToken& stop);

}  // namespace limes::rate::theory

#pragma once
// The form of results that both witnesses share: which of them hold one value per population, and the grids of curves.

#include <string_view>
#include <vector>

#include "limes/rate/rate_description.hpp"
#include "limes/system/outcome.hpp"

namespace limes::rate {

/// The quantities and curves that are arrays over populations where `network.size` is an array: the mean, variance,
/// frozen variance, mean output, field moments, autocovariance, power spectrum and trajectories. The others (exponent,
/// radius, norm, ...) belong to the whole network and stay scalars.
[[nodiscard]] bool is_per_population(std::string_view name);

/// `value` as an array of one population if the results are arrays and `name` is per population, else as it is.
[[nodiscard]] system::Tensor quantity_of_population(const RateDescription& description, std::string_view name,
                                                    system::Tensor value);

/// Puts the axis `population` first (axes and shape of `values`) if the results are arrays and `name` is per
/// population.
void put_population_axis(const RateDescription& description, std::string_view name, std::vector<system::Axis>& axes,
                         system::Tensor& values);

/// `step` or `tau`.
[[nodiscard]] std::string_view time_unit(TimeKind time);

/// The axis `lag`: 0, lag_step, ..., points - 1 of them.
[[nodiscard]] system::Axis lag_axis(const RateDescription& description, std::size_t points);

/// The angular frequencies of `power_spectrum`: 0 to pi per step (129 points), or 0 to 10 per tau (201 points).
[[nodiscard]] std::vector<double> spectrum_frequencies(TimeKind time);

}  // namespace limes::rate

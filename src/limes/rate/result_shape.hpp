#pragma once
// The form of results that both witnesses share: arrays over populations, and the grids of curves.

#include <cstdint>
#include <string_view>
#include <vector>

#include "limes/rate/rate_description.hpp"
#include "limes/system/outcome.hpp"

namespace limes::rate {

/// One value per population: an array if the results are arrays, else the only value.
[[nodiscard]] system::Tensor per_population(const RateDescription& description, std::vector<double> values);

/// The values of a curve, one row per population, each over the grid of `axes`: with `population` as first dimension if
/// the results are arrays.
[[nodiscard]] system::Tensor curve_values(const RateDescription& description, const std::vector<system::Axis>& axes,
                                          const std::vector<std::vector<double>>& rows);

/// The quantities and curves that are arrays over populations where `network.size` is an array: the mean, variance,
/// frozen variance, mean output, field moments, autocovariance, power spectrum, trajectories and covariances. The
/// others (exponent, radius, norm, ...) belong to the whole network and stay scalars.
[[nodiscard]] bool is_per_population(std::string_view name);

/// For theories of one population: `value` as an array of one population if the results are arrays and `name` is per
/// population, else as it is.
[[nodiscard]] system::Tensor quantity_of_population(const RateDescription& description, std::string_view name,
                                                    system::Tensor value);

/// Likewise the axis `population` of a curve (axes and shape of `values`).
void put_population_axis(const RateDescription& description, std::string_view name, std::vector<system::Axis>& axes,
                         system::Tensor& values);

/// Puts the axis `population` first if the results are arrays.
void put_population_axis(const RateDescription& description, std::vector<system::Axis>& axes);

/// Times at which both sides give the two-time covariance: k * stride integration steps, k < points (at most 201, the
/// last one the horizon or the last multiple below).
struct TwoTimeGrid {
  std::int64_t stride = 1;
  std::size_t points = 1;
};
[[nodiscard]] TwoTimeGrid two_time_grid(const RateDescription& description);

/// How many neuron lags 0, 1, ... `neighbour_covariance` has: beyond the reach of the row covariance it is 0.
[[nodiscard]] std::size_t neighbour_lags(const RateDescription& description);

/// Whether `jacobian_radius` has a meaning: the bulk of the spectrum of J Lambda is a disc for independent couplings.
[[nodiscard]] bool has_bulk_radius(const RateDescription& description);

/// `step` or `tau`.
[[nodiscard]] std::string_view time_unit(TimeKind time);

/// The axis `lag`: 0, lag_step, ..., points - 1 of them.
[[nodiscard]] system::Axis lag_axis(const RateDescription& description, std::size_t points);

/// The angular frequencies of `power_spectrum`: 0 to pi per step (129 points), or 0 to 10 per tau (201 points).
[[nodiscard]] std::vector<double> spectrum_frequencies(TimeKind time);

}  // namespace limes::rate

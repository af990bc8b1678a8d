#pragma once
#include <span>

#include "limes/rate/rate_description.hpp"

namespace limes::rate {

/// Radius R of the bulk of the spectrum of J Lambda (note rate-networks 4.5): R^2 is the Perron root of the P x P
/// matrix (1/N_a) sum over j in b of c_aj f'(u_j)^2 -> J_ab^2 E f_b'^2, with c_aj the Network::column_power (P N
/// values) and `slope` the N values f'(u_j).
[[nodiscard]] double bulk_radius(const RateDescription& description, std::span<const double> column_power,
                                 std::span<const double> slope);

/// The same of the sum that R^2 is for one population; used to average R^2 over time.
[[nodiscard]] double bulk_radius_square(const RateDescription& description, std::span<const double> column_power,
                                        std::span<const double> slope);

}  // namespace limes::rate

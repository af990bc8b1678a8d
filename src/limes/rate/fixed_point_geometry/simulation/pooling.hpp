#pragma once
// Averages over all fixed points of all networks (annealed, as the theory's) from those of each network.

#include <string>
#include <vector>

#include "limes/system/outcome.hpp"

namespace limes::rate::fixed_points {

/// The names of measurements and curves that are means over the fixed points of one network.
[[nodiscard]] const std::vector<std::string>& pooled_names();

/// Replaces them by numbers whose mean over realisations is the mean over all fixed points of all networks,
/// R = sum_r n_r v_r / sum_r n_r, and whose standard error is that of R to first order: R + (n_r/mean n)(v_r - R), n_r
/// the `fixed_point_count`. A realisation without fixed points contributes R. Adds `finite_complexity`, (1/N) ln mean
/// n, likewise. Without any fixed point in any network there is nothing to add.
void pool(std::vector<system::Realisation>& realisations, std::size_t size);

}  // namespace limes::rate::fixed_points

#pragma once
// Named results of one network, and of all networks of an ensemble.

#include <string>

#include "limes/rate/random_modes/simulation/snapshots.hpp"
#include "limes/system/outcome.hpp"

namespace limes::rate::random_modes {

/// Appends the measurements of one network, under `label`, with standard errors by leaving out one trajectory at a
/// time.
void write_network(const SnapshotPlan& plan, const PopulationMeasures& measures, const std::string& label,
                   bool with_locked, system::Realisation& result);

/// Ratios of averages over networks in place of averages of ratios (the covariances of single networks scatter widely
/// and to one side): the values of participation ratios, normalised curves and time scales become jackknife
/// pseudo-values, whose mean is the ratio of means with its bias removed and whose standard error is that of the
/// jackknife. Adds the median of Psi. Nothing is done to a single realisation.
void combine_networks(std::vector<system::Realisation>& realisations);

}  // namespace limes::rate::random_modes

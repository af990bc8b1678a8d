#pragma once
// A matrix that looks like a connectome, for demonstrations that need one where no file is at hand.

#include <cstdint>

#include "limes/coupling/matrix.hpp"

namespace limes::coupling {

struct HeavyTailed {
  Eigen::Index size = 300;
  double mean_degree = 20.0;          ///< mean number of sources per target, > 0 and <= N - 1
  double inhibitory_fraction = 0.2;   ///< fraction of sources whose weights are all negative (Dale), in [0, 1]
  double weight_log_deviation = 1.0;  ///< standard deviation of ln |weight|; the weights are log-normal with mean 1
  double degree_exponent = 2.5;       ///< in-degrees are Pareto: P(degree > k) ~ k^-exponent, > 1; cut at N - 1
};

/// Draws a sparse, signed, heavy-tailed matrix without self-connections: in-degrees from a Pareto law of the given
/// mean, sources without replacement, magnitudes log-normal, sign by source. round(fraction N) sources, drawn at
/// random, are inhibitory, and inhibitory weights are (1 - f) / f times stronger, so that the mean input balances, as
/// cortical circuits do and as a matrix of radius near its deviation needs. (f = 0 or 1: no balance.) Reproducible from
/// `seed` and `realisation`. Throws InputError for parameters out of range.
[[nodiscard]] SparseMatrix heavy_tailed_matrix(std::uint64_t seed, const HeavyTailed& law,
                                               std::uint32_t realisation = 0);

}  // namespace limes::coupling

#pragma once
// Diluted ensembles (note rate-networks.md, section 2, 4): J_ij = s_ij w_ij with weights w ~ N(Jbar/K, J^2/K).
// `kBernoulli`: each s_ij is 1 with probability K/N. `kFixedInDegree`: every row has exactly K sources, drawn without
// replacement. Self-connections are allowed.

#include <cstddef>
#include <cstdint>
#include <span>

#include "limes/coupling/matrix.hpp"

namespace limes::coupling {

enum class Dilution { kBernoulli, kFixedInDegree };

/// The laws of all pairs of populations, rows = target: Jbar_ab, J_ab, K_ab.
struct DilutedLaw {
  Dilution dilution = Dilution::kBernoulli;
  Eigen::MatrixXd mean, deviation, degree;
};

/// The matrix of (seed, realisation) with populations of `sizes` neurons. Memory is proportional to the entries; each
/// row has its own stream. Throws InputError where a degree is negative or above the number of sources, a fixed one is
/// no whole number, or the matrix would hold more than 2^31 - 1 entries.
[[nodiscard]] SparseMatrix diluted_matrix(std::uint64_t seed, std::uint32_t realisation,
                                          std::span<const std::size_t> sizes, const DilutedLaw& law);

}  // namespace limes::coupling

#pragma once
// The independent Gaussian ensemble: J_ij = Jbar / N + J n_ij / sqrt(N) (note rate-networks.md, section 2). The
// diagonal is drawn like every other entry.

#include <cstdint>
#include <span>

#include "limes/coupling/matrix.hpp"
#include "limes/math/random.hpp"

namespace limes::coupling {

/// Row `row` of the matrix of (seed, realisation) with `size` units, mean Jbar and deviation J, into `values` (`size`
/// entries). Each row has its own stream: rows can be drawn in any order, by any thread. Throws InputError if `size` is
/// 0, a parameter is not finite or the deviation is negative.
void fill_gaussian_row(std::uint64_t seed, std::uint32_t realisation, Eigen::Index row, Eigen::Index size, double mean,
                       double deviation, std::span<double> values, math::Purpose purpose = math::Purpose::kCoupling);

/// The same numbers in single precision: each is the double rounded to the nearest float.
void fill_gaussian_row(std::uint64_t seed, std::uint32_t realisation, Eigen::Index row, Eigen::Index size, double mean,
                       double deviation, std::span<float> values, math::Purpose purpose = math::Purpose::kCoupling);

/// The whole matrix, row by row as `fill_gaussian_row` draws it.
[[nodiscard]] DenseMatrix gaussian_matrix(std::uint64_t seed, std::uint32_t realisation, Eigen::Index size, double mean,
                                          double deviation, math::Purpose purpose = math::Purpose::kCoupling);

/// `coupling.generator = "portable"`: the numbers of math::portable_normal(seed), row-major.
[[nodiscard]] DenseMatrix portable_matrix(std::uint64_t seed, Eigen::Index size, double mean, double deviation);

}  // namespace limes::coupling

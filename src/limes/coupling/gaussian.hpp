#pragma once
// The independent Gaussian ensemble: J_ij = Jbar / N + J n_ij / sqrt(N) (note rate-networks.md, section 2). The
// diagonal is drawn like every other entry.

#include <cstdint>
#include <span>

#include "limes/coupling/matrix.hpp"
#include "limes/math/random.hpp"

namespace limes::coupling {

/// A run of columns whose entries share one law: offset + factor n, n normal.
struct ColumnLaw {
  std::size_t columns = 0;
  double offset = 0.0;
  double factor = 0.0;
};

/// Row `row` of the matrix of (seed, realisation) whose columns follow `laws` (several populations: Jbar_ab/N_b and
/// J_ab/sqrt(N_b)). `values` has one entry per column. Each row has its own stream: rows can be drawn in any order, by
/// any thread; where the borders lie does not change the normals. Throws std::invalid_argument for another length.
void fill_gaussian_row(std::uint64_t seed, std::uint32_t realisation, std::size_t row, std::span<const ColumnLaw> laws,
                       std::span<double> values, math::Purpose purpose = math::Purpose::kCoupling);
void fill_gaussian_row(std::uint64_t seed, std::uint32_t realisation, std::size_t row, std::span<const ColumnLaw> laws,
                       std::span<float> values, math::Purpose purpose = math::Purpose::kCoupling);

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

/// The same of several populations: `means` and `deviations` hold Jbar_ab and J_ab (row = target), `sizes` the N_b.
[[nodiscard]] DenseMatrix portable_matrix(std::uint64_t seed, std::span<const std::size_t> sizes,
                                          const Eigen::MatrixXd& means, const Eigen::MatrixXd& deviations);

/// Partially symmetric couplings (note rate-networks.md, section 2, 5): Cov(J_ij, J_ji) = eta J^2/N off the diagonal,
/// J_ij = Jbar/N + J (sqrt((1+eta)/2) s_ij + sqrt((1-eta)/2) a_ij)/sqrt(N), s symmetric, a antisymmetric. Throws
/// InputError for eta outside [-1, 1] and what fill_gaussian_row refuses.
[[nodiscard]] DenseMatrix partially_symmetric_matrix(std::uint64_t seed, std::uint32_t realisation, Eigen::Index size,
                                                     double mean, double deviation, double symmetry);

}  // namespace limes::coupling

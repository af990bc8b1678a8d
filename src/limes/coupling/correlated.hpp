#pragma once
// Correlated Gaussian couplings on a ring of neurons (O. Faugeras, J. MacLaurin, Entropy 17 (2015) 4701; note
// rate-networks.md, section 2, 3): Cov(J_ij, J_kl) = J^2 A(k-i) B(l-j)/N, A and B even and of finite reach.

#include <cstdint>
#include <span>
#include <vector>

#include "limes/coupling/matrix.hpp"

namespace limes::coupling {

/// The discrete Fourier transform of A on the ring of `size` neurons, sum_k A(|k|) cos(2 pi k n/size), n = 0 .. size-1.
/// `covariance` holds A(0), A(1), ... and reaches less than half around the ring. Throws std::invalid_argument.
[[nodiscard]] std::vector<double> ring_spectrum(std::span<const double> covariance, std::size_t size);

/// Throws InputError, naming the smallest spectral value, unless A(k) B(l) is the covariance of something: positive
/// semidefinite, i.e. its two-dimensional spectrum is nowhere negative (rounding apart).
void require_covariance(std::span<const double> row_covariance, std::span<const double> column_covariance,
                        std::size_t size);

/// The matrix of (seed, realisation): Jbar/N + J/sqrt(N) S_A W S_B with W white and S_A, S_B the symmetric circulant
/// roots of A and B, applied by FFT along columns and rows (N^2 log N). The diagonal is drawn like the rest. Throws
/// what require_covariance does.
[[nodiscard]] DenseMatrix correlated_matrix(std::uint64_t seed, std::uint32_t realisation, Eigen::Index size,
                                            double mean, double deviation, std::span<const double> row_covariance,
                                            std::span<const double> column_covariance);

}  // namespace limes::coupling

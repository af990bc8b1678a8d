#pragma once
// The oracle of the kernels: the same sums, element by element, in plain scalar code and in the order that
// dense_kernels.hpp and sparse_operator.hpp state.

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace limes::compute::reference {

/// Numbers in [-1, 1) of a fixed pseudo-random sequence (splitmix64), any seed.
template <typename Real>
std::vector<Real> numbers(std::size_t count, std::uint64_t seed) {
  std::vector<Real> result(count);
  for (auto& number : result) {
    seed += 0x9E3779B97F4A7C15ULL;
    std::uint64_t bits = seed;
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9ULL;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBULL;
    bits ^= bits >> 31;
    number = static_cast<Real>(static_cast<double>(bits >> 11) * 0x1p-52 - 1.0);
  }
  return result;
}

/// a * b + c, rounded once or twice as the instruction set in question does.
template <typename Real>
Real multiply_add(Real a, Real b, Real c, bool fused) {
  return fused ? std::fma(a, b, c) : a * b + c;
}

/// One element of Y = J X by the order of batches of at most three columns: lanes of a cache line, halved pairwise.
/// `entry(j)` and `input(j)` are the factors.
template <typename Real, typename Entry, typename Input>
Real lane_sum(std::size_t size, Entry entry, Input input, bool fused) {
  constexpr std::size_t lanes = 64 / sizeof(Real);
  std::array<Real, lanes> sums{};
  for (std::size_t j = 0; j < size; ++j)
    sums[j % lanes] = multiply_add<Real>(entry(j), input(j), sums[j % lanes], fused);
  for (std::size_t half = lanes / 2; half > 0; half /= 2)
    for (std::size_t l = 0; l < half; ++l) sums[l] += sums[l + half];
  return sums[0];
}

/// One element by the order of larger batches, and of the transposed product: one chain.
template <typename Real, typename Entry, typename Input>
Real chain_sum(std::size_t size, Entry entry, Input input, bool fused) {
  Real sum = 0;
  for (std::size_t j = 0; j < size; ++j) sum = multiply_add<Real>(entry(j), input(j), sum, fused);
  return sum;
}

}  // namespace limes::compute::reference

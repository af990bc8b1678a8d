#include "limes/math/random_portable.hpp"

#include <cmath>
#include <numbers>

namespace limes::math {

namespace {

double unit(std::uint64_t z) { return (static_cast<double>(z >> 11) + 0.5) * 0x1p-53; }

}  // namespace

std::uint64_t splitmix64(std::uint64_t seed, std::uint64_t k) {
  std::uint64_t z = seed + k * 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

std::vector<std::uint64_t> portable_bits(std::uint64_t seed, std::size_t count) {
  std::vector<std::uint64_t> bits(count);
  for (std::size_t k = 0; k < count; ++k) bits[k] = splitmix64(seed, k + 1);
  return bits;
}

std::vector<double> portable_normal(std::uint64_t seed, std::size_t count) {
  std::vector<double> normals(count);
  for (std::size_t k = 0; k < count; k += 2) {
    const double radius = std::sqrt(-2.0 * std::log(unit(splitmix64(seed, k + 1))));
    const double angle = 2.0 * std::numbers::pi * unit(splitmix64(seed, k + 2));
    normals[k] = radius * std::cos(angle);
    if (k + 1 < count) normals[k + 1] = radius * std::sin(angle);
  }
  return normals;
}

}  // namespace limes::math

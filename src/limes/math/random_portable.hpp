#pragma once
// Random numbers that anybody can reproduce in ten lines of any language: splitmix64 and Box-Muller, for exact
// cross-checks between programs (note rate-networks.md, section 2.1). Everything else draws from math/random.hpp.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace limes::math {

/// Output k of splitmix64 with state `seed` (G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014): for one k a bijection of
/// the seed, so that it makes unrelated seeds out of neighbouring numbers too.
[[nodiscard]] std::uint64_t splitmix64(std::uint64_t seed, std::uint64_t k);

/// Raw outputs 1, ..., `count` of splitmix64.
[[nodiscard]] std::vector<std::uint64_t> portable_bits(std::uint64_t seed, std::size_t count);

/// The first `count` normals of seed `seed`: U = ((z >> 11) + 1/2) 2^-53 in consecutive pairs (U1, U2), r = sqrt(-2 ln
/// U1), first r cos(2 pi U2), then r sin(2 pi U2). Uses the logarithm, sine and cosine of the standard library.
[[nodiscard]] std::vector<double> portable_normal(std::uint64_t seed, std::size_t count);

}  // namespace limes::math

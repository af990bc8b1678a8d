#include "limes/spiking/simulation/bound_kernels.hpp"

#include <bit>
#include <cmath>
#include <cstdint>

#include "limes/spiking/simulation/fast_exponential.hpp"

// A second copy of each loop for processors with AVX2, chosen at start-up. Its bits are the same.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define LIMES_MULTIVERSION __attribute__((target_clones("avx2", "default")))
#else
#define LIMES_MULTIVERSION
#endif

namespace limes::spiking {

namespace {

inline double larger(double a, double b) { return a > b ? a : b; }

}  // namespace

LIMES_MULTIVERSION void shift_and_bound_exponential(double* __restrict z, double* __restrict bound, std::size_t count,
                                                    double shift, const BoundTerms& terms) {
  const double now = terms.now;
  const double later = terms.later;
  const double base = terms.base;
  constexpr double kRounder = 0x1.8p52;
  for (std::size_t i = 0; i < count; ++i) {
    const double moved = z[i] + shift;
    z[i] = moved;
    const double level = larger(moved * now, moved * later);
    // exponential_bound() with its limits written without branches, at a rounding error of 1e-13: then it vectorises.
    const double high = 0.5 * ((level + 600.0) - std::fabs(level - 600.0));
    const double clamped = 0.5 * ((high - 600.0) + std::fabs(high + 600.0));
    const double power = clamped * kLog2E;
    const double shifted = power + kRounder;
    const double f = (power - (shifted - kRounder)) * kLn2;
    const double series = 1.0 + f * (1.0 + f * (1.0 / 2 + f * (1.0 / 6 + f * (1.0 / 24 + f * (1.0 / 120)))));
    bound[i] = base * std::bit_cast<double>(std::bit_cast<std::uint64_t>(series * kRaised) +
                                            (std::bit_cast<std::uint64_t>(shifted) << 52));
  }
}

LIMES_MULTIVERSION void shift_and_bound_linear(double* __restrict z, double* __restrict bound, std::size_t count,
                                               double shift, const BoundTerms& terms) {
  for (std::size_t i = 0; i < count; ++i) {
    const double moved = z[i] + shift;
    z[i] = moved;
    bound[i] = terms.factor * larger(0.0, terms.base + larger(moved * terms.now, moved * terms.later));
  }
}

}  // namespace limes::spiking

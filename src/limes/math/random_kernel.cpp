#include "limes/math/random_kernel.hpp"

#include <Random123/philox.h>

// A second copy of the two loops for processors with AVX2, chosen at start-up. Its bits are the same.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define LIMES_MULTIVERSION __attribute__((target_clones("avx2", "default")))
#else
#define LIMES_MULTIVERSION
#endif

namespace limes::math::random_kernel {

std::array<std::uint64_t, 2> philox_block(const Key& key, std::uint64_t block) {
  const philox4x32_ctr_t counter{{static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32),
                                  key.counter_high[0], key.counter_high[1]}};
  const philox4x32_key_t philox_key{{key.key[0], key.key[1]}};
  const philox4x32_ctr_t output = philox4x32(counter, philox_key);
  return {output.v[0] | (static_cast<std::uint64_t>(output.v[1]) << 32),
          output.v[2] | (static_cast<std::uint64_t>(output.v[3]) << 32)};
}

LIMES_MULTIVERSION
void philox_blocks(const Key& key, std::uint64_t first_block, Words& words) {
  constexpr std::uint64_t kLow = 0xFFFFFFFFULL;
  for (int i = 0; i < kBatch; ++i) {
    const std::uint64_t block = first_block + static_cast<std::uint64_t>(i);
    // Four 32-bit lanes, each in the low half of a 64-bit number: the product of two of them is one instruction.
    std::uint64_t c0 = block & kLow;
    std::uint64_t c1 = block >> 32;
    std::uint64_t c2 = key.counter_high[0];
    std::uint64_t c3 = key.counter_high[1];
    std::uint32_t k0 = key.key[0];
    std::uint32_t k1 = key.key[1];
    for (int round = 0; round < 10; ++round) {
      const std::uint64_t product0 = static_cast<std::uint64_t>(static_cast<std::uint32_t>(c0)) * 0xD2511F53ULL;
      const std::uint64_t product1 = static_cast<std::uint64_t>(static_cast<std::uint32_t>(c2)) * 0xCD9E8D57ULL;
      c0 = (product1 >> 32) ^ c1 ^ k0;
      c1 = product1 & kLow;
      c2 = (product0 >> 32) ^ c3 ^ k1;
      c3 = product0 & kLow;
      k0 += 0x9E3779B9U;
      k1 += 0xBB67AE85U;
    }
    words.first[static_cast<std::size_t>(i)] = c0 | (c1 << 32);
    words.second[static_cast<std::size_t>(i)] = c2 | (c3 << 32);
  }
}

LIMES_MULTIVERSION
void box_muller_blocks(const Words& words, double* normals) {
  for (int i = 0; i < kBatch; ++i) {
    const std::size_t k = static_cast<std::size_t>(i);
    const std::array<double, 2> pair = box_muller(words.first[k], words.second[k]);
    normals[2 * k] = pair[0];
    normals[2 * k + 1] = pair[1];
  }
}

}  // namespace limes::math::random_kernel

#include "limes/math/random.hpp"

#include <algorithm>
#include <stdexcept>

#include "limes/math/random_kernel.hpp"

namespace limes::math {

namespace kernel = random_kernel;

RandomStream::RandomStream(std::uint64_t seed, std::uint32_t realisation, Purpose purpose, std::uint64_t index) {
  const kernel::Key root{{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
                         {realisation, static_cast<std::uint32_t>(purpose)}};
  const auto [first, second] = kernel::philox_block(root, index);
  key_ = {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(first >> 32)};
  counter_high_ = {static_cast<std::uint32_t>(second), static_cast<std::uint32_t>(second >> 32)};
}

std::uint64_t RandomStream::bits() {
  if (words_left_ == 0) {
    words_ = kernel::philox_block({key_, counter_high_}, next_block_++);
    words_left_ = 2;
  }
  return words_[static_cast<std::size_t>(2 - words_left_--)];
}

double RandomStream::uniform() { return kernel::open_unit(bits()); }

double RandomStream::exponential() { return -kernel::natural_logarithm(uniform()); }

double RandomStream::normal() {
  if (has_spare_normal_) {
    has_spare_normal_ = false;
    return spare_normal_;
  }
  words_left_ = 0;
  const auto [first, second] = kernel::philox_block({key_, counter_high_}, next_block_++);
  const auto [value, spare] = kernel::box_muller(first, second);
  spare_normal_ = spare;
  has_spare_normal_ = true;
  return value;
}

void RandomStream::fill_normal(std::span<double> values) {
  constexpr std::size_t kNormals = 2 * static_cast<std::size_t>(kernel::kBatch);
  std::size_t done = 0;
  if (has_spare_normal_ && !values.empty()) values[done++] = normal();
  kernel::Words words;
  while (values.size() - done >= kNormals) {
    words_left_ = 0;
    kernel::philox_blocks({key_, counter_high_}, next_block_, words);
    kernel::box_muller_blocks(words, values.data() + done);
    next_block_ += kernel::kBatch;
    done += kNormals;
  }
  while (done < values.size()) values[done++] = normal();
}

void RandomStream::fill_bits(std::span<std::uint64_t> words) {
  if (words.size() % 2 != 0) throw std::invalid_argument("RandomStream::fill_bits: an odd number of words");
  words_left_ = 0;
  has_spare_normal_ = false;
  std::size_t done = 0;
  kernel::Words blocks;
  while (words.size() - done >= 2 * static_cast<std::size_t>(kernel::kBatch)) {
    kernel::philox_blocks({key_, counter_high_}, next_block_, blocks);
    next_block_ += kernel::kBatch;
    for (std::size_t k = 0; k < static_cast<std::size_t>(kernel::kBatch); ++k) {
      words[done++] = blocks.first[k];
      words[done++] = blocks.second[k];
    }
  }
  while (done < words.size()) {
    const auto block = kernel::philox_block({key_, counter_high_}, next_block_++);
    words[done++] = block[0];
    words[done++] = block[1];
  }
}

std::uint64_t RandomStream::below(std::uint64_t bound) {
  if (bound == 0) throw std::invalid_argument("RandomStream::below: the bound must be at least 1");
  // D. Lemire, "Fast random integer generation in an interval", ACM TOMACS 29 (2019) 3: the upper half of bits * bound,
  // after rejection of the 2^64 mod bound smallest lower halves.
  __extension__ using Wide = unsigned __int128;
  Wide product = static_cast<Wide>(bits()) * bound;
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t threshold = (0 - bound) % bound;
    while (static_cast<std::uint64_t>(product) < threshold) product = static_cast<Wide>(bits()) * bound;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

void RandomStream::seek(std::uint64_t block) {
  next_block_ = block;
  words_left_ = 0;
  has_spare_normal_ = false;
}

}  // namespace limes::math

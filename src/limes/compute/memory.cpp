#include "limes/compute/memory.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <new>
#include <utility>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace limes::compute {

namespace {
constexpr std::size_t kPage = 4096;
constexpr std::size_t kHugePage = std::size_t{2} << 20;

// What a thread keeps for its next call: blocks in no particular order, few because calls nest a few levels at most.
std::vector<AlignedBlock>& pool() {
  thread_local std::vector<AlignedBlock> blocks;
  return blocks;
}
}  // namespace

AlignedBlock::AlignedBlock(std::size_t bytes) : bytes_(bytes) {
  if (bytes == 0) return;
  const std::size_t alignment = bytes >= 2 * kHugePage ? kHugePage : kPage;
  if (bytes > std::numeric_limits<std::size_t>::max() - alignment) throw std::bad_alloc();
  // calloc hands out large blocks as untouched zero pages: they are placed by the thread that first writes them.
  memory_.reset(std::calloc(1, bytes + alignment));
  if (!memory_) throw std::bad_alloc();
  const auto address = reinterpret_cast<std::uintptr_t>(memory_.get());
  data_ = static_cast<std::byte*>(memory_.get()) + (alignment - address % alignment) % alignment;
#if defined(__linux__)
  // A hint that may fail without harm: fewer address translations when a large matrix is streamed.
  if (alignment == kHugePage) (void)madvise(data_, bytes / kHugePage * kHugePage, MADV_HUGEPAGE);
#endif
}

Scratch::Scratch(std::size_t bytes) {
  auto& blocks = pool();
  const auto fits =
      std::find_if(blocks.begin(), blocks.end(), [bytes](const AlignedBlock& block) { return block.bytes() >= bytes; });
  if (fits != blocks.end()) {
    block_ = std::move(*fits);
    blocks.erase(fits);
    return;
  }
  if (!blocks.empty()) blocks.pop_back();  // too small for this use: replaced, so that a pool does not grow for ever
  block_ = AlignedBlock(bytes);
}

Scratch::~Scratch() {
  try {
    pool().push_back(std::move(block_));
  } catch (...) {  // no room to remember it: it is freed
  }
}

}  // namespace limes::compute

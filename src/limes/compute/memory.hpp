#pragma once
// Aligned memory: one block that lives as long as its owner, and scratch space that is borrowed for one call.

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <span>

namespace limes::compute {

/// Zero-filled memory aligned to a page of the processor (4 KiB; 2 MiB, and asked for as huge pages, where the block is
/// large enough to profit). Throws std::bad_alloc.
class AlignedBlock {
 public:
  AlignedBlock() = default;
  explicit AlignedBlock(std::size_t bytes);

  [[nodiscard]] std::byte* data() { return data_; }
  [[nodiscard]] const std::byte* data() const { return data_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  std::unique_ptr<void, Free> memory_;
  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
};

/// Scratch space for one call: taken from a pool of the calling thread and given back at the end of the scope, so that
/// calls in a loop allocate only the first time, and nested calls each have their own. The contents are undefined.
/// It must be destroyed on the thread that made it.
class Scratch {
 public:
  explicit Scratch(std::size_t bytes);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  template <typename T>
  [[nodiscard]] T* as() {
    return reinterpret_cast<T*>(block_.data());
  }

 private:
  AlignedBlock block_;
};

}  // namespace limes::compute

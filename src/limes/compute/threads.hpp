#pragma once
// Threads that can't change a result: work is cut into chunks whose bounds depend on the problem only, never on how
// many threads there are or which of them is free.

#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <thread>
#include <utility>

namespace limes::compute {

/// A team of `count` threads, the caller's among them (0 = all that the machine has). Cheap to make and to move. Of
/// more threads than there are processors only as many as processors work.
class Threads {
 public:
  explicit Threads(std::size_t count = 0)
      : count_(count > 0 ? count : std::max<std::size_t>(1, std::thread::hardware_concurrency())),
        arena_(std::make_unique<tbb::task_arena>(
            static_cast<int>(std::min(count_, static_cast<std::size_t>(tbb::info::default_concurrency()))))) {}

  [[nodiscard]] std::size_t count() const { return count_; }

  /// Runs `work` among these threads. Waiting inside `work` for nested loops never starts an unrelated outer task, so
  /// state held by the calling thread stays its own.
  template <typename Work>
  void run(Work&& work) {
    arena_->execute([&] { tbb::this_task_arena::isolate(std::forward<Work>(work)); });
  }

 private:
  std::size_t count_;
  std::unique_ptr<tbb::task_arena> arena_;
};

/// Calls `body(first, last)` for the chunks [begin, begin + grain), [begin + grain, begin + 2 grain), ... of
/// [begin, end), in any order and on any thread of the team. What the chunks are depends on begin, end and grain only:
/// a body that writes only what belongs to its chunk gives the same bits for every number of threads. Calls may nest.
/// An exception of a body ends the loop and reaches the caller (one of them, if several bodies throw).
template <typename Body>
void parallel_for(Threads& threads, std::size_t begin, std::size_t end, std::size_t grain, Body&& body) {
  if (begin >= end) return;
  if (grain == 0) grain = 1;
  const std::size_t chunks = (end - begin - 1) / grain + 1;
  const auto chunk = [&](std::size_t index) {
    const std::size_t first = begin + index * grain;
    body(first, std::min(end, first + std::min(grain, end - first)));
  };
  if (chunks == 1 || threads.count() == 1) {
    for (std::size_t index = 0; index < chunks; ++index) chunk(index);
    return;
  }
  threads.run([&] {
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, chunks, 1),
        [&](const tbb::blocked_range<std::size_t>& range) {
          for (std::size_t index = range.begin(); index != range.end(); ++index) chunk(index);
        },
        tbb::simple_partitioner());
  });
}

}  // namespace limes::compute

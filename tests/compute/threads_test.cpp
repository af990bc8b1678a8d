#include "limes/compute/threads.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <vector>

namespace limes::compute {
namespace {

using Chunks = std::set<std::pair<std::size_t, std::size_t>>;

Chunks chunks_of(std::size_t count, std::size_t begin, std::size_t end, std::size_t grain) {
  Threads threads(count);
  Chunks chunks;
  std::mutex mutex;
  parallel_for(threads, begin, end, grain, [&](std::size_t first, std::size_t last) {
    const std::lock_guard lock(mutex);
    EXPECT_TRUE(chunks.emplace(first, last).second);
  });
  return chunks;
}

TEST(ParallelFor, ChunksDependOnTheProblemOnly) {
  const Chunks expected = {{3, 7}, {7, 11}, {11, 12}};
  for (const std::size_t count : {1, 2, 5}) EXPECT_EQ(chunks_of(count, 3, 12, 4), expected);
  EXPECT_EQ(chunks_of(2, 0, 8, 100), (Chunks{{0, 8}}));
  EXPECT_EQ(chunks_of(2, 0, 2, 0), (Chunks{{0, 1}, {1, 2}})) << "a grain of 0 counts as 1";
  EXPECT_EQ(chunks_of(2, 5, 5, 1), Chunks{});
  EXPECT_EQ(chunks_of(2, 6, 5, 1), Chunks{});
  EXPECT_EQ(chunks_of(2, 1, 3, static_cast<std::size_t>(-1)), (Chunks{{1, 3}})) << "a huge grain does not wrap";
}

TEST(ParallelFor, AnExceptionReachesTheCaller) {
  for (const std::size_t count : {1, 2}) {
    Threads threads(count);
    EXPECT_THROW(parallel_for(threads, 0, 100, 1,
                              [](std::size_t first, std::size_t) {
                                if (first == 57) throw std::domain_error("here");
                              }),
                 std::domain_error);
    std::atomic<int> calls = 0;
    parallel_for(threads, 0, 10, 1, [&](std::size_t, std::size_t) { ++calls; });
    EXPECT_EQ(calls, 10) << "the team is usable afterwards";
  }
}

TEST(ParallelFor, CallsNest) {
  Threads threads(2);
  std::vector<int> touched(30 * 20, 0);
  parallel_for(threads, 0, 30, 1, [&](std::size_t i, std::size_t) {
    parallel_for(threads, 0, 20, 3, [&, i](std::size_t first, std::size_t last) {
      for (std::size_t j = first; j < last; ++j) ++touched[i * 20 + j];
    });
  });
  for (const int count : touched) EXPECT_EQ(count, 1);
}

TEST(Threads, HasAtLeastOne) {
  EXPECT_GE(Threads().count(), 1U);
  EXPECT_EQ(Threads(3).count(), 3U);
}

}  // namespace
}  // namespace limes::compute

#include "limes/base/interruption.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace limes {
namespace {

TEST(StopToken, NeverStopsByDefault) {
  const StopToken token;
  EXPECT_FALSE(token.stop_requested());
  EXPECT_NO_THROW(token.check());
}

TEST(StopToken, FollowsItsFlagInEveryCopy) {
  std::atomic<bool> flag{false};
  const StopToken token(&flag);
  const StopToken copy = token;
  EXPECT_FALSE(copy.stop_requested());
  EXPECT_NO_THROW(copy.check());
  flag = true;
  EXPECT_TRUE(token.stop_requested());
  EXPECT_TRUE(copy.stop_requested());
  EXPECT_THROW(copy.check(), InterruptedError);
  flag = false;
  EXPECT_NO_THROW(token.check());
}

}  // namespace
}  // namespace limes

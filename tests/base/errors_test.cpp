#include "limes/base/errors.hpp"

#include <gtest/gtest.h>

namespace limes {
namespace {

TEST(Place, SaysAsMuchAsIsKnown) {
  EXPECT_EQ((Place{"my.toml", 7, 3, "network.gain"}.text()), "my.toml:7:3");
  EXPECT_EQ((Place{"my.toml", 7, 0, ""}.text()), "my.toml:7");
  EXPECT_EQ((Place{"my.toml", 0, 5, "network.gain"}.text()), "my.toml");  // a column without a line says nothing
  EXPECT_EQ((Place{"", 0, 0, "network.gain"}.text()), "network.gain");
  EXPECT_EQ(Place{}.text(), "");
}

TEST(Error, IsPlaceMessageAndMend) {
  const InputError error(Place{"my.toml", 7, 1, "network.gian"}, "unknown key 'network.gian'", "did you mean 'gain'?");
  EXPECT_STREQ(error.what(), "my.toml:7:1: unknown key 'network.gian'; did you mean 'gain'?");
  EXPECT_EQ(error.message(), "unknown key 'network.gian'");
  EXPECT_EQ(error.mend(), "did you mean 'gain'?");
  EXPECT_EQ(error.place().line, 7);
  EXPECT_EQ(error.place().key, "network.gian");
}

TEST(Error, EmptyPartsAreLeftOut) {
  EXPECT_STREQ(InputError("no such file").what(), "no such file");
  EXPECT_STREQ(InputError("no such file", "give another").what(), "no such file; give another");
  EXPECT_STREQ(InputError(Place{"a.csv", 0, 0, ""}, "is empty").what(), "a.csv: is empty");
}

TEST(Error, KindsCarryWhatTheirCallersNeed) {
  EXPECT_EQ(ConvergenceError("stalled", 0.125).residual(), 0.125);
  EXPECT_STREQ(ConvergenceError("stalled", 0.125).what(), "stalled");
  const OutputError full(Place{"runs/a", 0, 0, ""}, "can't be written: No space left on device", true, "make room");
  EXPECT_TRUE(full.device_full());
  EXPECT_STREQ(full.what(), "runs/a: can't be written: No space left on device; make room");
  EXPECT_FALSE(OutputError(Place{"runs/a", 0, 0, ""}, "can't be written", false).device_full());
  EXPECT_STREQ(InterruptedError().what(), "interrupted");
  // One handler for all of them is enough to print what happened.
  EXPECT_THROW(throw DivergenceError("left every bound"), Error);
  EXPECT_THROW(throw InterruptedError(), Error);
}

}  // namespace
}  // namespace limes

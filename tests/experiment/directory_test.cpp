#include "limes/experiment/directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include "experiment/temporary_folder.hpp"
#include "limes/experiment/file_writing.hpp"

namespace limes::experiment {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::string contents(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

ResultFiles files(const std::string& identity, const std::string& text) {
  return {{"result.json", R"({"limes": {}, "provenance": {"fingerprint": ")" + identity + R"("}})"},
          {"report.html", text},
          {"figures/a.svg", text}};
}

ResultDirectory open(const fs::path& path, const std::string& identity, const std::string& build = "1") {
  return {path.string(), identity, build, [](const std::string&) {}};
}

std::string refusal(const fs::path& path, const std::string& identity) {
  try {
    const ResultDirectory directory = open(path, identity);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(ResultDirectory, PublishesWholeAndReplacesWhole) {
  const TemporaryFolder folder;
  const fs::path place = folder / "deep/er/run";
  {
    ResultDirectory directory = open(place, "one");
    EXPECT_FALSE(fs::exists(place)) << "nothing stands under the final name before it is whole";
    directory.publish(files("one", "first"), false);
  }
  EXPECT_EQ(contents(place / "figures/a.svg"), "first");
  {
    ResultDirectory directory = open(place, "one");
    EXPECT_EQ(contents(place / "report.html"), "first") << "the old result stays until the new one is whole";
    directory.publish({files("one", "second")[0]}, false);
  }
  EXPECT_FALSE(fs::exists(place / "report.html")) << "nothing of the old result is left";
  EXPECT_FALSE(fs::exists(folder / "deep/er/run.partial"));
}

TEST(ResultDirectory, AnEmptyFolderIsTaken) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "run");
  open(folder / "run/", "one").publish(files("one", "x"), false);
  EXPECT_EQ(contents(folder / "run/report.html"), "x");
}

TEST(ResultDirectory, ASymbolicLinkIsFollowed) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "real");
  fs::create_directory_symlink(folder / "real", folder / "link");
  open(folder / "link", "one").publish(files("one", "x"), false);
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(contents(folder / "real/report.html"), "x");
}

TEST(ResultDirectory, WhatIsNotItsOwnIsLeftAlone) {
  const TemporaryFolder folder;
  open(folder / "run", "one").publish(files("one", "x"), false);
  EXPECT_THAT(refusal(folder / "run", "two"), HasSubstr("holds the result of another experiment"));
  write(folder / "run/notes.txt", "mine");
  EXPECT_THAT(refusal(folder / "run", "one"), HasSubstr("holds 'notes.txt', which is no result of limes"));
  EXPECT_EQ(contents(folder / "run/notes.txt"), "mine");

  fs::create_directory(folder / "other");
  write(folder / "other/result.json", "{}");
  EXPECT_THAT(refusal(folder / "other", "one"), HasSubstr("holds no result of limes"));
  write(folder / "file", "x");
  EXPECT_THAT(refusal(folder / "file", "one"), HasSubstr("is a file, not a folder"));
  fs::create_directory(folder / "new.partial");
  write(folder / "new.partial/mine", "x");
  EXPECT_THAT(refusal(folder / "new", "one"), HasSubstr("holds 'mine', which limes did not write"));
  EXPECT_THAT(refusal("", "one"), HasSubstr("the place of the results is empty"));
  EXPECT_FALSE(fs::exists(folder / "run.partial"));
}

TEST(ResultDirectory, APlaceThatCantBeWrittenIsSaid) {
  const TemporaryFolder folder;
  write(folder / "file", "x");
  for (const char* place : {"file/run", "file/deep/run"}) {
    try {
      const ResultDirectory directory = open(folder / place, "one");
      FAIL() << place << " lies below a regular file";
    } catch (const OutputError& error) {
      EXPECT_FALSE(error.device_full());
      EXPECT_THAT(error.what(), HasSubstr("can't be written"));
    }
  }
}

TEST(ResultDirectory, CheckpointsOutliveTheProcessAndNotTheResult) {
  const TemporaryFolder folder;
  {
    ResultDirectory directory = open(folder / "run", "one");
    EXPECT_FALSE(directory.continues());
    directory.checkpoints().save("simulation/realisation 1", std::string("a\0b", 3));
    directory.checkpoints().save("simulation/realisation 1", std::string("c\0d", 3));
  }
  EXPECT_THAT(refusal(folder / "run", "two"), HasSubstr("holds the unfinished run of another experiment"));
  {
    ResultDirectory directory = open(folder / "run", "one");
    EXPECT_TRUE(directory.continues());
    EXPECT_EQ(directory.checkpoints().load("simulation/realisation 1"), std::string("c\0d", 3));
    EXPECT_EQ(directory.checkpoints().load("simulation/realisation 2"), std::nullopt);
    directory.publish(files("one", "partial"), true);
  }
  {
    ResultDirectory directory = open(folder / "run", "one");
    EXPECT_TRUE(directory.continues()) << "an interrupted result keeps its checkpoints";
    directory.publish(files("one", "whole"), false);
  }
  EXPECT_FALSE(fs::exists(folder / "run.partial"));
  EXPECT_FALSE(open(folder / "run", "one").continues());
}

TEST(ResultDirectory, CheckpointsOfAnotherBuildAreThrownAway) {
  const TemporaryFolder folder;
  open(folder / "run", "one", "1").checkpoints().save("a", "b");
  EXPECT_FALSE(open(folder / "run", "one", "2").continues());
}

TEST(ResultDirectory, TwoRunsDoNotShareAPlace) {
  const TemporaryFolder folder;
  const ResultDirectory first = open(folder / "run", "one");
  EXPECT_THAT(refusal(folder / "run", "one"), HasSubstr("another run of limes is writing there"));
}

TEST(ResultDirectory, WhatAKilledRunLeftHalfWrittenIsRemoved) {
  const TemporaryFolder folder;
  open(folder / "run", "one").checkpoints().save("a", "b");
  fs::create_directory(folder / "run.partial/result");
  write(folder / "run.partial/result/result.json", "{\"limes\": half");
  write(folder / "run.partial/limes.json.123-4.tmp", "{");
  open(folder / "run", "one").publish(files("one", "x"), false);
  EXPECT_EQ(contents(folder / "run/report.html"), "x");
  EXPECT_FALSE(fs::exists(folder / "run.partial"));
}

/// A limit of the size of files stands for a full disk: both make writing fail in the middle.
class NoRoom {
 public:
  NoRoom() {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit small = before_;
    small.rlim_cur = 1000;
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~NoRoom() { setrlimit(RLIMIT_FSIZE, &before_); }
  NoRoom(const NoRoom&) = delete;
  NoRoom& operator=(const NoRoom&) = delete;

 private:
  rlimit before_{};
};

TEST(WriteFile, AFullDeviceLeavesTheOldFile) {
  const TemporaryFolder folder;
  const fs::path path = folder / "a";
  write_file(path.string(), "old");
  {
    const NoRoom limit;
    try {
      write_file(path.string(), std::string(5000, 'x'));
      FAIL() << "there is room for 1000 bytes only";
    } catch (const OutputError& error) {
      EXPECT_TRUE(error.device_full());
    }
  }
  EXPECT_EQ(contents(path), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path), fs::directory_iterator{}), 1);
}

TEST(ResultDirectory, AFullDeviceLeavesTheOldResultAndTheCheckpoints) {
  const TemporaryFolder folder;
  open(folder / "run", "one").publish(files("one", "old"), false);
  {
    int reports = 0;
    ResultDirectory directory((folder / "run").string(), "one", "1", [&](const std::string&) { ++reports; });
    directory.checkpoints().save("small", "kept");
    const NoRoom limit;
    directory.checkpoints().save("large", std::string(5000, 'x'));
    directory.checkpoints().save("large", std::string(5000, 'x'));
    EXPECT_EQ(reports, 1) << "said once";
    EXPECT_THROW(directory.publish(files("one", std::string(5000, 'x')), false), OutputError);
  }
  EXPECT_EQ(contents(folder / "run/report.html"), "old");
  EXPECT_EQ(open(folder / "run", "one").checkpoints().load("small"), "kept");
}

}  // namespace
}  // namespace limes::experiment

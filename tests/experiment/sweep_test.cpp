#include "limes/experiment/sweep.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <set>

#include "experiment/fake_system.hpp"
#include "experiment/temporary_folder.hpp"
#include "limes/experiment/converge.hpp"
#include "limes/experiment/json_text.hpp"

namespace limes::experiment {
namespace {

namespace fs = std::filesystem;
using system::Json;
using system::Status;
using ::testing::Contains;
using ::testing::HasSubstr;

class Sweep : public ::testing::Test {
 protected:
  void SetUp() override { std::ofstream(file()) << "system = \"fake.gaussian\"\ntitle = \"test\"\nseed = 11\n"; }
  [[nodiscard]] std::string file() const { return (folder / "my.toml").string(); }
  [[nodiscard]] Grid grid(const std::vector<std::string>& over, const std::vector<std::string>& sets = {}) const {
    return read_grid(file(), sets, std::nullopt, over);
  }
  TemporaryFolder folder;
};

RunOptions silent() {
  RunOptions options;
  options.default_directory = false;
  return options;
}

std::string contents(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::string reproducible(Json result) {
  result.erase("seconds");
  result.erase("provenance");
  return json_text(result);
}

const Json& curve(const Json& result, const std::string& name) {
  for (const Json& entry : result["curves"]) {
    if (entry["name"] == name) return entry;
  }
  throw std::out_of_range(name);
}

TEST_F(Sweep, EachPointHasTheBitsOfAnOrdinaryRun) {
  const Json result = sweep(fake::make(), grid({"network.gain=0.5:2:0.5", "network.size=50,100"}), silent()).result;
  const Json& variance = curve(result, "variance");
  EXPECT_EQ(variance["axes"][0]["name"], "network.gain");
  EXPECT_EQ(variance["axes"][1]["values"], Json({50.0, 100.0}));
  EXPECT_EQ(variance["branch"], "static-0");
  EXPECT_EQ(variance["stable"], true);
  const Experiment one = read_experiment(file(), {"network.gain=1.5", "network.size=100"});
  for (const Json& entry : run(fake::make(), one, silent()).result["quantities"]) {
    const Json& swept = curve(result, entry["name"]);
    EXPECT_EQ(swept["theory"][2][1], entry["theory"]["value"]);  // equal doubles, complex pairs too
    if (!entry.contains("simulation")) continue;
    EXPECT_EQ(swept["simulation"][2][1], entry["simulation"]["value"]);
    EXPECT_EQ(swept["standard_error"][2][1], entry["simulation"]["standard_error"]);
    EXPECT_EQ(swept["verdicts"][2][1], entry["verdict"]);
  }
  EXPECT_FALSE(result["parameters"]["network"].contains("gain"));
  EXPECT_EQ(result["sweep"]["points"], 8);
  EXPECT_EQ(result["sweep"]["verdicts"]["agree"], 8 * 3);  // mean, variance, covariance at each
}

TEST_F(Sweep, ThreadsDoNotChangeTheResult) {
  RunOptions options = silent();
  options.threads = 1;
  const Grid points = grid({"network.gain=0.5:4:0.5"});
  const std::string one = reproducible(sweep(fake::make(), points, options).result);
  options.threads = 5;
  EXPECT_EQ(one, reproducible(sweep(fake::make(), points, options).result));
}

TEST_F(Sweep, OneSideAlone) {
  RunOptions options = silent();
  options.only = Only::kTheory;
  const Json theory = sweep(fake::make(), grid({"network.gain=1,2"}), options).result;
  EXPECT_EQ(curve(theory, "variance")["theory"], Json({1.0, 4.0}));
  EXPECT_EQ(curve(theory, "variance")["simulation"], Json::array());
  EXPECT_FALSE(curve(theory, "variance").contains("verdicts"));
}

TEST_F(Sweep, BadInputAtAnyPointIsRefusedBeforeAnythingRuns) {
  int computed = 0;
  const auto system = fake::make([&](int) { ++computed; });
  RunOptions options;
  options.directory = (folder / "out").string();
  try {
    (void)sweep(system, grid({"network.gain=1,2,-3"}), options);
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("--over network.gain: at network.gain = -3: 'network.gain' must be"));
  }
  EXPECT_EQ(computed, 0);
  EXPECT_FALSE(fs::exists(folder / "out"));
}

TEST_F(Sweep, APointThatFailsIsNullAndTheOthersAreComputed) {
  const RunOutcome theory = sweep(fake::make(), grid({"theory.fails=false,true", "network.gain=1,2"}), silent());
  EXPECT_EQ(theory.status, Status::kNotConverged);
  EXPECT_EQ(curve(theory.result, "variance")["theory"], Json::parse("[[1.0, 4.0], [null, null]]"));
  EXPECT_TRUE(curve(theory.result, "variance")["simulation"][1][0].is_null());
  EXPECT_EQ(curve(theory.result, "outlier")["theory"][1][1], Json({nullptr, nullptr}));
  EXPECT_THAT(
      theory.result["warnings"],
      Contains("2 points, the first theory.fails = true, network.gain = 1: did not converge: its values are null"));
  EXPECT_EQ(theory.result["sweep"]["failed"].size(), 2U);

  const RunOutcome diverged = sweep(fake::make(), grid({"simulation.diverges=true,false"}), silent());
  EXPECT_EQ(diverged.status, Status::kDiverged);
  EXPECT_EQ(diverged.result["status"], "diverged");
  EXPECT_TRUE(curve(diverged.result, "variance")["simulation"][0].is_null());
  EXPECT_TRUE(curve(diverged.result, "variance")["simulation"][1].is_number());
}

TEST_F(Sweep, AnInterruptedSweepGoesOnWithoutRepeatingAFinishedPoint) {
  const Grid points = grid({"network.gain=0.5:3:0.5"}, {"simulation.realisations=4"});
  const std::string expected = reproducible(sweep(fake::make(), points, silent()).result);
  RunOptions options;
  options.directory = (folder / "out").string();
  options.threads = 2;
  int finished = 0;
  for (int round = 0; round < 2; ++round) {
    std::atomic<bool> stop{false};
    std::atomic<int> now{0};
    options.stop = StopToken(&stop);
    // Two points of four realisations are under way at a time, so the ninth realisation belongs to a third one: however
    // the threads take turns, a round finishes one point or two of the six.
    const auto system = fake::make([&](int) { stop = stop || ++now >= 9; });
    const RunOutcome outcome = sweep(system, points, options);
    EXPECT_EQ(outcome.status, Status::kInterrupted);
    EXPECT_THAT(json_text(outcome.result["warnings"]), HasSubstr("of 6 points are finished"));
    EXPECT_GT(outcome.result["sweep"]["finished"], finished) << "a finished point was lost";
    finished = outcome.result["sweep"]["finished"];
  }
  options.stop = StopToken();
  std::atomic<int> again{0};
  const RunOutcome outcome = sweep(fake::make([&](int) { ++again; }), points, options);
  EXPECT_EQ(outcome.status, Status::kOk);
  EXPECT_EQ(again, 4 * (6 - finished));  // only what was not finished
  EXPECT_EQ(reproducible(outcome.result), expected);
  EXPECT_EQ(reproducible(Json::parse(contents(folder / "out/result.json"))), expected);
  EXPECT_FALSE(fs::exists(folder / "out.partial"));
  for (const char* name : {"report.html", "result.h5", "experiment.toml", "figures/variance.svg"}) {
    EXPECT_TRUE(fs::exists(folder / "out" / name)) << name;
  }
}

TEST_F(Sweep, TheStatesOfAFinishedPointAreRemoved) {
  std::atomic<bool> stop{false};
  RunOptions options;
  options.directory = (folder / "out").string();
  options.threads = 1;
  options.stop = StopToken(&stop);
  int calls = 0;
  const auto system = fake::make([&](int) { stop = stop || ++calls > 2 * 6 + 3; });
  (void)sweep(system, grid({"network.gain=1,2,3"}), options);
  std::set<std::string> kept;
  for (const auto& entry : fs::directory_iterator(folder / "out.partial/checkpoints")) {
    kept.insert(entry.path().filename().string());
  }
  const std::string own = "of%202%2Fsimulation%2Frealisation%20";
  EXPECT_EQ(kept, (std::set<std::string>{"point%200", "point%201", own + "0", own + "1", own + "2"}));
}

TEST_F(Sweep, TheFolderOfAnotherGridIsLeftAlone) {
  RunOptions options;
  options.directory = (folder / "out").string();
  (void)sweep(fake::make(), grid({"network.gain=1,2"}), options);
  EXPECT_THROW((void)sweep(fake::make(), grid({"network.gain=1,3"}), options), InputError);
  EXPECT_NO_THROW((void)sweep(fake::make(), grid({"network.gain=1:2:1"}), options));  // the same points
}

class SweepOfAFile : public Sweep {
 protected:
  void write(const std::string& table) const {
    std::ofstream(file()) << "system = \"fake.gaussian\"\ntitle = \"test\"\nseed = 11\n" << table;
  }
};

TEST_F(SweepOfAFile, NeedsNoOver) {
  write("[sweep]\nover = [\"network.gain=1,2\", \"network.size=50,100\"]\n");
  const std::string expected =
      reproducible(sweep(fake::make(), grid({"network.gain=1,2", "network.size=50,100"}), silent()).result);
  EXPECT_EQ(reproducible(sweep(fake::make(), grid({}), silent()).result), expected);
  EXPECT_EQ(grid({"network.gain=3"}).points.size(), 1U);  // the command line has precedence
  EXPECT_EQ(read_grid(file(), {}, std::nullopt, {}).axes[1].path, "network.size");
  write("[sweep]\nover = \"network.gain=1,2,3\"\n");
  EXPECT_EQ(grid({}).points.size(), 3U);
  // `run` passes over the table.
  EXPECT_EQ(run(fake::make(), read_experiment(file()), silent()).status, Status::kOk);
}

TEST_F(SweepOfAFile, KeepsTheCurvesThatItNames) {
  write("[sweep]\nover = [\"network.gain=1,2\"]\ncurves = [\"covariance\"]\n");
  const Json kept = sweep(fake::make(), grid({}), silent()).result;
  const Json& covariance = curve(kept, "covariance");
  EXPECT_EQ(covariance["axes"][0]["name"], "network.gain");
  EXPECT_EQ(covariance["axes"][1]["name"], "lag");
  const Experiment one = read_experiment(file(), {"network.gain=2"});
  const Json single = run(fake::make(), one, silent()).result;
  for (const char* side : {"theory", "simulation", "standard_error"}) {
    EXPECT_EQ(covariance[side][1], curve(single, "covariance")[side]) << side;
  }
  EXPECT_EQ(covariance["verdicts"][1], curve(single, "covariance")["verdict"]);
  // The rest is as it was.
  const Json plain = sweep(fake::make(), grid({"network.gain=1,2"}, {}), silent()).result;
  EXPECT_EQ(curve(kept, "variance"), curve(plain, "variance"));
  EXPECT_EQ(kept["sweep"], plain["sweep"]);
}

TEST_F(SweepOfAFile, KeepsCurvesThroughAnInterruption) {
  write("[sweep]\nover = [\"network.gain=0.5:3:0.5\"]\ncurves = [\"covariance\"]\n");
  const std::string expected = reproducible(sweep(fake::make(), grid({}), silent()).result);
  RunOptions options;
  options.directory = (folder / "out").string();
  options.threads = 2;
  std::atomic<bool> stop{false};
  std::atomic<int> now{0};
  options.stop = StopToken(&stop);
  EXPECT_EQ(sweep(fake::make([&](int) { stop = stop || ++now >= 15; }), grid({}), options).status,
            Status::kInterrupted);
  options.stop = StopToken();
  EXPECT_EQ(reproducible(sweep(fake::make(), grid({}), options).result), expected);
}

TEST_F(SweepOfAFile, WhereAPointFailedTheCurveIsNull) {
  write("[sweep]\nover = [\"simulation.diverges=true,false\"]\ncurves = [\"covariance\"]\n");
  const Json result = sweep(fake::make(), grid({}), silent()).result;
  EXPECT_EQ(curve(result, "covariance")["simulation"][0], Json({nullptr, nullptr, nullptr}));
  EXPECT_TRUE(curve(result, "covariance")["simulation"][1][2].is_number());
}

TEST_F(SweepOfAFile, MistakesAreNamed) {
  const auto refused = [&](const std::string& table) -> std::string {
    write(table);
    try {
      (void)sweep(fake::make(), grid({}), silent());
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(refused("[sweep]\nover = [\"network.gain=1,2\"]\ncurves = [\"covarience\"]\n"),
              HasSubstr("did you mean 'covariance'?"));
  EXPECT_THAT(refused("[sweep]\nover = 3\n"), HasSubstr("'sweep.over' must be a string, or a list of strings"));
  EXPECT_THAT(refused("[sweep]\nrange = \"network.gain=1,2\"\n"), HasSubstr("unknown key 'sweep.range'"));
  EXPECT_THAT(refused("[converge]\ncurves = [\"covariance\"]\n"), HasSubstr("unknown key 'converge.curves'"));
  EXPECT_THAT(refused("sweep = 3\n"), HasSubstr("'sweep' is a table"));
  EXPECT_THAT(refused(""), HasSubstr("nothing to sweep over is given"));
}

TEST_F(SweepOfAFile, OtherCommandsHaveTheirOwnTables) {
  write("[converge]\nover = \"network.size=100,200\"\n[continue]\nover = [\"network.gain=1:2\"]\n");
  const auto tables = read_experiment(file()).many_runs;
  EXPECT_EQ(tables.at("converge").over, std::vector<std::string>{"network.size=100,200"});
  EXPECT_EQ(tables.at("continue").over, std::vector<std::string>{"network.gain=1:2"});
  EXPECT_EQ(read_sizes(file(), {}, std::nullopt, {}).points.size(), 2U);
  EXPECT_EQ(read_sizes(file(), {}, std::nullopt, {"network.size=50,100,150"}).points.size(), 3U);
}

TEST_F(Sweep, QuickLeavesTheSweptSizes) {
  RunOptions options = silent();
  options.quick = true;
  const Json result = sweep(fake::make(), grid({"network.size=60,120"}), options).result;
  EXPECT_EQ(curve(result, "variance")["axes"][0]["values"], Json({60.0, 120.0}));
  const Json plain = sweep(fake::make(), grid({"network.size=60,120"}), silent()).result;
  EXPECT_EQ(curve(result, "variance")["simulation"], curve(plain, "variance")["simulation"]);
}

}  // namespace
}  // namespace limes::experiment

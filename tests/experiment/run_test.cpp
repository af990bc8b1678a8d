#include "limes/experiment/run.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>

#include "experiment/fake_system.hpp"
#include "experiment/temporary_folder.hpp"
#include "limes/experiment/json_text.hpp"

namespace limes::experiment {
namespace {

namespace fs = std::filesystem;
using system::Json;
using system::Status;
using ::testing::HasSubstr;

Experiment experiment(const std::vector<std::string>& sets = {}) {
  return read_experiment_text("system = \"fake.gaussian\"\ntitle = \"test\"\nseed = 11\n", "my.toml", sets);
}

/// The part of a result that must be the same bits for the same experiment.
std::string reproducible(Json result) {
  result.erase("seconds");
  result.erase("provenance");
  return json_text(result);
}

std::string contents(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

RunOptions silent() {
  RunOptions options;
  options.default_directory = false;
  return options;
}

const Json& quantity(const Json& result, const std::string& name) {
  for (const Json& entry : result["quantities"]) {
    if (entry["name"] == name) return entry;
  }
  throw std::out_of_range(name);
}

TEST(Run, ComparesTheoryAndSimulation) {
  const RunOutcome outcome = run(fake::make(), experiment(), silent());
  EXPECT_EQ(outcome.status, Status::kOk);
  EXPECT_TRUE(outcome.directory.empty());
  const Json& variance = quantity(outcome.result, "variance");
  EXPECT_EQ(variance["theory"]["value"], 1.0);
  EXPECT_EQ(variance["simulation"]["samples"], 6);
  EXPECT_EQ(variance["verdict"], "agree");
  EXPECT_FALSE(quantity(outcome.result, "outlier").contains("simulation"));
  EXPECT_EQ(outcome.result["parameters"]["network"]["derived"], 7);
}

TEST(Run, OneSideAlone) {
  RunOptions options = silent();
  options.only = Only::kTheory;
  const Json theory = run(fake::make(), experiment(), options).result;
  EXPECT_FALSE(quantity(theory, "variance").contains("simulation"));
  options.only = Only::kSimulation;
  const Json simulation = run(fake::make(), experiment(), options).result;
  EXPECT_FALSE(quantity(simulation, "variance").contains("theory"));
  EXPECT_FALSE(quantity(simulation, "variance").contains("branch"));
}

TEST(Run, AWrongTheoryIsSimulatedAtHalfTheSizeAndDisagrees) {
  // The simulation's deviation is 1.5 where the theory says 1, at every size.
  const RunOutcome outcome = run(fake::make(), experiment({"network.bias=0.5", "network.size=2000"}), silent());
  EXPECT_TRUE(outcome.result["seconds"].contains("second_size"));
  const Json& variance = quantity(outcome.result, "variance");
  EXPECT_EQ(variance["verdict"], "disagree");
  EXPECT_EQ(variance["finite_size"]["sizes"], Json({1000.0, 2000.0}));
}

TEST(Run, TheFiniteSizeLawIsInTheSizeThatTheSystemDeclares) {
  // The number of realisations changes too, and stands first here.
  system::System system = fake::make();
  std::rotate(system.schema.parameters.begin(), system.schema.parameters.end() - 1, system.schema.parameters.end());
  ASSERT_EQ(system.schema.parameters.front().key, "simulation.realisations");
  const Experiment wrong = experiment({"network.bias=0.5", "network.size=2000"});
  const Json result = run(system, wrong, silent()).result;
  EXPECT_EQ(quantity(result, "variance")["finite_size"]["sizes"], Json({1000.0, 2000.0}));
  system.size_parameter = "";  // then the law is given without sizes
  const Json unnamed = run(system, wrong, silent()).result;
  EXPECT_FALSE(quantity(unnamed, "variance")["finite_size"].contains("sizes"));
  EXPECT_EQ(quantity(unnamed, "variance")["verdict"], "disagree");
}

TEST(Run, ThreadsDoNotChangeTheResult) {
  RunOptions options = silent();
  options.threads = 1;
  const std::string one = reproducible(run(fake::make(), experiment(), options).result);
  options.threads = 2;
  EXPECT_EQ(one, reproducible(run(fake::make(), experiment(), options).result));
}

TEST(Run, AnInterruptedRunGoesOnToTheSameBits) {
  const TemporaryFolder folder;
  const std::string uninterrupted = reproducible(run(fake::make(), experiment(), silent()).result);

  RunOptions options;
  options.directory = (folder / "run").string();
  for (const int moment : {1, 3}) {
    std::atomic<bool> stop{false};
    options.stop = StopToken(&stop);
    const auto system = fake::make([&](int index) { stop = stop || index >= moment; });
    const RunOutcome outcome = run(system, experiment(), options);
    EXPECT_EQ(outcome.status, Status::kInterrupted);
    EXPECT_EQ(outcome.result["status"], "interrupted");
    EXPECT_EQ(Json::parse(contents(folder / "run/result.json"))["status"], "interrupted");
    EXPECT_TRUE(fs::exists(folder / "run.partial"));
  }
  int computed = 0;
  options.stop = StopToken();
  std::vector<std::string> notices;
  options.notice = [&](const std::string& text) { notices.push_back(text); };
  const RunOutcome outcome = run(fake::make([&](int) { ++computed; }), experiment(), options);
  EXPECT_EQ(outcome.status, Status::kOk);
  EXPECT_EQ(reproducible(outcome.result), uninterrupted);
  EXPECT_EQ(reproducible(Json::parse(contents(folder / "run/result.json"))), uninterrupted);
  EXPECT_FALSE(fs::exists(folder / "run.partial"));
  ASSERT_FALSE(notices.empty());
  EXPECT_THAT(notices.front(), HasSubstr("going on with the interrupted run"));
}

TEST(Run, ARunThatGoesOnDoesNotSolveTheTheoryAgain) {
  const TemporaryFolder folder;
  for (const bool fails : {false, true}) {
    const Experiment what = experiment({fmt::format("theory.fails={}", fails)});
    const std::string uninterrupted = reproducible(run(fake::make(), what, silent()).result);
    RunOptions options;
    options.directory = (folder / fmt::format("run-{}", fails)).string();
    options.keep_theory_after_seconds = 0.0;
    int solved = 0;
    std::atomic<bool> stop{false};
    options.stop = StopToken(&stop);
    const auto system = fake::make([&](int index) { stop = index == 2 && solved == 1; }, [&] { ++solved; });
    EXPECT_EQ(run(system, what, options).status, Status::kInterrupted);
    ASSERT_EQ(solved, 1);
    stop = false;
    const auto again = fake::make({}, [&] { ++solved; });
    EXPECT_EQ(reproducible(run(again, what, options).result), uninterrupted);
    EXPECT_EQ(solved, 1);
    EXPECT_EQ(reproducible(Json::parse(contents(folder / fmt::format("run-{}/result.json", fails)))), uninterrupted);
  }
}

TEST(Run, AQuickTheoryIsNotKept) {
  const TemporaryFolder folder;
  RunOptions options;
  options.directory = (folder / "run").string();
  options.keep_theory_after_seconds = 1e6;
  int solved = 0;
  std::atomic<bool> stop{false};
  options.stop = StopToken(&stop);
  const auto system = fake::make([&](int) { stop = solved == 1; }, [&] { ++solved; });
  EXPECT_EQ(run(system, experiment(), options).status, Status::kInterrupted);
  stop = false;
  EXPECT_EQ(run(system, experiment(), options).status, Status::kOk);
  EXPECT_EQ(solved, 2);
}

TEST(Run, TheResolvedExperimentGivesTheSameBits) {
  const TemporaryFolder folder;
  RunOptions options;
  options.directory = (folder / "run").string();
  const Json first = run(fake::make(), experiment({"network.gain=0.3"}), options).result;
  const Experiment again = read_experiment((folder / "run/experiment.toml").string());
  EXPECT_TRUE(again.given.contains("network.leak")) << "defaults are explicit";
  EXPECT_TRUE(again.given.contains("network.derived")) << "also those that the system derives";
  const RunOutcome second = run(fake::make(), again, options);
  EXPECT_EQ(reproducible(second.result), reproducible(first));
  EXPECT_EQ(second.result["provenance"]["fingerprint"], first["provenance"]["fingerprint"]);
}

TEST(Run, LeavesTheFilesOfTheContract) {
  const TemporaryFolder folder;
  RunOptions options;
  options.directory = (folder / "run").string();
  const RunOutcome outcome = run(fake::make(), experiment(), options);
  EXPECT_EQ(outcome.directory, folder / "run");
  for (const char* name : {"result.json", "result.h5", "report.html", "experiment.toml", "figures/covariance.svg"}) {
    EXPECT_TRUE(fs::exists(folder / "run" / name)) << name;
  }
  EXPECT_EQ(contents(folder / "run/result.json"), json_text(outcome.result));
}

TEST(Run, AnotherExperimentIsRefusedAndAnotherTitleIsNot) {
  const TemporaryFolder folder;
  RunOptions options;
  options.directory = (folder / "run").string();
  static_cast<void>(run(fake::make(), experiment(), options));
  EXPECT_THROW(static_cast<void>(run(fake::make(), experiment({"network.gain=2"}), options)), InputError);
  EXPECT_THROW(static_cast<void>(run(fake::make(), experiment({"seed=2"}), options)), InputError);
  EXPECT_NO_THROW(static_cast<void>(run(fake::make(), experiment({"title=new", "network.gain=1"}), options)));
  options.quick = true;
  EXPECT_THROW(static_cast<void>(run(fake::make(), experiment(), options)), InputError);
}

TEST(Run, ContentsOfNamedFilesBelongToTheIdentity) {
  const TemporaryFolder folder;
  RunOptions options;
  options.directory = (folder / "run").string();
  const std::string set = "coupling.file=" + (folder / "m.mtx").string();
  std::ofstream(folder / "m.mtx") << "1";
  static_cast<void>(run(fake::make(), experiment({set}), options));
  EXPECT_NO_THROW(static_cast<void>(run(fake::make(), experiment({set}), options)));
  std::ofstream(folder / "m.mtx") << "2";
  EXPECT_THROW(static_cast<void>(run(fake::make(), experiment({set}), options)), InputError);
}

TEST(Run, FailuresAreMarkedAndWhatWasReachedIsShown) {
  const RunOutcome stalled = run(fake::make(), experiment({"theory.fails=true"}), silent());
  EXPECT_EQ(stalled.status, Status::kNotConverged);
  EXPECT_EQ(stalled.result["status"], "not_converged");
  EXPECT_THAT(stalled.result["warnings"].dump(), HasSubstr("the iteration stalled (residual 0.125)"));
  EXPECT_TRUE(quantity(stalled.result, "variance").contains("simulation"));
  const RunOutcome diverged = run(fake::make(), experiment({"simulation.diverges=true"}), silent());
  EXPECT_EQ(diverged.status, Status::kDiverged);
  EXPECT_EQ(diverged.result["status"], "diverged");
}

TEST(Run, BadInputLeavesNothingBehind) {
  const TemporaryFolder folder;
  RunOptions options;
  options.directory = (folder / "run").string();
  EXPECT_THROW(static_cast<void>(run(fake::make(), experiment({"network.gain=-1"}), options)), InputError);
  EXPECT_TRUE(fs::is_empty(folder.path));
}

}  // namespace
}  // namespace limes::experiment
